"""Steps in the life of a report: taken, and asked which there are; and the proof of its clock."""

from __future__ import annotations

from dataclasses import asdict, replace

from fastapi import APIRouter, Depends, Request
from psycopg.errors import DeadlockDetected

from api.access import TheActor, datum_of, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.locators import Locators, Ready
from api.problems import asked_language
from api.routes.common import API, TheLocators, clock
from api.routes.reports import ATTEMPTS, ReportNumber, json_only
from api.schemas.problems import problems
from api.schemas.steps import (
    ClockTold,
    FollowedStepBody,
    IntervalTold,
    NearbyTold,
    NearTold,
    PossibleStep,
    PossibleSteps,
    StepBody,
    TakenTold,
)
from layers.access.permissions import Action, NotAllowed
from layers.actors import ANYONE, DESK, NOTHING, Actor
from layers.calendars.queries import calendar_of
from layers.calendars.working_time import Calendar
from layers.reports.clocks import Clock, missing_year, proof_of
from layers.reports.filing import EditionMoved, TryAgain
from layers.reports.lifecycle import Action as StepAction
from layers.reports.links import ReportLinks
from layers.reports.nearby import nearby
from layers.reports.queries import UnknownReport, district_of, id_of
from layers.reports.records import report_number
from layers.reports.steps.possible import asked_now, possible_steps
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import Taken, take_step, taken_before
from layers.scope import enter
from maps.translated import translated

router = APIRouter(prefix=API, tags=["steps"], dependencies=[Depends(known_parameters)])
#: What whoever holds a report's secret may do with it.
FOLLOWERS = frozenset({StepAction.REOPEN, StepAction.EVALUATE})


@router.post(
    "/reports/{number}/steps",
    operation_id="take_step",
    dependencies=[needs(Action.TAKE_STEP), Depends(json_only)],
    responses=problems(400, 404, 409, 413, 415),
)
async def post_step(
    number: ReportNumber, body: StepBody, request: Request, actor: TheActor, locators: TheLocators
) -> TakenTold:
    """Take a step: guarded, recorded and followed by what it leads to, in one transaction.

    The same `client_key` with the same step finds what came of it, also when the report has left one's sight since.
    """
    taken = await take_surely(request, locators, id_of(number), body.step(datum_of(actor)), actor)
    return _told(taken)


@router.post(
    "/follow/steps",
    operation_id="follow_step",
    dependencies=[Depends(json_only)],
    responses=problems(400, 404, 409, 413, 415),
)
async def post_followed(body: FollowedStepBody, request: Request, locators: TheLocators) -> TakenTold:
    """Reopen one's own report, or say how it went, by its number and secret."""
    return _told(await follow_surely(request, locators, body, number=body.number, secret=body.secret))


async def follow_surely(request: Request, locators: Locators, body: StepBody, *, number: str, secret: str) -> Taken:
    """Take a step for whoever holds a report's number and secret.

    Raises:
        UnknownReport: they do not belong together.
        NotAllowed: the step is not one of those.
    """
    links: ReportLinks = request.app.state.links
    wanted = links.opened(number, secret)
    if body.action not in FOLLOWERS:
        raise NotAllowed(
            "With a report's secret it is reopened or judged, nothing else.", field="action", value=body.action.value
        )
    actor = replace(ANYONE, scope=replace(NOTHING, opened=(wanted,)))
    return await take_surely(request, locators, wanted, body.step(None), actor)


async def take_surely(request: Request, locators: Locators, wanted: int, step: StepRequest, actor: Actor) -> Taken:
    """Take a step in a transaction of its own, committed when this returns; raises what `take_step` does."""
    not_edition: int | None = None
    code = await _district(request, wanted, step, actor)
    for _ in range(ATTEMPTS):
        ready = await locators.ready(code, not_edition=not_edition)
        try:
            async with database(request).filing(actor.scope) as plain:
                return await take_step(plain, wanted, step, setting=ready.setting, actor=actor, now=clock(request)())
        except EditionMoved:
            not_edition = ready.compiled.edition.id
        except DeadlockDetected:
            # It and a sweep of many reports waited for each other's loads; nothing of it was written.
            continue
    raise TryAgain("Others keep changing what the step needs.", remedy="Try again in a moment.")


