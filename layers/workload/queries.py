"""The figures of all areas of one level, each column counted by one statement.

Every level counts everything in or below its areas. What a level's areas do not hold is told apart, so that on every
level: sum over the areas + held above = all open reports that have an area.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.records import Area, Edition
from layers.areas.tables import EditionAreaRow, PopulationRow
from layers.districts.records import District, Level
from layers.reports.reading import IS_OPEN
from layers.reports.tables import ReportRow
from layers.workload.records import AreaFigures, WorkloadSheet

SQL = Path(__file__).parent / "sql"
OPEN_BY_AREA = text((SQL / "open_by_area.sql").read_text(encoding="utf-8"))
WORKERS_BY_AREA = text((SQL / "workers_by_area.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What changes with imports alone: who lives in the areas of a level and how many answer for them, by area id."""

    residents: Mapping[int, int]
    workers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A workload sheet, and the open reports that none of its areas holds."""

    sheet: WorkloadSheet
    held_above: int
    unlocated: int


async def standing(connection: AsyncConnection, edition: Edition, level: Level, *, on: date) -> Standing:
    """Residents and workers of the areas of a level under an edition, on a day."""
    lived_in = (
        select(PopulationRow.area_id, PopulationRow.residents)
        .join(
            EditionAreaRow,
            (EditionAreaRow.edition_id == PopulationRow.edition_id) & (EditionAreaRow.area_id == PopulationRow.area_id),
        )
        .where(PopulationRow.edition_id == edition.id, EditionAreaRow.depth == level.depth)
    )
    residents = {row.area_id: row.residents for row in await connection.execute(lived_in)}
    answered = await connection.execute(WORKERS_BY_AREA, {"edition": edition.id, "nth": level.depth + 1, "today": on})
    return Standing(residents, {int(row.area): row.workers for row in answered if row.area})


async def sheet(
    connection: AsyncConnection,
    *,
    district: District,
    edition: Edition,
    level: Level,
    areas: Sequence[Area],
    stands: Standing,
    now: datetime,
) -> Sheet:
    """The figures of `areas`, which are the areas of `level` in `edition`, as of `now` (aware)."""
    given = {"district": district.id, "nth": level.depth + 1, "now": now}
    counted = {row.area: row for row in await connection.execute(OPEN_BY_AREA, given)}
    rows = tuple(_figures(one, counted.get(str(one.id)), stands) for one in areas)
    held = sum(row.open for row in rows)
    return Sheet(
        sheet=WorkloadSheet(
            district_name=district.name,
            district_name_en=district.name_en,
            level_key=level.key,
            level_name=level.name,
            level_name_en=level.name_en,
            edition_number=edition.number,
            as_of=now,
            time_zone=district.time_zone,
            rows=rows,
        ),
        held_above=sum(row.open for row in counted.values()) - held,
        unlocated=await _unlocated(connection, district.id),
    )


async def _unlocated(connection: AsyncConnection, district_id: int) -> int:
    statement = (
        select(func.count())
        .select_from(ReportRow)
        .where(ReportRow.district_id == district_id, ~ReportRow.located, IS_OPEN)
    )
    return (await connection.execute(statement)).scalar_one()


def _figures(area: Area, counted: Any, stands: Standing) -> AreaFigures:
    return AreaFigures(
        code=area.code,
        name=area.name,
        open=counted.open if counted else 0,
        unassigned=counted.unassigned if counted else 0,
        residents=stands.residents.get(area.id),
        workers=stands.workers.get(area.id),
        median_age_open_h=counted.median_age_open_h if counted else None,
    )
