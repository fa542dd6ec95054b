"""What the grids of an area are balanced by: weights at places, from buildings or from the reports of a year."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.records import Area
from layers.areas.tables import AreaRow, EditionAreaRow
from layers.places.tables import BuildingRow
from layers.reports.tables import ReportRow
from layers.scope import reports_seen

YEAR = timedelta(days=365)


class Measure(StrEnum):
    """What is to be even."""

    HOUSEHOLDS = "households"
    RESIDENTS = "residents"
    OVER_60 = "over_60"
    REPORTS = "reports"


async def weights_in(
    connection: AsyncConnection, edition_id: int, area: Area, measure: Measure, *, now: datetime
) -> list[tuple[float, float, float]]:
    """(lon, lat, weight) of everything in an area that counts; reports are those of the year up to `now` (aware)."""
    found = await connection.execute(_asked(edition_id, area.path, measure, now))
    return [(row[0], row[1], float(row[2])) for row in found]


async def weights_below(
    connection: AsyncConnection, edition_id: int, community: str, measure: Measure, *, now: datetime
) -> list[tuple[float, float, float]]:
    """The same for the area above the cells that has this code; nothing where there is none."""
    path = select(EditionAreaRow.path).join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
    found = await connection.scalar(path.where(EditionAreaRow.edition_id == edition_id, AreaRow.code == community))
    if found is None:
        return []
    rows = await connection.execute(_asked(edition_id, found, measure, now))
    return [(row[0], row[1], float(row[2])) for row in rows]


def _asked(edition_id: int, path: str, measure: Measure, now: datetime) -> Select[Any]:
    if measure is Measure.REPORTS:
        one = ReportRow
        return select(func.ST_X(one.geom), func.ST_Y(one.geom), literal(1.0)).where(
            one.area_path.startswith(path, autoescape=True),
            one.geom.is_not(None),
            one.status != "void",
            one.filed_at > now - YEAR,
            reports_seen(one, DESK),
        )
    held = select(EditionAreaRow.area_id).where(
        EditionAreaRow.edition_id == edition_id, EditionAreaRow.path.startswith(path, autoescape=True)
    )
    weight = {
        Measure.HOUSEHOLDS: BuildingRow.households,
        Measure.RESIDENTS: BuildingRow.residents,
        Measure.OVER_60: BuildingRow.over_60,
    }[measure]
    return select(func.ST_X(BuildingRow.geom), func.ST_Y(BuildingRow.geom), weight).where(
        BuildingRow.area_id.in_(held), weight > 0
    )
