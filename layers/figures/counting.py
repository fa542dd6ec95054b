"""The counts of a period, taken from the rows of reports by one statement.

`grouping sets` brings every group and the total at once, so that medians, which cannot be summed, are exact in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.districts.records import District
from layers.figures.definitions import COUNTS, Basis
from layers.figures.dimensions import Grouping
from layers.figures.records import NOTHING, Counted, Period
from layers.reports.tables import ReportRow
from layers.scope import reports_seen

STANDS = ReportRow.status != "void"
DUPLICATE = ReportRow.lead_id.is_not(None)
CLOSED = ReportRow.status == "closed"
OVERDUE = ReportRow.overdue > ReportRow.excused
EVERYTHING: ColumnElement[Any] = literal_column("()")
VALID = ReportRow.evaluated_at.is_not(None)


def countable(cell_depth: int) -> Mapping[str, ColumnElement[bool]]:
    """What a report of its basis must be for each count, in the words of its row."""
    return {
        "filed": not_(DUPLICATE),
        "duplicates": DUPLICATE,
        "filed_closed": and_(not_(DUPLICATE), CLOSED),
        "filed_overdue": and_(not_(DUPLICATE), OVERDUE),
        "open_at_end": not_(DUPLICATE),
        "closed": true(),
        "on_time": not_(OVERDUE),
        "reworked": ReportRow.reworks > 0,
        "returned": ReportRow.returns > 0,
        "right_first": ReportRow.dispatches == 1,
        "in_grid": ReportRow.settled_depth >= cell_depth,
        "in_community": ReportRow.settled_depth >= cell_depth - 1,
        "valid": VALID,
        "responded": and_(VALID, ReportRow.responded.is_(true())),
        "solved": and_(VALID, ReportRow.solved.is_(true())),
        "satisfied": and_(VALID, ReportRow.satisfied == "satisfied"),
        "basically": and_(VALID, ReportRow.satisfied == "basically"),
    }


async def counted(
    connection: AsyncConnection, *, scope: Scope, district: District, period: Period, grouping: Grouping
) -> tuple[dict[str | None, Counted], Counted]:
    """The counts of a period by label, and of everything, as the scope may see it."""
    found = await connection.execute(statement(scope, district, period, grouping))
    groups: dict[str | None, Counted] = {}
    total = NOTHING
    for row in found.mappings():
        one = Counted({key: row[key] for key in COUNTS}, row["median_s"])
        if row["is_total"]:
            total = one
        else:
            groups[None if row["label"] is None else str(row["label"])] = one
    return groups, total


def statement(scope: Scope, district: District, period: Period, grouping: Grouping) -> Select[Any]:
    """The one statement behind every sheet."""
    inner = select(grouping.label.label("label"), *told(district, period)).where(
        standing(scope, district), or_(*bases(district, period).values())
    )
    if grouping.placing is not None:
        inner = grouping.placing.joined(inner)
    rows = inner.subquery()
    return select(rows.c.label, func.grouping(rows.c.label).label("is_total"), *summed(rows)).group_by(
        func.grouping_sets(rows.c.label, EVERYTHING)
    )


def standing(scope: Scope, district: District) -> ColumnElement[bool]:
    """The reports of a district that any count looks at, as the scope may see them."""
    return and_(ReportRow.district_id == district.id, reports_seen(ReportRow, scope), STANDS)


def told(district: District, period: Period) -> list[ColumnElement[Any]]:
    """What each report is in a period: whether it is in each count, and how long it took if it was closed."""
    basis = bases(district, period)
    lasting_s = func.floor(func.date_part("epoch", ReportRow.closed_at - ReportRow.filed_at))
    return [
        *(and_(basis[COUNTS[key].basis], one).label(key) for key, one in countable(district.cell_depth).items()),
        case((basis[Basis.CLOSED], lasting_s), else_=null()).label("lasting_s"),
    ]


def summed(rows: FromClause) -> list[ColumnElement[Any]]:
    """What `told` comes to over the rows of a group."""
    median_s = func.percentile_cont(0.5).within_group(rows.c.lasting_s).label("median_s")
    return [*(func.count().filter(rows.c[key]).label(key) for key in COUNTS), median_s]


def bases(district: District, period: Period) -> dict[Basis, ColumnElement[bool]]:
    """Which reports of a period each basis takes."""
    begin, end = period.bounds(district.zone)
    before = ReportRow.filed_at < end
    return {
        Basis.FILED: and_(before, ReportRow.filed_at >= begin),
        Basis.CLOSED: and_(CLOSED, not_(DUPLICATE), ReportRow.closed_at >= begin, ReportRow.closed_at < end),
        Basis.STOCK: and_(before, or_(ReportRow.closed_at.is_(None), ReportRow.closed_at >= end)),
    }
