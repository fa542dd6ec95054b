"""The course of the figures through a period, step by step, by one statement over the rows of reports.

Each report is counted under the step in which it was filed and under that in which it was closed; by `counting`'s own
conditions. What is open at the end of a step is what came up to then less what went: the report is looked at once,
however many steps it was open through.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.districts.records import District
from layers.figures.counting import EVERYTHING, countable, standing, summed, told
from layers.figures.course_records import Course, CourseAsked
from layers.figures.definitions import COUNTS, Basis
from layers.figures.dimensions import Grouping, kind_at
from layers.figures.placing import Placing
from layers.figures.records import NOTHING, Counted, KindAt, Named, Period
from layers.figures.sheets import territory_of, weights_of
from layers.figures.steps import Step, moments, steps_of
from layers.reports.tables import ReportRow


class Lines(NamedTuple):
    """What the course is drawn apart by: reports under any other label are in the line of everything alone."""

    grouping: Grouping
    named: tuple[Named, ...]


async def course(
    connection: AsyncConnection,
    *,
    scope: Scope,
    district: District,
    asked: CourseAsked,
    now: datetime,
    lines: Lines | None = None,
) -> Course:
    """The course of a period, of the reports in a territory or in a unit's hand, as of `now` (aware).

    Raises:
        BadDays: the period has too many steps.
        UnknownKind: the district never had the kind.
    """
    steps = steps_of(asked.period, asked.size)
    kind = None if asked.kind is None else await kind_at(connection, district, asked.kind)
    found = await connection.execute(_statement(territory_of(scope), district, asked, _Cut(steps, kind, lines)))
    named = () if lines is None else lines.named
    sums = {one.key: _Sums(len(steps)) for one in named}
    every, total = _Sums(len(steps)), NOTHING
    for row in found.mappings():
        if row["over_filed"] and row["over_closed"]:
            total = Counted({key: row[key] for key in COUNTS}, row["median_s"])
        elif row["over_labels"]:
            every.take(row)
        elif row["label"] is not None:
            sums[row["label"]].take(row)
    apart = {one: sums[one.key].counted() for one in named}
    return Course(asked, kind, steps, now, weights_of(district), every.counted(), total, apart)


class _Cut(NamedTuple):
    """How reports are taken apart and which of them count."""

    steps: tuple[Step, ...]
    kind: KindAt | None
    lines: Lines | None


class _Sums:
    """Counts by step of one line; what came before the period is a step of its own in front."""

    def __init__(self, steps: int) -> None:
        self._filed: list[Mapping[Any, Any]] = [{}] * (steps + 1)
        self._closed: list[Mapping[Any, Any]] = [{}] * (steps + 1)

    def take(self, row: Mapping[Any, Any]) -> None:
        """Take what was filed, or what was closed, in one step; nothing is closed before the period or after it."""
        kept, step = (self._closed, row["closed_step"]) if row["over_filed"] else (self._filed, row["filed_step"])
        if step is not None and step < len(kept):
            kept[step] = row

    def counted(self) -> tuple[Counted, ...]:
        """The counts of each step."""
        in_hand = self._filed[0].get("stays", 0)
        found: list[Counted] = []
        for filed, closed in zip(self._filed[1:], self._closed[1:], strict=True):
            in_hand += filed.get("stays", 0) - closed.get("stays", 0)
            of = {Basis.FILED: filed, Basis.CLOSED: closed, Basis.STOCK: {"open_at_end": in_hand}}
            counts = {key: of[one.basis].get(key, 0) for key, one in COUNTS.items()}
            found.append(Counted(counts, closed.get("median_s")))
        return tuple(found)


def _statement(scope: Scope, district: District, asked: CourseAsked, cut: _Cut) -> Select[Any]:
    """The one statement behind every course: two groupings for each line of it, and everything."""
    at = cast(moments(cut.steps, district.zone), ARRAY(TIMESTAMP(timezone=True)))
    columns: list[Any] = [
        func.width_bucket(ReportRow.filed_at, at).label("filed_step"),
        func.width_bucket(ReportRow.closed_at, at).label("closed_step"),
        countable(district.cell_depth)["open_at_end"].label("stays"),
        *told(district, asked.period),
    ]
    if cut.lines is not None:
        label = cast(cut.lines.grouping.label, Text)
        columns.append(case((label.in_([one.key for one in cut.lines.named]), label)).label("label"))
    inner = select(*columns).where(standing(scope, district), _in_hand(district, asked.period))
    return _grouped(_narrowed(inner, district, asked, cut).subquery(), by_label=cut.lines is not None)


def _in_hand(district: District, period: Period) -> ColumnElement[bool]:
    """The reports that some step may count: filed before the end, and not both filed and closed before the period."""
    begin, end = period.bounds(district.zone)
    during = or_(ReportRow.closed_at.is_(None), ReportRow.closed_at >= begin, ReportRow.filed_at >= begin)
    return and_(ReportRow.filed_at < end, during)


def _narrowed(inner: Select[Any], district: District, asked: CourseAsked, cut: _Cut) -> Select[Any]:
    placing = cut.lines.grouping.placing if cut.lines is not None else None
    if asked.area is not None:
        placing = placing or Placing(district, asked.edition.id)
        inner = inner.where(placing.at(asked.area.depth) == asked.area.id)
    if cut.kind is not None:
        inner = inner.where(ReportRow.kind_id.in_(cut.kind.ids))
    return inner if placing is None else placing.joined(inner)


def _grouped(rows: Subquery, *, by_label: bool) -> Select[Any]:
    c = rows.c
    sets: list[Any] = [tuple_(c.filed_step), tuple_(c.closed_step), EVERYTHING]
    labels: list[Any] = [null().label("label"), true().label("over_labels")]
    if by_label:
        sets += [tuple_(c.label, c.filed_step), tuple_(c.label, c.closed_step)]
        labels = [c.label, (func.grouping(c.label) == 1).label("over_labels")]
    return select(
        *labels,
        c.filed_step,
        c.closed_step,
        (func.grouping(c.filed_step) == 1).label("over_filed"),
        (func.grouping(c.closed_step) == 1).label("over_closed"),
        func.count().filter(c.stays).label("stays"),
        *summed(rows),
    ).group_by(func.grouping_sets(*sets))
