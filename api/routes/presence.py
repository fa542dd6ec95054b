"""Positions that people on duty share, and those who may see them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.locators import Ready
from api.routes.common import API, TheLocators, clock
from api.routes.reports import json_only
from api.schemas.presence import PositionsQuery, PositionsTold, PresenceTold, SharingBody
from api.schemas.problems import problems
from api.telling import found_area
from geo.positions import LonLat
from layers.access.permissions import Action
from layers.actors import Actor
from layers.districts.retention import due_at
from layers.reports.locating import at_position
from layers.reports.records import AtPosition
from layers.roster.presence import Sharing, own_presence, presences, share, stop_sharing, trace_reading

router = APIRouter(prefix=API, tags=["presence"], dependencies=[Depends(known_parameters)])
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Done."}}
MINE = needs(Action.SHARE_POSITION)


@router.post(
    "/my/position",
    operation_id="share_position",
    status_code=204,
    dependencies=[Depends(json_only), MINE],
    response_class=Response,
    responses={**DONE, **problems(400, 413, 415)},
)
async def post_position(body: SharingBody, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """Share one's position until a time; the one before is overwritten, and none is ever kept as a track."""
    ready = await _ready(locators, actor)
    given = LonLat(body.lon, body.lat)
    located = at_position(AtPosition(given, body.datum, body.accuracy_m), compiled=ready.compiled)
    path = located.area.path if located.area else None
    sharing = Sharing(given, body.datum, body.accuracy_m, path, body.purpose, body.until)
    async with database(request).filing(actor.scope) as connection:
        await share(connection, sharing, actor=actor, now=clock(request)())
    return Response(status_code=204)


@router.get("/my/position", operation_id="my_position", dependencies=[MINE], responses=problems(404))
async def get_my_position(actor: TheActor, reading: Reading) -> PresenceTold:
    """What is known of one's position: the last one shared, until it is erased."""
    return PresenceTold.of(await own_presence(reading, actor=actor))


@router.delete(
    "/my/position",
    operation_id="stop_sharing_position",
    status_code=204,
    dependencies=[MINE],
    response_class=Response,
    responses={**DONE, **problems()},
)
async def delete_position(request: Request, actor: TheActor) -> Response:
    """Stop sharing: the position is erased at once."""
    async with database(request).filing(actor.scope) as connection:
        await stop_sharing(connection, actor=actor)
    return Response(status_code=204)


@router.get(
    "/positions", operation_id="list_positions", dependencies=[needs(Action.READ_POSITIONS)], responses=problems(404)
)
async def get_positions(
    query: Annotated[PositionsQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> PositionsTold:
    """Where those are who share it, in one's territory; each of them can see that they were looked at, and what for."""
    ready = await _ready(locators, actor)
    now = clock(request)()
    path = None
    if query.level is not None and query.area is not None:
        path = found_area(ready.compiled, query.level, query.area).path
    not_before = due_at(ready.district.settings.retention, now).positions
    async with database(request).reading(actor.scope) as connection:
        seen, more = await presences(connection, scope=actor.scope, path=path, not_before=not_before, now=now)
    async with database(request).filing(actor.scope) as connection:
        await trace_reading(connection, seen, query.purpose, actor=actor, now=now)
    return PositionsTold(positions=[PresenceTold.of(one) for one in seen], more=more)


async def _ready(locators: TheLocators, actor: Actor) -> Ready:
    """The edition in force of the actor's own district."""
    served = next((one for one in await locators.every() if one.district.id == actor.district_id), None)
    return await locators.ready(served.district.code if served else None)
