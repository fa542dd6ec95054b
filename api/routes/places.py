"""Service points: the nearest to a position, or all of a kind or an area."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.addresses import known_parameters
from api.database import Reading
from api.locators import Ready
from api.routes.common import API, TheLocators
from api.schemas.common import AreaRef, Position
from api.schemas.places import ServicePointList, ServicePointTold
from api.schemas.problems import problems
from api.schemas.queries import ServicePointQuery
from api.telling import named_area
from geo.datum import position_to_storage
from layers.places.queries import nearest, service_point_kinds, service_points
from layers.places.records import ServicePoint

router = APIRouter(prefix=API, tags=["service points"], dependencies=[Depends(known_parameters)])


@router.get("/service-points", operation_id="list_service_points", responses=problems(404))
async def get_service_points(
    query: Annotated[ServicePointQuery, Query()], reading: Reading, locators: TheLocators
) -> ServicePointList:
    """Service points: with lon, lat and datum the nearest ones, otherwise all by code."""
    ready = await locators.ready(query.district)
    kinds = list(await service_point_kinds(reading, ready.district.id))
    if query.position is None:
        page, following = await _by_code(query, reading, ready)
        return ServicePointList(kinds=kinds, service_points=page, next=following)
    found = await nearest(
        reading, ready.district.id, position_to_storage(*query.position), kind=query.kind, limit=query.limit
    )
    told = [_told(one.point, ready, distance_m=round(one.distance_m, 1)) for one in found]
    return ServicePointList(kinds=kinds, service_points=told, next=None)


async def _by_code(
    query: ServicePointQuery, reading: Reading, ready: Ready
) -> tuple[list[ServicePointTold], str | None]:
    path = named_area(ready.compiled, query.named_area)
    found = await service_points(
        reading,
        ready.district.id,
        kind=query.kind,
        within=None if path is None else (ready.compiled.edition.id, path),
        after_code=query.cursor,
        limit=query.limit + 1,
    )
    page = found[: query.limit]
    return [_told(one, ready) for one in page], page[-1].code if len(found) > query.limit else None


def _told(point: ServicePoint, ready: Ready, *, distance_m: float | None = None) -> ServicePointTold:
    area = None if point.area_id is None else ready.compiled.areas.get(point.area_id)
    return ServicePointTold(
        code=point.code,
        kind=point.kind,
        name=point.name,
        address=point.address,
        hours=point.hours,
        offers=list(point.offers),
        position=Position.of(point.position),
        area=AreaRef.of(area, ready.district) if area else None,
        attributes=dict(point.attributes),
        distance_m=distance_m,
    )
