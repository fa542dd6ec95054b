"""Questions about traces: the trail of a district, page by page or as a stream."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.refusals import Refusal
from layers.traces.records import EventName, Trace
from layers.traces.tables import TraceRow


class BadTrailPeriod(Refusal):
    """A period of the trail that ends before it begins."""


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What the trail is narrowed to; None narrows nothing. `begin` is in the period, `end` is not."""

    begin: datetime | None = None
    end: datetime | None = None
    event: EventName | None = None
    actor: str | None = None
    subject: str | None = None
    report_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some traces, newest first, and the place to go on before, None when there are no more."""

    traces: tuple[Trace, ...]
    next_before: int | None


async def trail(
    connection: AsyncConnection, narrowed: TrailFilter, *, scope: Scope, before: int | None = None, limit: int = 50
) -> TrailPage:
    """One page of what the scope may see of the trail, newest first.

    Raises:
        BadTrailPeriod: the period ends before it begins.
    """
    statement = _narrowed(narrowed, scope).order_by(TraceRow.place.desc()).limit(limit + 1)
    if before is not None:
        statement = statement.where(TraceRow.place < before)
    rows = (await connection.execute(statement)).all()
    found = tuple(stored_trace(row) for row in rows[:limit])
    return TrailPage(found, found[-1].place if len(rows) > limit else None)


def check_period(narrowed: TrailFilter) -> None:
    """Refuse a period that ends before it begins; raises `BadTrailPeriod`."""
    if narrowed.begin is not None and narrowed.end is not None and narrowed.end < narrowed.begin:
        raise BadTrailPeriod(
            "The period ends before it begins.",
            field="until",
            value=narrowed.end.isoformat(),
            remedy="Exchange since and until.",
        )


def audited(scope: Scope) -> ColumnElement[bool]:
    """The condition that leaves of the traces those of the district the scope audits, and those of no district."""
    if scope.desk:
        return true()
    if scope.audits is None:
        return false()
    return or_(TraceRow.district_id == scope.audits, TraceRow.district_id.is_(None))


def stored_trace(row: Row[Any]) -> Trace:
    """The record of one row."""
    return Trace(
        place=row.place,
        at=row.at,
        actor=row.actor,
        event=row.event,
        subject=row.subject,
        report_id=row.report_id,
        account_id=row.account_id,
        facts=json.loads(row.body)["facts"],
        digest=bytes(row.digest),
    )


def _narrowed(narrowed: TrailFilter, scope: Scope) -> Select[Any]:
    check_period(narrowed)
    statement = select(TraceRow.__table__).where(audited(scope))
    equal = {
        TraceRow.event: None if narrowed.event is None else narrowed.event.value,
        TraceRow.actor: narrowed.actor,
        TraceRow.subject: narrowed.subject,
        TraceRow.report_id: narrowed.report_id,
        TraceRow.account_id: narrowed.account_id,
    }
    statement = statement.where(*(column == value for column, value in equal.items() if value is not None))
    if narrowed.begin is not None:
        statement = statement.where(TraceRow.at >= narrowed.begin)
    return statement if narrowed.end is None else statement.where(TraceRow.at < narrowed.end)


def until(narrowed: TrailFilter, moment: datetime) -> TrailFilter:
    """The same filter, ending at a moment at the latest: what is written out does not grow while it is read."""
    return narrowed if narrowed.end is not None and narrowed.end <= moment else replace(narrowed, end=moment)
