"""Who looked at one's data: the reads of one's own account, and of the reports one filed, without anyone's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Actor
from layers.reports.records import report_number
from layers.reports.tables import ReportRow
from layers.scope import at_the_desk
from layers.traces.queries import stored_trace
from layers.traces.records import EventName, Trace
from layers.traces.tables import TraceRow

LOOKS = (EventName.PERSONAL_READ, EventName.POSITION_READ)
#: Areas named of one who looked, from the top down.
MOST_UNITS = 3

UNITS = text("""
select w.account, v.name
from (
    select account_id as account, area_id from territories
    where account_id = any(:accounts) and valid_from <= :day and (valid_to is null or valid_to >= :day)
    union
    select a.id, d.area_id from accounts a join duties d on d.person_id = a.person_id
    where a.id = any(:accounts) and d.valid_from <= :day and (d.valid_to is null or d.valid_to >= :day)
) w
join edition_areas ea on ea.area_id = w.area_id
join editions e on e.id = ea.edition_id and e.status = 'in_force'
join area_versions v on v.id = ea.version_id
order by w.account, ea.depth, ea.path
""")


@dataclass(frozen=True, slots=True)
class Look:
    """Someone looked: at which fields, of which report if any, what for; who by role and the areas they work for."""

    place: int
    at: datetime
    report: str | None
    fields: tuple[str, ...]
    purpose: str | None
    role: str | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookPage:
    """Some looks, newest first, and the place to go on before, None when there are no more."""

    looks: tuple[Look, ...]
    next_before: int | None


async def looks(
    connection: AsyncConnection, *, actor: Actor, on: date, before: int | None = None, limit: int = 50
) -> LookPage:
    """Who looked at the data of an actor, in a transaction in their scope; their own looks are left out.

    `on`: the day whose areas name where those who looked work.
    """
    statement = (
        select(TraceRow.__table__)
        .where(_concerning(actor), TraceRow.event.in_(LOOKS), TraceRow.actor != actor.name)
        .order_by(TraceRow.place.desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(TraceRow.place < before)
    rows = [stored_trace(row) for row in await connection.execute(statement)]
    found = rows[:limit]
    async with at_the_desk(connection, actor.scope):
        units = await _units(connection, {one.actor for one in found}, on)
    return LookPage(
        tuple(_look(one, units.get(one.actor, ())) for one in found), found[-1].place if len(rows) > limit else None
    )


def _concerning(actor: Actor) -> ColumnElement[bool]:
    about: list[ColumnElement[bool]] = []
    if actor.account_id is not None:
        about.append(TraceRow.account_id == actor.account_id)
    if actor.scope.sender is not None:
        filed = select(ReportRow.id).where(ReportRow.sender == actor.scope.sender)
        about.append(TraceRow.report_id.in_(filed))
    return or_(false(), *about)


async def _units(connection: AsyncConnection, actors: Collection[str], on: date) -> dict[str, tuple[str, ...]]:
    """The areas that accounts work for, by the name records call them."""
    accounts = [int(one.removeprefix("account:")) for one in actors if one.startswith("account:")]
    named: dict[str, list[str]] = defaultdict(list)
    for row in await connection.execute(UNITS, {"accounts": accounts, "day": on}):
        named[f"account:{row.account}"].append(row.name)
    return {actor: tuple(names[:MOST_UNITS]) for actor, names in named.items()}


def _look(trace: Trace, units: tuple[str, ...]) -> Look:
    return Look(
        place=trace.place,
        at=trace.at,
        report=None if trace.report_id is None else report_number(trace.report_id),
        fields=tuple(trace.facts.get("fields", ())),
        purpose=trace.facts.get("purpose"),
        role=trace.facts.get("role"),
        units=units,
    )
