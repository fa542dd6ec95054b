"""What is put on paper: a workload map on A3, the consequences and the grids of a plan, the work order of a report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Annotated, Any

import segno
import shapely
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.area_pages import edition_areas
from api.database import database
from api.drawing import class_choice
from api.figure_shelf import Asked, FigureShelf, territory
from api.locators import Ready
from api.plan_shelf import PlanShelf
from api.print_room import PrintRoom
from api.routes.common import API, TheLocators, clock
from api.routes.plan_desk import Drawing, PlanNumber, drawing, sheet_of_drawing
from api.routes.reports import ReportNumber
from api.routes.tasks import own_district
from api.schemas.maps import PrintQuery, ReferenceQuery
from api.schemas.planning import SheetTold
from api.schemas.problems import problems
from api.schemas.reports import WhereTold
from api.work_told import frame_of, seen_report, work_report
from geo.crs import plane_for, plane_from_srid
from geo.positions import Bounds, LonLat
from layers.access.permissions import Action
from layers.actors import DESK, Actor
from layers.areas.queries import UnknownArea, polygons
from layers.areas.records import Area
from layers.plans.consequences import answering_for, heirs_of, shares_of
from layers.plans.keeping import plan
from layers.reports.queries import id_of
from layers.scope import holds
from maps.outlines import AreaOutline
from maps.printed_order import OrderGround, order_page
from maps.printed_plan import PlanHead, consequences_page, grid_sheets, grids_page
from maps.printed_view import PrintedArea, view_page
from maps.strings import Language, phrase

router = APIRouter(dependencies=[Depends(known_parameters)])
PDF, PNG = "application/pdf", "image/png"
PAPER: dict[int | str, dict[str, Any]] = {200: {"description": "The document.", "content": {PDF: {}}}}
PICTURE: dict[int | str, dict[str, Any]] = {200: {"description": "The picture.", "content": {PNG: {}}}}
Printed = Annotated[PrintQuery, Query()]
Shown = Annotated[ReferenceQuery, Query()]


@router.get(
    "/maps/workload.pdf",
    operation_id="workload_pdf",
    tags=["maps"],
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PAPER, **problems(404, 503)},
)
async def get_map_pdf(query: Printed, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """What a workload map shows as a sheet of A3: title, legend with counts, date, edition, scale bar, north."""
    given, name = await _view(query, request, actor, locators)
    return _sent(await _room(request).pdf(lambda: view_page(**given)), f"{name}.pdf", PDF)


@router.get(
    "/maps/workload.png",
    operation_id="workload_png",
    tags=["maps"],
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PICTURE, **problems(404, 503)},
)
async def get_map_png(query: Printed, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """The same sheet as a picture."""
    given, name = await _view(query, request, actor, locators)
    return _sent(await _room(request).picture(lambda: view_page(**given)), f"{name}.png", PNG)


@router.get(
    f"{API}/plans/{{plan}}/consequences.pdf",
    operation_id="consequences_pdf",
    tags=["plans"],
    dependencies=[needs(Action.READ_PLANS)],
    response_class=Response,
    responses={**PAPER, **problems(404, 503)},
)
async def get_consequences_pdf(
    number: PlanNumber, query: Shown, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """The consequences of a plan with maps of before and after, for whoever decides on it at a table."""
    drawn, sheet = await _planned(number, request, actor, locators)
    head = _head(drawn, sheet, query.lang)
    made = await _room(request).pdf(lambda: consequences_page(head, drawn.redrawn, sheet.model_dump(), query.lang))
    return _sent(made, f"plan-{number}.pdf", PDF)


@router.get(
    f"{API}/plans/{{plan}}/grids.pdf",
    operation_id="grids_pdf",
    tags=["plans"],
    dependencies=[needs(Action.READ_PLANS)],
    response_class=Response,
    responses={**PAPER, **problems(404, 503)},
)
async def get_grids_pdf(
    number: PlanNumber, query: Shown, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """A sheet for each grid that a plan draws: map, borders in words (四至), figures, who would answer for it."""
    drawn, sheet = await _planned(number, request, actor, locators)
    head, people, names = _head(drawn, sheet, query.lang), await _people(request, drawn), _names(drawn)
    counted = {one.code: one.after for one in sheet.cells if one.after is not None}

    def page() -> str:
        return grids_page(head, grid_sheets(drawn.redrawn, names, counted, people, query.lang), query.lang)

    return _sent(await _room(request).pdf(page), f"plan-{number}-grids.pdf", PDF)


@router.get(
    f"{API}/reports/{{number}}/order.pdf",
    operation_id="order_pdf",
    tags=["reports"],
    dependencies=[needs(Action.TAKE_STEP)],
    response_class=Response,
    responses={**PAPER, **problems(404, 503)},
)
async def get_order(
    number: ReportNumber, query: Shown, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """The work order (工单) of a report for paper: without personal data, those are behind the code it shows."""
    ready, seen = await seen_report(request, locators, id_of(number), actor)
    report = work_report(request, ready, seen, actor, query.lang)
    frame = frame_of(request, ready, query.lang, f"/tasks/{number}")
    ground = await _ground(request, ready, seen.told.where)
    code = _code(f"{str(request.base_url).rstrip('/')}/tasks/{number}")
    return _sent(await _room(request).pdf(lambda: order_page(frame, report, ground, code)), f"order-{number}.pdf", PDF)


async def _view(query: PrintQuery, request: Request, actor: Actor, locators: TheLocators) -> tuple[dict[str, Any], str]:
    """What the sheet is made of, and the name of its file."""
    served = await locators.district(query.district)
    level = served.district.levels[-1] if query.level is None else served.district.level(query.level)
    async with database(request).reading(actor.scope) as connection:
        found = await edition_areas(connection, served, query.edition)
        areas, shapes = await polygons(connection, found.edition.id, depth=level.depth)
    top = _above(list(found.by_id.values()), query.area, level.depth)
    inside = [holds(actor.scope, one.path) and (top is None or one.path.startswith(top.path)) for one in areas]
    part = 1 if top is None else top.depth + 1
    drawn = [
        PrintedArea(AreaOutline(one.code, one.name, shape, one.label), found.chain(one)[min(part, one.depth)].code)
        for one, shape, shown in zip(areas, shapes, inside, strict=True)
        if shown
    ]
    shelf: FigureShelf = request.app.state.figures
    asked = Asked(served.district.id, query.level, query.edition, territory(actor.scope))
    sheet = (await shelf.figures(served, asked)).sheet
    where = "" if top is None else " · ".join(one.name for one in found.chain(top)[1:])
    given = {"areas": drawn, "metric": query.metric, "choice": class_choice(query), "where": where}
    return {"sheet": sheet, "language": query.lang, **given}, f"workload-{level.key}-{sheet.as_of:%Y%m%d}"


def _above(areas: Sequence[Area], code: str | None, depth: int) -> Area | None:
    """The area of this code that a level lies in, or that is one of the level."""
    if code is None:
        return None
    known = [one for one in areas if one.code == code and one.depth <= depth]
    if not known:
        raise UnknownArea(f"There is no area {code!r} on or above this level.", field="area", value=code)
    return min(known, key=lambda one: one.depth)


async def _planned(number: int, request: Request, actor: Actor, locators: TheLocators) -> tuple[Drawing, SheetTold]:
    ready = await own_district(locators, actor)
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
    return drawn, await sheet_of_drawing(request, drawn)


def _head(drawn: Drawing, sheet: SheetTold, language: Language) -> PlanHead:
    one, zone = drawn.plan, drawn.ready.district.zone
    state = phrase(f"plan.state_{one.state.value}", language)
    effective = one.effective_at and f"{one.effective_at.astimezone(zone):%Y-%m-%d %H:%M}"
    told = {
        "state": state,
        "area": _names(drawn).get(one.area_code, one.area_code),
        "edition": str(one.base),
        "effective_at": effective or "",
        "document": one.document,
        "reason": one.reason,
    }
    facts = [(phrase(f"plan.{name}", language), text) for name, text in told.items() if text]
    return PlanHead(one.id, one.name, state, facts, f"{sheet.as_of.astimezone(zone):%Y-%m-%d %H:%M}")


def _names(drawn: Drawing) -> dict[str, str]:
    """What areas are called, those above the grids and those that the plan stands on."""
    return {one.code: one.name for one in drawn.ready.compiled.areas.values()} | dict(drawn.names)


async def _people(request: Request, drawn: Drawing) -> dict[str, list[str]]:
    """By code of each new or changed grid, the numbers of those who would answer for it first."""
    redrawn, district = drawn.redrawn, drawn.ready.district
    bounds = Bounds(*shapely.total_bounds([one.polygon for one in redrawn.before.cells]).tolist())
    plane = plane_from_srid(district.plane_srid) if district.plane_srid else plane_for(bounds)
    heirs = heirs_of(redrawn, shares_of(redrawn, plane), plane)
    former = {code: heirs.get(code, code) for code in (*redrawn.created, *redrawn.changed)}
    today = clock(request)().astimezone(district.zone).date()
    async with database(request).reading(DESK) as connection:
        answering = await answering_for(connection, district, set(former.values()), on=today)
    return {code: sorted(number for number, held in answering.items() if was in held) for code, was in former.items()}


async def _ground(request: Request, ready: Ready, where: WhereTold) -> OrderGround | None:
    cell = where.path[-1] if where.path else None
    shelf: PlanShelf = request.app.state.plans
    async with database(request).reading(DESK) as connection:
        ground = await shelf.ground(connection, ready.district, ready.compiled.edition.id)
    if cell is None or cell.code not in ground.coverage:
        return None
    around = [(code[-3:], ground.coverage[code].polygon) for code in ground.coverage.neighbours(cell.code)]
    at = None if where.position is None else LonLat(where.position.lon, where.position.lat)
    return OrderGround(ground.coverage[cell.code].polygon, around, at)


def _code(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=1)
    return out.getvalue().decode()


def _room(request: Request) -> PrintRoom:
    room: PrintRoom = request.app.state.print_room
    return room


def _sent(body: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type=kind)
