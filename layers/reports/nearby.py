"""What else was reported at a place: earlier matters of the same kind, and open ones that may be the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_SRID
from geo.distance import scale_at
from geo.positions import LonLat
from layers.actors import Scope
from layers.reports.queries import report
from layers.reports.reading import IS_OPEN
from layers.reports.records import StoredReport, report_number
from layers.reports.tables import KindRow, ReportRow
from layers.scope import reports_seen

#: The same place, for most that is fixed to the ground and was pointed at by phone.
WITHIN_M = 50.0
LOOK_BACK = timedelta(days=90)
MOST = 20


@dataclass(frozen=True, slots=True)
class Near:
    """A report near by: how far, in metres."""

    number: str
    kind: str
    status: str
    filed_at: datetime
    distance_m: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """What lies near a report. `nth`: it is the how-many-th of its kind there in the days before, itself included."""

    nth: int
    earlier: tuple[Near, ...]
    open_same_kind: tuple[Near, ...]


async def nearby(connection: AsyncConnection, wanted_id: int, *, scope: Scope) -> Nearby | None:
    """What lies near a report, of what the scope may see; None for one without a position.

    Raises:
        UnknownReport: there is none that the scope may see.
    """
    found = await report(connection, wanted_id, scope=scope)
    if found.position is None:
        return None
    near = and_(reports_seen(ReportRow, scope), ReportRow.id != wanted_id, *_around(found.position))
    before = and_(ReportRow.filed_at <= found.filed_at, ReportRow.filed_at >= found.filed_at - LOOK_BACK)
    same = KindRow.code == found.kind_code
    counted = select(func.count()).select_from(ReportRow).join(KindRow, KindRow.id == ReportRow.kind_id)
    earlier = await connection.scalar(counted.where(near, before, same, ReportRow.status != "void"))
    return Nearby(
        nth=int(earlier or 0) + 1,
        earlier=await _near(connection, found, and_(near, before, same)),
        open_same_kind=await _near(connection, found, and_(near, same, IS_OPEN)),
    )


def _around(position: LonLat) -> tuple[ColumnElement[bool], ...]:
    """In the box first, which the index knows, then in the circle."""
    lon_m, lat_m = scale_at(position.lat)
    east, north = WITHIN_M / lon_m, WITHIN_M / lat_m
    corners = (position.lon - east, position.lat - north, position.lon + east, position.lat + north)
    box = func.ST_MakeEnvelope(*corners, STORAGE_SRID)
    return ReportRow.geom.op("&&")(box), _distance_m(position) <= WITHIN_M


def _distance_m(position: LonLat) -> Any:
    lon_m, lat_m = scale_at(position.lat)
    east_m = (func.ST_X(ReportRow.geom) - position.lon) * lon_m
    north_m = (func.ST_Y(ReportRow.geom) - position.lat) * lat_m
    return func.sqrt(east_m * east_m + north_m * north_m)


async def _near(connection: AsyncConnection, found: StoredReport, wanted: ColumnElement[bool]) -> tuple[Near, ...]:
    assert found.position is not None
    distance = _distance_m(found.position).label("distance_m")
    statement = (
        select(ReportRow.id, KindRow.code, ReportRow.status, ReportRow.filed_at, distance)
        .join(KindRow, KindRow.id == ReportRow.kind_id)
        .where(wanted)
        .order_by(ReportRow.filed_at.desc(), ReportRow.id.desc())
        .limit(MOST)
    )
    return tuple(
        Near(report_number(row.id), row.code, row.status, row.filed_at, round(row.distance_m, 1))
        for row in await connection.execute(statement)
    )
