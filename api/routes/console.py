"""The dispatcher's console (调度台): its page, and what is open in few words."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading
from api.outline_shelf import OutlineShelf
from api.problems import PAGE_POLICY
from api.routes.common import API, TheLocators, clock
from api.routes.tasks import own_district
from api.schemas.console import ConsoleQuery, OpenQuery, OpenReportsTold
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.actors import Role
from layers.reports.open_reports import OpenReport, open_reports
from layers.reports.queries import id_of

router = APIRouter(tags=["console"], dependencies=[Depends(known_parameters)])
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}
#: Like every page, with its own modules and what they fetch.
POLICY = PAGE_POLICY.replace("default-src 'none'", "default-src 'none'; script-src 'self'; connect-src 'self'")
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}


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
        sees_figures=bool(actor.scope.paths),
        outlines={key: f"/maps/outlines/{name}.json?district={district.code}" for key, name in names.items()},
    )
    page = await asyncio.to_thread(console_page, facts, query.lang)
    return Response(page, headers=HEADERS, media_type="text/html; charset=utf-8")


@router.get(
    f"{API}/open-reports",
    operation_id="list_open_reports",
    dependencies=[needs(Action.READ_REPORTS)],
    response_model=OpenReportsTold,
    responses=problems(404),
)
async def get_open(
    request: Request, query: Annotated[OpenQuery, Query()], actor: TheActor, reading: Reading, locators: TheLocators
) -> Response:
    """Every open report within one's territory in few words, without a page: what a live map begins with."""
    ready = await locators.ready(query.district)
    as_of = clock(request)()
    among = [id_of(one) for one in query.number] or None
    found = await open_reports(reading, ready.district.id, scope=actor.scope, among=among)
    areas = ready.compiled.areas

    def told(one: OpenReport) -> dict[str, Any]:
        steps = [] if one.area_path is None else one.area_path.rstrip(".").split(".")
        codes = [areas[int(step)].code for step in steps if int(step) in areas]
        return {name: getattr(one, name) for name in FEW_WORDS} | {
            "lon": None if one.lon is None else round(one.lon, 7),
            "lat": None if one.lat is None else round(one.lat, 7),
            "areas": codes,
        }

    # Thousands of rows: written as they are, not through a model for each.
    body = orjson.dumps({"as_of": as_of, "reports": [told(one) for one in found]})
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


FEW_WORDS = ("number", "kind", "urgent", "status", "filed_at", "due_at", "overdue", "assigned", "located")
