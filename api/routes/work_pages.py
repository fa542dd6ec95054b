"""The pages of daily work: plain forms, so that every step can be taken by a person without a tool, and no script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.darkroom import Darkroom
from api.database import database
from api.form_pages import form_needs, form_page, photo_form_needs, see
from api.locators import Locators
from api.routes.common import TheLocators, clock
from api.routes.handling import seen_report as seen_by
from api.routes.pages import PAGE
from api.routes.reports import ReportNumber
from api.routes.steps import take_surely
from api.routes.tasks import own_district
from api.schemas.maps import ReferenceQuery
from api.schemas.problems import problems
from api.schemas.queries import Word
from api.work_answers import BadForm, step_body
from api.work_told import frame_of, seen_report, work_lists, work_report
from api.work_words import refused
from layers.access.permissions import Action
from layers.actors import Actor
from layers.refusals import Refusal
from layers.reports.lifecycle import Action as StepAction
from layers.reports.personal import Personal, read_personal
from layers.reports.photos import Taken, add_photo
from layers.reports.purposes import OWN, Purpose
from layers.reports.queries import UnknownReport, district_of, id_of
from maps.strings import Language
from maps.work import SaidLine, WorkReport, work_page, work_report_page

router = APIRouter(prefix="/tasks", tags=["pages"], dependencies=[Depends(known_parameters)])
STEPS = frozenset(one.value for one in StepAction)


class WorkQuery(ReferenceQuery):
    """How the page is shown, and which step was just taken."""

    done: Word | None = None


Shown = Annotated[WorkQuery, Query()]


@router.get(
    "",
    operation_id="work_page",
    dependencies=[needs(Action.TAKE_STEP)],
    response_class=Response,
    responses={**PAGE, **problems()},
)
async def get_work(query: Shown, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """What waits for whoever asks: their tasks, their unit's matters, the queues of their territory."""
    ready = await own_district(locators, actor)
    lists = await work_lists(request, ready, actor, query.lang)
    return form_page(work_page(frame_of(request, ready, query.lang, "/tasks"), lists, done=_done(query)))


@router.get(
    "/{number}",
    operation_id="work_report_page",
    dependencies=[needs(Action.TAKE_STEP)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_report(
    number: ReportNumber, query: Shown, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """One report: what, where, in whose hands, until when, its record in words, and a form for each possible step."""
    return await _shown(request, locators, number, actor, query.lang, changes={"done": _done(query)})


@router.post("/{number}/steps", include_in_schema=False, dependencies=[form_needs(Action.TAKE_STEP)])
async def post_step(number: ReportNumber, query: Shown, request: Request, locators: TheLocators) -> Response:
    """Take a step; the page again, with what came of it or why it was refused."""
    actor: Actor = request.state.actor
    wanted = id_of(number)
    try:
        ready = await own_district(locators, actor)
        body = step_body(request.state.form, zone=ready.district.zone, compiled=ready.compiled)
        await take_surely(request, locators, wanted, body.step(None), actor)
    except UnknownReport:
        raise
    except Refusal as refusal:
        told = {"refusal": refused(refusal, query.lang)}
        return await _shown(request, locators, number, actor, query.lang, changes=told, status=422)
    here = f"/tasks/{number}" if await _sees(request, wanted, actor) else "/tasks"
    return see(f"{here}?lang={query.lang}&done={body.action.value}")


@router.post("/{number}/personal", include_in_schema=False, dependencies=[form_needs(Action.READ_PERSONAL)])
async def post_personal(number: ReportNumber, query: Shown, request: Request, locators: TheLocators) -> Response:
    """The page with the personal fields, read for a purpose; the access log has the line before they are shown."""
    actor: Actor = request.state.actor
    wanted = await seen_by(request, number, actor)
    try:
        purpose = Purpose(request.state.form.get("purpose", ""))
    except ValueError:
        raise BadForm("State why the fields are read.", field="purpose") from None
    async with database(request).filing(actor.scope) as connection:
        found = await read_personal(connection, wanted, purpose, actor=actor, now=clock(request)())
    return await _shown(request, locators, number, actor, query.lang, changes=_read(found))


@router.post("/{number}/photos", include_in_schema=False, dependencies=[photo_form_needs(Action.ADD_PHOTO)])
async def post_photo(number: ReportNumber, query: Shown, request: Request, locators: TheLocators) -> Response:
    """Add a photo: only its picture is kept. The page again, with it in the list."""
    actor: Actor = request.state.actor
    wanted, parts = await seen_by(request, number, actor), request.state.parts
    darkroom: Darkroom = request.app.state.darkroom
    try:
        taken = Taken(parts.get("taken", b"").decode(errors="replace"))
        photo = await darkroom.develop(parts.get("photo", b""), read_position=False)
        async with database(request).filing(actor.scope) as connection:
            await add_photo(connection, wanted, photo, taken, actor=actor.recorded, now=clock(request)())
    except (Refusal, ValueError) as fault:
        refusal = fault if isinstance(fault, Refusal) else BadForm("Say when it was taken.", field="taken")
        told = {"refusal": refused(refusal, query.lang)}
        return await _shown(request, locators, number, actor, query.lang, changes=told, status=422)
    return see(f"/tasks/{number}?lang={query.lang}")


def _done(query: WorkQuery) -> str | None:
    return query.done if query.done in STEPS else None


async def _sees(request: Request, wanted: int, actor: Actor) -> bool:
    async with database(request).reading(actor.scope) as connection:
        try:
            await district_of(connection, wanted, scope=actor.scope)
        except UnknownReport:
            return False
    return True


def _read(found: Personal) -> dict[str, Any]:
    told = tuple((name, getattr(found, name) or "") for name in found.fields if name in OWN)
    said = sorted((*(found.notes or ()), *(found.callers or ())), key=lambda one: one.entry)
    lines = tuple(SaidLine(one.type, one.at, " · ".join(filter(None, (one.name, one.phone, one.text)))) for one in said)
    return {"personal": told, "said": lines}


async def _shown(
    request: Request,
    locators: Locators,
    number: str,
    actor: Actor,
    language: Language,
    *,
    changes: Mapping[str, Any],
    status: int = 200,
) -> Response:
    ready, seen = await seen_report(request, locators, id_of(number), actor)
    report: WorkReport = replace(work_report(request, ready, seen, actor, language), **changes)
    frame = frame_of(request, ready, language, f"/tasks/{number}")
    return form_page(work_report_page(frame, report), status)
