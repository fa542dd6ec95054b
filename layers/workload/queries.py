"""The figures of all areas of one level, counted by one statement and handed on column by column.

Every level counts everything in or below its areas; what none of them holds is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.areas.records import Area, Edition
from layers.areas.tables import EditionAreaRow, PopulationRow
from layers.districts.records import District, Level
from layers.reports.reading import IS_OPEN
from layers.reports.tables import ReportRow
from layers.scope import holds, reports_seen
from layers.workload.lately import UNCOUNTED, Lately
from layers.workload.records import Column, Elsewhere, FigureTable, WorkloadSheet

WORKERS_BY_AREA = text((Path(__file__).parent / "sql" / "workers_by_area.sql").read_text(encoding="utf-8"))
UNASSIGNED = func.count().filter(ReportRow.assignee_id.is_(None))
OVERDUE = func.count().filter(ReportRow.overdue_marked)
#: What is due within this time, and not overdue yet, is due soon.
SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Standing:
    """What changes with editions and imports alone: n areas of a level, who lives in them, how many answer for them."""

    ids: tuple[int, ...]
    paths: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    residents: Column
    workers: Column


class _InHand(NamedTuple):
    """What one area has in hand."""

    open: int | None
    unassigned: int | None
    overdue: int | None
    due_soon: int | None
    median_age_open_h: float | None


NOTHING = _InHand(0, 0, 0, 0, None)
#: Of an area outside the territory nothing is known, which is not zero.
UNKNOWN = _InHand(None, None, None, None, None)


async def standing(
    connection: AsyncConnection, edition: Edition, level: Level, areas: Sequence[Area], *, on: date
) -> Standing:
    """Residents and workers of `areas`, which are the areas of a level under an edition, on a day."""
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
    workers = {int(row.area): row.workers for row in answered if row.area}
    return Standing(
        ids=tuple(one.id for one in areas),
        paths=tuple(one.path for one in areas),
        codes=tuple(one.code for one in areas),
        names=tuple(one.name for one in areas),
        residents=tuple(residents.get(one.id) for one in areas),
        workers=tuple(workers.get(one.id) for one in areas),
    )


async def sheet(
    connection: AsyncConnection,
    *,
    scope: Scope,
    district: District,
    edition: Edition,
    level: Level,
    stands: Standing,
    went: Mapping[str, Lately],
    now: datetime,
) -> WorkloadSheet:
    """The figures of the areas of `level` in `edition` that lie in the scope's territory, as of `now` (aware).

    `went`: how the last thirty days were, by code; an area that is not in it has no such figures yet.
    """
    seen = and_(ReportRow.district_id == district.id, reports_seen(ReportRow, scope), IS_OPEN)
    counted = await _in_hand(connection, seen, level, now)
    held = [
        counted.pop(area, NOTHING) if holds(scope, path) else UNKNOWN
        for area, path in zip(stands.ids, stands.paths, strict=True)
    ]
    return WorkloadSheet(
        district_name=district.name,
        district_name_en=district.name_en,
        level_key=level.key,
        level_name=level.name,
        level_name_en=level.name_en,
        edition_number=edition.number,
        as_of=now,
        time_zone=district.time_zone,
        figures=_table(stands, held, _lately(stands, went, scope)),
        held_above=_added(counted.values()),
        unlocated=await _unlocated(connection, seen, now),
    )


def _lately(stands: Standing, went: Mapping[str, Lately], scope: Scope) -> list[Lately]:
    return [
        went.get(code, UNCOUNTED) if holds(scope, path) else UNCOUNTED
        for code, path in zip(stands.codes, stands.paths, strict=True)
    ]


def _table(stands: Standing, held: list[_InHand], went: list[Lately]) -> FigureTable:
    closed, hours, satisfied = zip(*went, strict=True) if went else ((),) * 3
    opened, unassigned, overdue, due_soon, ages_h = zip(*held, strict=True) if held else ((),) * 5
    columns = {
        "open": opened,
        "unassigned": unassigned,
        "residents": stands.residents,
        "workers": stands.workers,
        "median_age_open_h": ages_h,
        "overdue": overdue,
        "due_soon": due_soon,
        "closed_30d": closed,
        "median_h_to_close_30d": hours,
        "satisfaction_30d": satisfied,
    }
    return FigureTable(stands.codes, stands.names, columns)


async def _in_hand(
    connection: AsyncConnection, seen: ColumnElement[bool], level: Level, now: datetime
) -> dict[int, _InHand]:
    """What is in hand by area id; what is held above the level, whose path is too short, stands under 0."""
    found = (await connection.execute(_open_by_area(seen, level.depth + 1, now))).all()
    return {int(area or 0): _InHand(*counts) for area, *counts in found}


def _added(parts: Iterable[_InHand]) -> Elsewhere:
    held = list(parts)
    return Elsewhere(
        open=sum(one.open or 0 for one in held),
        unassigned=sum(one.unassigned or 0 for one in held),
        overdue=sum(one.overdue or 0 for one in held),
        due_soon=sum(one.due_soon or 0 for one in held),
    )


def _counts(now: datetime) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """Open, unassigned, overdue and due soon."""
    soon = and_(~ReportRow.overdue_marked, ReportRow.due_at <= now + SOON)
    return func.count(), UNASSIGNED, OVERDUE, func.count().filter(soon)


def _open_by_area(seen: ColumnElement[bool], nth: int, now: datetime) -> Select[Any]:
    area = func.split_part(ReportRow.area_path, ".", nth).label("area")
    age_s = func.date_part("epoch", now - ReportRow.filed_at)
    return (
        select(area, *_counts(now), func.percentile_cont(0.5).within_group(age_s) / 3600)
        .where(seen, ReportRow.area_path.is_not(None))
        .group_by("area")
    )


async def _unlocated(connection: AsyncConnection, seen: ColumnElement[bool], now: datetime) -> Elsewhere:
    statement = select(*_counts(now)).where(seen, ~ReportRow.located)
    opened, unassigned, overdue, due_soon = (await connection.execute(statement)).one()
    return Elsewhere(opened, unassigned, overdue, due_soon)
