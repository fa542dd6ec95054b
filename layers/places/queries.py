"""Questions about service points: which are nearest, and which there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_SRID
from geo.distance import metres_per_degree
from geo.jurisdiction import below_bounds
from geo.positions import LonLat
from layers.areas.tables import EditionAreaRow
from layers.places.records import NearServicePoint, ServicePoint
from layers.places.tables import ServicePointRow

NEAREST = text((Path(__file__).parent / "sql" / "nearest.sql").read_text(encoding="utf-8"))
BOX_LIMIT_M = 100_000


async def nearest(
    connection: AsyncConnection, district_id: int, position: LonLat, *, kind: str | None = None, limit: int = 5
) -> list[NearServicePoint]:
    """The `limit` service points nearest to a position (storage datum), nearest first, exact on the ellipsoid."""
    lon_degree_m, lat_degree_m = metres_per_degree(position.lat)
    rows = await connection.execute(
        NEAREST,
        {
            "lon": position.lon,
            "lat": position.lat,
            "srid": STORAGE_SRID,
            "district": district_id,
            "kind": kind,
            "limit": limit,
            "box_limit_m": BOX_LIMIT_M,
            # At a pole a degree of longitude has no length.
            "lon_degree_m": max(float(lon_degree_m), 1.0),
            "lat_degree_m": float(lat_degree_m),
        },
    )
    return [NearServicePoint(_service_point(row), row.distance_m) for row in rows]


async def service_points(
    connection: AsyncConnection,
    district_id: int,
    *,
    kind: str | None = None,
    within: tuple[int, str] | None = None,
    after_code: str | None = None,
    limit: int = 100,
) -> list[ServicePoint]:
    """Service points by code, of one kind if given; `within` is an edition's id and the path of one of its areas."""
    columns = ServicePointRow.__table__.c
    statement = select(
        *columns, func.ST_X(ServicePointRow.geom).label("lon"), func.ST_Y(ServicePointRow.geom).label("lat")
    ).where(columns.district_id == district_id)
    if kind is not None:
        statement = statement.where(columns.kind == kind)
    if after_code is not None:
        statement = statement.where(columns.code > after_code)
    if within is not None:
        edition_id, path = within
        low, high = below_bounds(path)
        cells = select(EditionAreaRow.area_id).where(
            EditionAreaRow.edition_id == edition_id, EditionAreaRow.path >= low, EditionAreaRow.path < high
        )
        statement = statement.where(columns.area_id.in_(cells))
    return [_service_point(row) for row in await connection.execute(statement.order_by(columns.code).limit(limit))]


async def service_point_kinds(connection: AsyncConnection, district_id: int) -> Sequence[str]:
    """The kinds of service point the district has."""
    statement = select(ServicePointRow.kind).where(ServicePointRow.district_id == district_id).distinct()
    return (await connection.scalars(statement.order_by(ServicePointRow.kind))).all()


def _service_point(row: Row[*tuple[Any, ...]]) -> ServicePoint:
    return ServicePoint(
        id=row.id,
        code=row.code,
        kind=row.kind,
        name=row.name,
        address=row.address,
        hours=row.hours,
        offers=tuple(row.offers),
        position=LonLat(row.lon, row.lat),
        area_id=row.area_id,
        attributes=row.attributes,
    )
