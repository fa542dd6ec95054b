"""The dispatcher's console (调度台): its page, and what is open in few words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.lookers import Lookers
from api.outline_shelf import OutlineShelf
from api.problems import PAGE_POLICY
from api.routes.common import API, TheLocators, clock
from api.routes.reports import ReportNumber
from api.routes.tasks import own_district
from api.schemas.console import ConsoleQuery, DayQuery, DayTold, LookingTold, OpenQuery, OpenReportsTold
from api.schemas.problems import problems
from api.shared_reads import SharedReads
from api.surface import surface
from api.telling_day import told_day
from layers.access.permissions import Action
from layers.actors import Role
from layers.areas.records import CompiledEdition
from layers.reports.day import day_of
from layers.reports.open_reports import OpenReport, open_reports
from layers.reports.queries import district_of, id_of
from maps.base_map import BaseMap

router = APIRouter(tags=["console"], dependencies=[Depends(known_parameters)])
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}
#: Like every page, with its own modules and what they fetch.
POLICY = PAGE_POLICY.replace("default-src 'none'", "default-src 'none'; script-src 'self'; connect-src 'self'")
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


def headers_with(base: BaseMap | None) -> dict[str, str]:
    """The headers of a page with a map."""
    return HEADERS if base is None else {**HEADERS, "Content-Security-Policy": base.allowed_in(POLICY)}


@router.get(
    "/console",
    operation_id="console_page",
    dependencies=[needs(Action.READ_RECORD)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_console(
    request: Request, query: Annotated[ConsoleQuery, Query()], actor: TheActor, locators: TheLocators
) -> Response:
    """The map of the territory, the queues beside it, and one report with all that can be done about it."""
    from maps.console import ConsoleFacts, console_page

    ready = await own_district(locators, actor)
    district, edition = ready.district, ready.compiled.edition
    shelf: OutlineShelf = request.app.state.outlines
    names = {level.key: (await shelf.outlines(edition, level)).name(edition, level) for level in district.levels}
    facts = ConsoleFacts(
        district=district,
        role=actor.role or Role.RESIDENT,
        edition_number=edition.number,
        sees_figures=bool(actor.scope.paths),
        base_map=surface(request).base_map,
        outlines={key: f"/maps/outlines/{name}.json?district={district.code}" for key, name in names.items()},
    )
    page = await asyncio.to_thread(console_page, facts, query.lang)
    return Response(page, headers=headers_with(facts.base_map), media_type="text/html; charset=utf-8")


@router.get(
    f"{API}/open-reports",
    operation_id="list_open_reports",
    dependencies=[needs(Action.READ_REPORTS)],
    response_model=OpenReportsTold,
    responses=problems(404),
)
async def get_open(
    request: Request, query: Annotated[OpenQuery, Query()], actor: TheActor, locators: TheLocators
) -> Response:
    """Every open report within one's territory in few words, without a page: what a live map begins with."""
    ready = await locators.ready(query.district)
    among = tuple(id_of(one) for one in query.number)
    # Whose account it is decides nothing here: all who see the same ask as one.
    scope = replace(actor.scope, account_id=None, administers=None, audits=None)

    async def read() -> bytes:
        as_of = clock(request)()
        async with database(request).reading(scope) as reading:
            found = await open_reports(reading, ready.district.id, scope=scope, among=among or None)
        return _told_open(found, ready.compiled, as_of)

    reads: SharedReads[bytes] = request.app.state.open_reads
    body = await reads.ask((ready.compiled.edition.id, scope, among), read)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def _told_open(found: Sequence[OpenReport], compiled: CompiledEdition, as_of: datetime) -> bytes:
    """Thousands of rows: written as they are, not through a model for each."""
    areas = compiled.areas

    def told(one: OpenReport) -> dict[str, Any]:
        steps = [] if one.area_path is None else one.area_path.rstrip(".").split(".")
        codes = [areas[int(step)].code for step in steps if int(step) in areas]
        return {name: getattr(one, name) for name in FEW_WORDS} | {
            "lon": None if one.lon is None else round(one.lon, 7),
            "lat": None if one.lat is None else round(one.lat, 7),
            "areas": codes,
        }

    return orjson.dumps({"as_of": as_of, "reports": [told(one) for one in found]})


FEW_WORDS = ("number", "kind", "urgent", "status", "filed_at", "due_at", "overdue", "assigned", "located")


@router.post(
    f"{API}/reports/{{number}}/looking",
    operation_id="look_at_report",
    dependencies=[needs(Action.READ_RECORD)],
    responses=problems(404),
)
async def post_looking(number: ReportNumber, request: Request, actor: TheActor) -> LookingTold:
    """Says that one has a report open, for a minute, and tells who else has: by role, kept in memory alone."""
    wanted = id_of(number)
    async with database(request).reading(actor.scope) as reading:
        await district_of(reading, wanted, scope=actor.scope)
    lookers: Lookers = request.app.state.lookers
    return LookingTold(number=number, others=await lookers.look(wanted, actor))


@router.get(
    f"{API}/open-reports/day",
    operation_id="read_day",
    dependencies=[needs(Action.READ_REPORTS)],
    response_model=DayTold,
    responses=problems(404),
)
async def get_day(
    request: Request, query: Annotated[DayQuery, Query()], actor: TheActor, reading: Reading, locators: TheLocators
) -> Response:
    """A day from the record: every report within one's territory that was open on it, and how it stood when.

    The state at any moment of the day follows from it without another question.
    """
    ready = await locators.ready(query.district)
    found = await day_of(reading, ready.district, query.day, scope=actor.scope, now=clock(request)())
    body = await asyncio.to_thread(told_day, ready.district, query.day, found)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
