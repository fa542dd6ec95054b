"""Plans as files: a layer drawn elsewhere told as operations, and the cells of a plan to be taken along."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import orjson
import shapely
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import connection_arguments, database
from api.plan_answers import NotLayer
from api.plan_shelf import features
from api.routes.common import API, TheLocators, clock
from api.routes.plan_desk import Drawing, PlanNumber, communities_of, drawing, sheet_of_drawing
from api.routes.tasks import own_district
from api.schemas.plan_files import DefectTold, ElsewhereQuery, ElsewhereTold
from api.schemas.planning import ReplayedPersonTold, ReplayedSideTold, ReplayTold
from api.schemas.problems import problems
from api.workrooms import Workroom
from layers.access.permissions import Action
from layers.actors import DESK
from layers.areas.defects import DefectsFound, Finding
from layers.areas.importing import LevelRequest
from layers.areas.queries import editions
from layers.migrations import sqlalchemy_url
from layers.plans.drawn_elsewhere import Elsewhere, drawn_elsewhere
from layers.plans.keeping import plan
from layers.plans.replaying import Side, replay_year
from layers.plans.replaying_rows import year_of
from layers.read.features import read_features
from layers.reports.filing import TryAgain

router = APIRouter(prefix=f"{API}/plans", tags=["plans"], dependencies=[Depends(known_parameters)])
#: Media type → the ending by which the file is read.
FORMATS = {
    "application/zip": ".zip",
    "application/geopackage+sqlite3": ".gpkg",
    "application/geo+json": ".geojson",
}
GEOJSON: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The grids of the plan's area as it leaves them, with where they come from.",
        "content": {"application/geo+json": {"schema": {"type": "object"}}},
    }
}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The layer of grids: a zipped Shapefile, a GeoPackage or GeoJSON, at most 10 MiB.",
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in FORMATS},
    }
}


class TableFull(TryAgain):
    """Other layers are being compared."""


FULL = ("Another layer is being compared.", "Send this one again in a moment.")
PATIENCE_S = 20.0


def drawing_table() -> Workroom:
    """Where layers are compared, one at a time: a whole district takes some seconds of one core."""
    return Workroom(TableFull, *FULL, places=1, patience_s=PATIENCE_S)


def _table(request: Request) -> Workroom:
    found: Workroom = request.app.state.drawing_table
    return found


async def layer_only(request: Request) -> None:
    """Refuse a body that is not declared as a layer."""
    _ending(request)


def _ending(request: Request) -> str:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in FORMATS:
        raise NotLayer("The body must be a layer of grids.", remedy=f"Send Content-Type {' or '.join(FORMATS)}.")
    return FORMATS[declared]


@router.post(
    "/{plan}/drawn",
    operation_id="compare_drawn",
    dependencies=[needs(Action.DRAW_PLANS), Depends(layer_only)],
    openapi_extra=BODY,
    responses=problems(400, 404, 409, 413, 415),
)
async def post_drawn(
    *,
    number: PlanNumber,
    query: Annotated[ElsewhereQuery, Query()],
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> ElsewhereTold:
    """How a layer drawn elsewhere differs from the plan: operations to be sent to `…/operations`, or its defects.

    Nothing is changed. What is thinner than `noise_m` is noise: the same plan digitised twice comes to no operations.
    """
    ready = await own_district(locators, actor)
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
    whole = drawn.plan.area_code == ready.district.code
    inside = None if whole else communities_of(ready, drawn.plan.area_code)
    asked = _Asked(await request.body(), _ending(request), query, inside)
    work = partial(_compared, database(request).url, drawn, asked)
    try:
        return _told(await _table(request).make(work), query.noise_m)
    except DefectsFound as found:
        return ElsewhereTold(noise_m=query.noise_m, operations=[], defects=[_defect(one) for one in found.findings])


class _Asked(NamedTuple):
    content: bytes
    ending: str
    query: ElsewhereQuery
    inside: frozenset[str] | None


def _compared(url: str, drawn: Drawing, given: _Asked) -> Elsewhere:
    """In a thread of its own: reading and comparing a whole layer takes seconds."""
    query = given.query
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"drawn{given.ending}"
        path.write_bytes(given.content)
        table = read_features(path, layer=query.layer, encoding=query.encoding)
    district = drawn.ready.district
    asked = LevelRequest(
        level=district.levels[-1], code=query.code, parent=query.parent, crs=query.crs, datum=query.datum
    )

    async def compared() -> Elsewhere:
        arguments = connection_arguments()
        engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool, connect_args=arguments)
        try:
            async with engine.connect() as connection:
                base = drawn.redrawn.after
                return await drawn_elsewhere(
                    connection, district, table, asked, base=base, noise_m=query.noise_m, inside=given.inside
                )
        finally:
            await engine.dispose()

    return asyncio.run(compared())


def _told(found: Elsewhere, noise_m: float) -> ElsewhereTold:
    faults = found.difference.faults
    defects = [
        DefectTold(reason=one.reason, codes=list(one.codes), message="", where=shapely.geometry.mapping(one.where))
        for one in faults
    ]
    operations = [dict(one.facts) for one in found.difference.operations]
    return ElsewhereTold(noise_m=noise_m, operations=operations, defects=defects)


def _defect(one: Finding) -> DefectTold:
    where = None
    if one.geometry is not None:
        where = shapely.geometry.mapping(one.geometry)
    elif one.place is not None:
        where = {"type": "Point", "coordinates": [one.place.lon, one.place.lat]}
    return DefectTold(reason=one.kind, codes=list(one.codes), message=one.message, where=where)


@router.get(
    "/{plan}/replay",
    operation_id="replay_plan",
    dependencies=[needs(Action.READ_PLANS)],
    responses=problems(404),
)
async def get_replay(number: PlanNumber, request: Request, actor: TheActor, locators: TheLocators) -> ReplayTold:
    """Last year's reports filed again, before and after the plan, by the assignment rule and today's roster."""
    ready, now = await own_district(locators, actor), clock(request)()
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
        base = next(one for one in await editions(connection, ready.district) if one.id == drawn.plan.base_id)
    # Counted at the desk: the same for everyone who may read the plan.
    async with database(request).reading(DESK) as connection:
        kinds = ready.setting.kinds.values()
        filed, posts = await year_of(connection, ready.district, base, drawn.redrawn, kinds=kinds, now=now)
    told = await _table(request).make(partial(replay_year, filed, posts, ready.district.zone))
    people = [
        ReplayedPersonTold(number=one, before=_side(before), after=_side(after))
        for one, (before, after) in told.people.items()
    ]
    return ReplayTold(
        as_of=now,
        reports=told.reports,
        changed=told.changed,
        nobody_before=told.nobody_before,
        nobody_after=told.nobody_after,
        people=people,
    )


def _side(side: Side) -> ReplayedSideTold:
    return ReplayedSideTold(reports=side.reports, most=side.most, walk_m=round(side.walk_m))


@router.get(
    "/{plan}/drawn.geojson",
    operation_id="export_plan",
    dependencies=[needs(Action.READ_PLANS)],
    response_class=Response,
    responses={**GEOJSON, **problems(404)},
)
async def get_drawn(number: PlanNumber, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """The grids of the plan's area as it leaves them, with measures, and where the plan stands: base, version, time."""
    ready = await own_district(locators, actor)
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
        base = next(one for one in await editions(connection, ready.district) if one.id == drawn.plan.base_id)
    sheet = await sheet_of_drawing(request, drawn)
    inside = communities_of(ready, drawn.plan.area_code)
    after = drawn.redrawn.after
    told = features([one for one in after.cells if one.parent in inside], drawn.redrawn, ready.district, drawn.names)
    measures = {one.code: one.after for one in sheet.cells if one.after}
    for one in told["features"]:
        one["properties"] |= measures.get(one["properties"]["code"], {})
        one["properties"].pop("inside")
    one_plan = drawn.plan
    told["provenance"] = {
        "plan": one_plan.id,
        "name": one_plan.name,
        "version": one_plan.version,
        "state": one_plan.state.value,
        "area": one_plan.area_code,
        "base_edition": base.number,
        "operations": one_plan.taken,
        "certificate": f"{API}/editions/{base.number}/certificate",
        "datum": "wgs84",
        "made_at": clock(request)(),
    }
    headers = {"Content-Disposition": f'attachment; filename="plan-{number}.geojson"', "Cache-Control": "no-store"}
    return Response(orjson.dumps(told), media_type="application/geo+json", headers=headers)
