"""What waits for a desk, in its territory: each queue with the most pressing first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Actor
from layers.reports.journal_tables import JournalRow
from layers.reports.reading import IS_OPEN, stored_reports
from layers.reports.tables import ReportRow
from layers.reports.tasks import Task, pressing, task_of
from layers.scope import reports_seen


class Queue(StrEnum):
    """Why reports wait for a desk."""

    WAITING = "waiting"
    RETURNED = "returned"
    OVERDUE = "overdue"
    TO_VERIFY = "to_verify"
    EXTENSIONS = "extensions"


@dataclass(frozen=True, slots=True)
class Queued:
    """The most pressing reports of a queue, and how many there are in all."""

    tasks: tuple[Task, ...]
    total: int


#: Entries after which an extension that was asked for before no longer waits.
SETTLES = ("extension_refused", "transferred", "returned", "handed_up", "handed_down", "climbed", "reported_back")


async def queued(connection: AsyncConnection, queue: Queue, *, actor: Actor, now: datetime, shown: int) -> Queued:
    """One queue of what the actor sees: the `shown` that are due first, by how they press."""
    waits = (ReportRow.district_id == actor.district_id, IS_OPEN, CONDITIONS[queue])
    statement: Select[Any] = stored_reports(actor.scope).where(*waits)
    ordered = statement.order_by(ReportRow.due_at.asc().nulls_last(), ReportRow.id).limit(shown)
    tasks = [task_of(row) for row in await connection.execute(ordered)]
    total = len(tasks)
    if total == shown:
        counted = select(func.count()).select_from(ReportRow).where(*waits, reports_seen(ReportRow, actor.scope))
        total = int(await connection.scalar(counted) or 0)
    return Queued(tuple(pressing(tasks, now=now)), total)


async def filed_by(connection: AsyncConnection, *, actor: Actor, shown: int) -> Sequence[Task]:
    """What a resident filed, the newest first."""
    if actor.scope.sender is None:
        return []
    statement: Select[Any] = stored_reports(actor.scope).where(ReportRow.sender == actor.scope.sender)
    rows = await connection.execute(statement.order_by(ReportRow.id.desc()).limit(shown))
    return [task_of(row) for row in rows]


def _extension_waits() -> ColumnElement[bool]:
    """Asked for, and neither refused nor granted nor out of date: the last entry of these is the question."""
    asked, later = JournalRow.__table__.alias("asked"), JournalRow.__table__.alias("later")
    granted = (later.c.type == "extension_approved") & func.convert_from(later.c.body, "UTF8").notlike(NOT_YET)
    settled = exists().where(
        later.c.report_id == asked.c.report_id,
        later.c.position > asked.c.position,
        later.c.type.in_(SETTLES) | granted,
    )
    waits = exists().where(asked.c.report_id == ReportRow.id, asked.c.type == "extension_asked", ~settled)
    return (ReportRow.status == "accepted") & waits


#: A first approval of two states no clock yet.
NOT_YET = '%"facts":{"clock":null}%'
CONDITIONS = {
    Queue.WAITING: ReportRow.status.in_(("collected", "filed")),
    Queue.RETURNED: ReportRow.status == "returned",
    Queue.OVERDUE: ReportRow.overdue_marked,
    Queue.TO_VERIFY: ReportRow.status == "reported",
    Queue.EXTENSIONS: _extension_waits(),
}
