"""What is open, in few words for each report: what a map and the queues beside it are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.reports.reading import IS_OPEN
from layers.reports.records import report_number
from layers.reports.tables import KindRow, ReportRow
from layers.scope import reports_seen


class OpenReport(NamedTuple):
    """An open report as a map shows it; lon and lat in degrees, None without a position."""

    number: str
    kind: str
    urgent: bool
    status: str
    filed_at: datetime
    due_at: datetime | None
    overdue: bool
    assigned: bool
    located: bool
    lon: float | None
    lat: float | None
    area_path: str | None


async def open_reports(
    connection: AsyncConnection, district_id: int, *, scope: Scope, among: Sequence[int] | None = None
) -> list[OpenReport]:
    """Every open report that the scope sees, oldest first; `among` only these ids."""
    one = ReportRow
    statement = (
        select(
            one.id,
            KindRow.code,
            KindRow.urgent,
            one.status,
            one.filed_at,
            one.due_at,
            one.overdue_marked,
            (one.assignee_id.is_not(None) | one.unit_id.is_not(None)).label("assigned"),
            one.located,
            func.ST_X(one.geom).label("lon"),
            func.ST_Y(one.geom).label("lat"),
            one.area_path,
        )
        .join(KindRow, KindRow.id == one.kind_id)
        .where(one.district_id == district_id, IS_OPEN, reports_seen(one, scope))
        .order_by(one.id)
    )
    if among is not None:
        statement = statement.where(one.id.in_(among))
    return [OpenReport(report_number(row[0]), *row[1:]) for row in await connection.execute(statement)]
