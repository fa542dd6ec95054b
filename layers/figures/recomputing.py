"""Figures recomputed from the journals alone, and what differs from those that are served."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row as StoredRow
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.queries import areas
from layers.areas.records import Edition
from layers.districts.records import District, Level
from layers.figures.definitions import COUNTS, figures_of
from layers.figures.dimensions import Asked, dimension, top_group
from layers.figures.grounds import Ground, ground
from layers.figures.records import NOTHING, By, Counted, Named, Period
from layers.figures.sheets import period_sheet, weights_of
from layers.figures.tallying import Life, Span, tally
from layers.reports.folding import fold
from layers.reports.journal_tables import JournalRow
from layers.reports.state import State, Told
from layers.reports.tables import KindRow, ReportRow

PIECE = 5_000
#: How far two computations of the same figure may lie apart: binary fractions of shares and hours.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure or count that the service tells differently. `row`: a code, `total` or `elsewhere`."""

    by: str
    row: str
    key: str
    served: float | None
    recomputed: float | None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many journals were folded, how many numbers compared, and what differs."""

    reports: int
    compared: int
    differences: tuple[Difference, ...]


async def recompute(
    connection: AsyncConnection, *, district: District, edition: Edition, period: Period, now: datetime
) -> Recomputed:
    """Fold every journal of a district and compare: by area of each level, kind, group and unit.

    The transaction must see one moment (repeatable read), or what is filed meanwhile differs.
    """
    states = [one async for one in folded(connection, district)]
    lies = await ground(connection, district, edition)
    span = Span(*period.bounds(district.zone), district.cell_depth)
    every = await areas(connection, edition.id)
    compared, differences = 0, list[Difference]()
    for by, level in _questions(district):
        here = [one for one in every if one.depth == level.depth]
        asked = Asked(period, by, level, edition, here)
        label = await _labels(connection, district, asked, lies)
        groups, total = tally((Life(state, label(report, state)) for report, state in states), span)
        name = f"{by.value}:{level.key}" if by is By.AREA else by.value
        rows = (await dimension(connection, district, asked, DESK)).named
        ours = _by_row(rows, groups, total)
        sheet = await period_sheet(connection, scope=DESK, district=district, asked=asked, now=now)
        theirs = {one.code: one.counted for one in sheet.rows} | {"elsewhere": sheet.elsewhere, "total": sheet.total}
        found = list(_compared(name, theirs, ours, district))
        compared += len(found)
        differences += [one for one in found if not _same(one.served, one.recomputed)]
    return Recomputed(len(states), compared, tuple(differences))


async def folded(connection: AsyncConnection, district: District) -> AsyncIterator[tuple[int, State]]:
    """Every report of a district as its journal leaves it, by number."""
    statement = (
        select(JournalRow)
        .join(ReportRow, ReportRow.id == JournalRow.report_id)
        .where(ReportRow.district_id == district.id)
        .with_only_columns(*JournalRow.__table__.c)
        .order_by(JournalRow.report_id, JournalRow.position)
    )
    held: list[StoredRow[Any]] = []
    async with connection.stream(statement, execution_options={"yield_per": PIECE}) as found:
        async for piece in found.partitions():
            held += piece
            # The last report of a piece may go on in the next one.
            whole = [one for one in held if one.report_id != held[-1].report_id]
            held = held[len(whole) :]
            for one in _states(whole):
                yield one
    for one in _states(held):
        yield one


def _states(rows: Sequence[StoredRow[Any]]) -> list[tuple[int, State]]:
    return [(report, fold(map(_told, entries))) for report, entries in groupby(rows, key=lambda one: one.report_id)]


def _told(row: StoredRow[Any]) -> Told:
    return Told(row.position, row.type, row.version, row.at, row.actor, json.loads(bytes(row.body))["facts"])


def _questions(district: District) -> list[tuple[By, Level]]:
    lowest = district.levels[-1]
    return [(By.AREA, one) for one in district.levels] + [(By.KIND, lowest), (By.GROUP, lowest), (By.UNIT, lowest)]


async def _labels(
    connection: AsyncConnection, district: District, asked: Asked, lies: Ground
) -> Callable[[int, State], Hashable]:
    """Under what a report counts, as the rows of a dimension are keyed."""
    if asked.by is By.AREA:
        return lambda report, state: _step(lies.path(report, state), asked.level.depth)
    if asked.by is By.UNIT:
        return lambda _, state: None if state.unit is None else str(state.unit)
    found = await connection.execute(
        select(KindRow.id, KindRow.code, KindRow.parent_code).where(KindRow.district_id == district.id)
    )
    kinds = {row.code: row for row in found}
    if asked.by is By.KIND:
        return lambda _, state: str(kinds[state.kind].id)
    parents = {code: row.parent_code for code, row in kinds.items()}
    return lambda _, state: top_group(state.kind, parents)


def _step(path: str | None, depth: int) -> str | None:
    steps = [] if path is None else path.rstrip(".").split(".")
    return steps[depth] if depth < len(steps) else None


def _by_row(rows: Sequence[Named], groups: Mapping[Hashable, Counted], total: Counted) -> dict[str, Counted]:
    found = {one.code: groups.get(one.key, NOTHING) for one in rows if one.always or one.key in groups}
    known = {one.key for one in rows}
    return found | {"elsewhere": _rest([one for key, one in groups.items() if key not in known]), "total": total}


def _rest(parts: Sequence[Counted]) -> Counted:
    return Counted({key: sum(one.counts[key] for one in parts) for key in COUNTS}, None)


def _compared(
    by: str, theirs: Mapping[str, Counted], ours: Mapping[str, Counted], district: District
) -> list[Difference]:
    found: list[Difference] = []
    for row in sorted(theirs.keys() | ours.keys()):
        served, again = (_numbers(one.get(row), row, district) for one in (theirs, ours))
        found += [Difference(by, row, key, served.get(key), again.get(key)) for key in served.keys() | again.keys()]
    return found


def _numbers(counted: Counted | None, row: str, district: District) -> dict[str, float | None]:
    """Counts and figures of a row; medians of what is counted elsewhere are told by neither."""
    if counted is None:
        return {}
    median_s = None if row == "elsewhere" else counted.median_s
    figures = figures_of(counted.counts, median_s, weights_of(district))
    return {f"count:{key}": value for key, value in counted.counts.items()} | figures


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
