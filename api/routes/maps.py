"""Workload maps: the page, the same as one file, and the two halves it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.area_pages import edition_areas
from api.database import database
from api.drawing import map_figures, map_file, map_page
from api.errors import UnknownOutlines
from api.figure_shelf import Asked, Figures, FigureShelf, territory
from api.locators import Served
from api.outline_shelf import OutlineShelf
from api.page_cache import PageCache
from api.routes.common import GeoJson, TheLocators, packed_or_plain, tagged
from api.schemas.common import WITHOUT_NUL
from api.schemas.maps import MapFigures, MapOutlines, MapQuery, OutlinesQuery
from api.schemas.problems import problems
from api.schemas.queries import InDistrict
from layers.access.permissions import Action
from layers.actors import Scope
from layers.areas.records import Edition
from layers.districts.records import Level
from layers.workload.metrics import metric_named

router = APIRouter(prefix="/maps", tags=["maps"], dependencies=[Depends(known_parameters)])

#: Nothing is loaded but from here, and nothing runs that stands in the page; our start page frames it.
LINKED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
#: The page that is one file loads nothing at all.
ALONE = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
FOREVER = "public, max-age=31536000, immutable"
HTML = "text/html; charset=utf-8"
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}


async def outline_shelf(request: Request) -> OutlineShelf:
    """The outlines of the application."""
    found: OutlineShelf = request.app.state.outlines
    return found


TheShelf = Annotated[OutlineShelf, Depends(outline_shelf)]
MapArguments = Annotated[MapQuery, Query()]


@router.get(
    "/workload",
    operation_id="workload_map",
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_map(
    request: Request, query: MapArguments, actor: TheActor, locators: TheLocators, shelf: TheShelf
) -> Response:
    """The workload map as a page: outlines and figures are loaded apart, the figures again every minute."""
    served = await locators.district(query.district)
    level, edition = await _chosen(request, query, actor.scope, served)
    metric_named(query.metric)
    shelved = await shelf.outlines(edition, level)
    given = (served.district, edition, level, query, shelved.name(edition, level))
    body = await _kept(request, ("page", edition.id, query), lambda: map_page(*given))
    return _html(body, LINKED)


@router.get(
    "/workload.html",
    operation_id="workload_file",
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_file(
    *,
    request: Request,
    query: MapArguments,
    actor: TheActor,
    locators: TheLocators,
    shelf: TheShelf,
) -> Response:
    """The same map as one HTML file that needs no server, to be kept or sent on."""
    served = await locators.district(query.district)
    level, edition = await _chosen(request, query, actor.scope, served)
    metric_named(query.metric)
    shelved = await shelf.outlines(edition, level)
    sheet = (await _figures(request, query, actor.scope, served)).sheet
    key = ("file", edition.id, query, territory(actor.scope))
    body = await _kept(request, key, lambda: map_file(sheet, shelved.outlines, query))
    name = f"workload-{level.key}-{sheet.as_of:%Y%m%d}.html"
    answer = _html(body, ALONE)
    if name.isascii():
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@router.get(
    "/figures",
    operation_id="workload_figures",
    dependencies=[needs(Action.READ_FIGURES)],
    response_model=MapFigures,
    responses=problems(404),
)
async def get_figures(request: Request, query: MapArguments, actor: TheActor, locators: TheLocators) -> Response:
    """The figures of a map: columns in the order of the outlines, and the class breaks; at most a second old.

    `Cache-Control: no-cache` in the request has them counted anew.
    """
    metric_named(query.metric)
    found = await _figures(request, query, actor.scope, await locators.district(query.district))
    choice = (query.metric, query.breaks, query.classes, query.limits)
    told = await found.told(choice, lambda sheet: map_figures(sheet, query))
    return tagged(request, told.plain, packed=told.packed)


@router.get(
    "/outlines",
    operation_id="find_outlines",
    dependencies=[needs(Action.READ_FIGURES)],
    status_code=307,
    response_class=RedirectResponse,
    responses={307: {"description": "Where they are, for ever."}, **problems(404)},
)
async def find_outlines(
    request: Request, query: Annotated[OutlinesQuery, Query()], actor: TheActor, locators: TheLocators, shelf: TheShelf
) -> RedirectResponse:
    """The outlines of a level of any edition, former, in force or a draft: leads to the address that holds them."""
    served = await locators.district(query.district)
    edition = await _edition(request, actor.scope, served, query.edition)
    level = served.district.levels[-1] if query.level is None else served.district.level(query.level)
    name = (await shelf.outlines(edition, level)).name(edition, level)
    return RedirectResponse(f"/maps/outlines/{name}.json?{urlencode({'district': served.district.code})}", 307)


@router.get(
    "/outlines/{name}.json",
    operation_id="outlines",
    response_class=GeoJson,
    response_model=MapOutlines,
    responses=problems(404),
)
async def get_outlines(
    *,
    request: Request,
    name: Annotated[str, Path(max_length=200, pattern=WITHOUT_NUL, description="As the map's page names them.")],
    query: Annotated[InDistrict, Query()],
    actor: TheActor,
    locators: TheLocators,
    shelf: TheShelf,
) -> Response:
    """The outlines of one level of an edition, under a name that holds a digest of them: they never change."""
    served = await locators.district(query.district)
    number, _, rest = name.partition("-")
    key = rest.rpartition("-")[0]
    levels = {one.key: one for one in served.district.levels}
    if not (number.isascii() and number.isdigit() and len(number) < 10 and key in levels):
        raise _unknown()
    edition = await _edition(request, actor.scope, served, int(number))
    shelved = await shelf.outlines(edition, levels[key])
    if shelved.name(edition, levels[key]) != name:
        raise _unknown()
    return packed_or_plain(
        request, shelved.outlines.body, shelved.packed, {"Cache-Control": FOREVER}, GeoJson.media_type
    )


async def _chosen(request: Request, query: MapQuery, scope: Scope, served: Served) -> tuple[Level, Edition]:
    district = served.district
    level = district.levels[-1] if query.level is None else district.level(query.level)
    return level, await _edition(request, scope, served, query.edition)


async def _edition(request: Request, scope: Scope, served: Served, number: int | None) -> Edition:
    # The connection is given back at once: the shelves take their own, and whoever waited for one while holding
    # another would wait for ever beside others who do the same.
    async with database(request).reading(scope) as connection:
        return (await edition_areas(connection, served, number)).edition


async def _figures(request: Request, query: MapQuery, scope: Scope, served: Served) -> Figures:
    shelf: FigureShelf = request.app.state.figures
    asked = Asked(served.district.id, query.level, query.edition, territory(scope))
    return await shelf.figures(served, asked, anew="no-cache" in request.headers.get("cache-control", ""))


async def _kept(request: Request, key: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
    pages: PageCache = request.app.state.pages
    return await pages.get(key, make)


def _html(body: bytes, policy: str) -> Response:
    return Response(body, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"}, media_type=HTML)


def _unknown() -> UnknownOutlines:
    return UnknownOutlines("There are no outlines of this name.", field="name", remedy="Load the map's page again.")
