"""What someone has to do: the reports in their hands, or their unit's, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.distance import great_circle_m
from geo.positions import LonLat
from layers.actors import Actor
from layers.reports.reading import IS_OPEN, stored_report, stored_reports
from layers.reports.records import StoredReport
from layers.reports.steps_tables import CallInRow
from layers.reports.tables import ReportRow

MOST_TASKS = 200
#: What is due so soon is done before what is nearer.
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Task:
    """A report that waits for someone, with the clock that runs for it; `away_m` from where they stand, if told."""

    report: StoredReport
    clock: str | None
    due_at: datetime | None
    overdue: bool
    away_m: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call to a unit that is not answered yet: a whistle to come to a matter, or a part in handling it jointly."""

    report: StoredReport
    purpose: str
    asked_at: datetime
    due_at: datetime | None
    missed: bool


async def tasks_of(connection: AsyncConnection, *, actor: Actor, now: datetime) -> list[Task]:
    """The open reports someone has in hand, the most pressing first; none for whoever is not in the roster."""
    if actor.person_id is None:
        return []
    return await _tasks(connection, actor, ReportRow.assignee_id == actor.person_id, now)


async def tasks_of_unit(connection: AsyncConnection, *, actor: Actor, now: datetime) -> list[Task]:
    """The open reports the actor's unit has in hand, the most pressing first."""
    if actor.scope.unit_id is None:
        return []
    return await _tasks(connection, actor, ReportRow.unit_id == actor.scope.unit_id, now)


async def calls_of_unit(connection: AsyncConnection, *, actor: Actor) -> list[Call]:
    """What the actor's unit is called to and has not answered, or not done, the first asked first."""
    asked = (CallInRow.asked_at, CallInRow.due_at, CallInRow.missed, CallInRow.purpose)
    statement = (
        stored_reports(actor.scope)
        .add_columns(*(column.label(f"call_{column.name}") for column in asked))
        .join(CallInRow, CallInRow.report_id == ReportRow.id)
        .where(IS_OPEN, CallInRow.unit_id == actor.scope.unit_id, _unanswered())
        .order_by(CallInRow.asked_at, ReportRow.id)
        .limit(MOST_TASKS)
    )
    return [_call(row) for row in await connection.execute(statement)]


def measured(tasks: Iterable[Task], here: LonLat) -> list[Task]:
    """The tasks with their distance from a position (as stored), in metres along a great circle."""
    return [replace(one, away_m=_away_m(one.report.position, here)) for one in tasks]


def pressing(tasks: Iterable[Task], *, now: datetime) -> list[Task]:
    """The most pressing first: overdue, urgent, due soon, the rest; among these the nearest, then the first due."""
    return sorted(tasks, key=lambda one: _place(one, now))


def _place(one: Task, now: datetime) -> tuple[int, float, float, int]:
    late = one.overdue or (one.due_at is not None and one.due_at < now)
    soon = one.due_at is not None and one.due_at < now + SOON
    group = 0 if late else 1 if one.report.urgent else 2 if soon else 3
    away_m = float("inf") if one.away_m is None else one.away_m
    due_s = float("inf") if one.due_at is None else one.due_at.timestamp()
    return group, away_m, due_s, one.report.id


def task_of(row: Row[Any]) -> Task:
    """The task of one row of `stored_reports`."""
    return Task(stored_report(row), row.clock, row.due_at, row.overdue_marked)


async def _tasks(connection: AsyncConnection, actor: Actor, mine: ColumnElement[bool], now: datetime) -> list[Task]:
    statement: Select[Any] = stored_reports(actor.scope).where(mine, IS_OPEN)
    ordered = statement.order_by(ReportRow.due_at.asc().nulls_last(), ReportRow.id).limit(MOST_TASKS)
    return pressing([task_of(row) for row in await connection.execute(ordered)], now=now)


def _unanswered() -> ColumnElement[bool]:
    whistle = and_(CallInRow.purpose == "whistle", CallInRow.answered_at.is_(None))
    return or_(whistle, and_(CallInRow.purpose == "joint", CallInRow.done_at.is_(None)))


def _call(row: Row[Any]) -> Call:
    return Call(stored_report(row), row.call_purpose, row.call_asked_at, row.call_due_at, row.call_missed)


def _away_m(position: LonLat | None, here: LonLat) -> float | None:
    return None if position is None else float(great_circle_m(position.lon, position.lat, here.lon, here.lat))