async def _district(request: Request, wanted: int, step: StepRequest, actor: Actor) -> str:
    """The district of a report the actor sees, or no longer sees since this very step; raises `UnknownReport`."""
    async with database(request).reading(actor.scope) as connection:
        try:
            return await district_of(connection, wanted, scope=actor.scope)
        except UnknownReport:
            async with database(request).filing(DESK) as plain:
                if await taken_before(plain, wanted, step, actor) is None:
                    raise
            await enter(connection, DESK)
            return await district_of(connection, wanted, scope=DESK)


def _told(taken: Taken) -> TakenTold:
    return TakenTold(
        number=report_number(taken.report_id),
        status=taken.status,
        position=taken.position,
        again=taken.again,
        due_at=taken.due_at,
        clock=taken.clock,
    )


@router.get(
    "/reports/{number}/steps",
    operation_id="possible_steps",
    dependencies=[needs(Action.TAKE_STEP)],
    responses=problems(404),
)
async def get_steps(number: ReportNumber, request: Request, actor: TheActor, locators: TheLocators) -> PossibleSteps:
    """The steps that whoever asks may take on a report now, with what each must say and what stands against it."""
    wanted = id_of(number)
    language = asked_language(request) or "en"
    async with database(request).reading(actor.scope) as connection:
        ready = await locators.ready(await district_of(connection, wanted, scope=actor.scope))
    async with database(request).filing(actor.scope) as plain:
        asked, version = await asked_now(plain, wanted, setting=ready.setting, actor=actor, now=clock(request)())
    return PossibleSteps(
        number=number,
        status=asked.state.status or "",
        row_version=version,
        steps=[
            PossibleStep(
                action=one.action,
                to=one.to,
                must=sorted(one.must),
                may=sorted(one.may),
                reasons=list(one.reasons),
                stands_against=translated(one.against, language) if one.against else None,
            )
            for one in possible_steps(asked)
        ],
    )


async def _calendar_used(request: Request, ready: Ready, running: Clock) -> Calendar:
    """The calendar a clock was computed by, which may have been corrected since."""
    used = running.calendar or {}
    if all(ready.calendar.versions.get(year) == version for year, version in used.items()):
        return ready.calendar
    async with database(request).reading() as connection:
        return await calendar_of(connection, ready.district, used)


@router.get(
    "/reports/{number}/clock",
    operation_id="clock_of_report",
    dependencies=[needs(Action.READ_RECORD)],
    responses=problems(404),
)
async def get_clock(number: ReportNumber, request: Request, actor: TheActor, locators: TheLocators) -> ClockTold:
    """The clock of a report with its proof: the intervals that counted, and why the others did not."""
    wanted = id_of(number)
    async with database(request).reading(actor.scope) as connection:
        ready = await locators.ready(await district_of(connection, wanted, scope=actor.scope))
    async with database(request).filing(actor.scope) as plain:
        asked, _ = await asked_now(plain, wanted, setting=ready.setting, actor=actor, now=clock(request)())
    running = asked.state.clock
    if running is None:
        return ClockTold(number=number)
    calendar = await _calendar_used(request, ready, running)
    proof = proof_of(running, calendar, now=asked.now, suspended_at=asked.state.suspended_at)
    return ClockTold(
        number=number,
        clock=running.name,
        limit=str(running.limit),
        started_at=running.started_at,
        due_at=running.due_at,
        missing_year=missing_year(running, ready.calendar) if running.due_at is None else None,
        pauses=list(running.pauses),
        extensions=[str(one) for one in running.extensions],
        calendar={str(year): version for year, version in (running.calendar or {}).items()},
        overdue=asked.state.overdue_marked,
        proof=[IntervalTold(start=a.start, end=a.end, counted=a.counted, why=a.why) for a in proof],
    )


@router.get(
    "/reports/{number}/nearby",
    operation_id="nearby_reports",
    dependencies=[needs(Action.READ_RECORD)],
    responses=problems(404),
)
async def get_nearby(number: ReportNumber, actor: TheActor, reading: Reading) -> NearbyTold:
    """Whether it comes back at the same place, and open reports of its kind near by that may be the same matter."""
    found = await nearby(reading, id_of(number), scope=actor.scope)
    if found is None:
        return NearbyTold(number=number)
    return NearbyTold(
        number=number,
        nth=found.nth,
        earlier=[NearTold(**asdict(one)) for one in found.earlier],
        open_same_kind=[NearTold(**asdict(one)) for one in found.open_same_kind],
    )
