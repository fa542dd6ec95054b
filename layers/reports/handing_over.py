"""Handing a report to an area or a person who would not see it by where it lies; and ending that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.actors import Actor
from layers.refusals import NotFound
from layers.reports.appending import append
from layers.reports.records import report_number
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

ADD = """
insert into hand_overs (report_id, to_path, to_person_id, reason, made_by, made_at)
values (%s, %s, %s, %s, %s, %s)
"""
END = """
update hand_overs set ended_at = %(now)s
where report_id = %(report)s and ended_at is null
    and to_path is not distinct from %(path)s and to_person_id is not distinct from %(person)s
"""
OF = "select district_id from reports where id = %s"
PERSON = "select wangge_person_numbered(%s, %s)"


class UnknownPerson(NotFound):
    """Nobody in the roster has this number."""


class NoHandOver(NotFound):
    """The report is not handed over to them."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom: an area by its path, or a person by id."""

    path: str | None = None
    person_id: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What the record says of them."""
        return {"to_area": self.path, "to_person": self.person_id}


async def person_named(connection: AsyncConnection[Any], number: str, *, district_id: int | None) -> int:
    """The id of a person of a district's roster, whose numbers other districts have again; raises `UnknownPerson`."""
    row = await (await connection.execute(PERSON, [district_id, number])).fetchone()
    if row is None or row[0] is None:
        raise UnknownPerson(f"There is no person {number!r}.", field="person", value=number)
    return int(row[0])


async def hand_over(
    connection: AsyncConnection[Any],
    report_id: int,
    receiver: Receiver,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Hand a report over, in a transaction in the actor's scope; again to the same one, nothing more happens.

    Raises:
        UnknownReport: there is none that the actor may see.
    """
    await connection.execute(END, _given(report_id, receiver, now))
    facts = receiver.facts | {"reason": reason}
    await append(connection, report_id, "handed_over", facts, actor=actor.name, now=now)
    await connection.execute(ADD, [report_id, receiver.path, receiver.person_id, reason, actor.name, now])
    await _traced(connection, report_id, receiver.facts | {"ended": False}, actor, now)


async def end_hand_over(
    connection: AsyncConnection[Any], report_id: int, receiver: Receiver, *, actor: Actor, now: datetime
) -> None:
    """End what was handed over, in a transaction in the actor's scope.

    Raises:
        UnknownReport: there is none that the actor may see.
        NoHandOver: the report is not handed over to them.
    """
    await append(connection, report_id, "hand_over_ended", receiver.facts, actor=actor.name, now=now)
    if (await connection.execute(END, _given(report_id, receiver, now))).rowcount == 0:
        raise NoHandOver("The report is not handed over to them.", field="to")
    await _traced(connection, report_id, receiver.facts | {"ended": True}, actor, now)


def _given(report_id: int, receiver: Receiver, now: datetime) -> dict[str, Any]:
    return {"report": report_id, "path": receiver.path, "person": receiver.person_id, "now": now}


async def _traced(
    connection: AsyncConnection[Any], report_id: int, facts: dict[str, Any], actor: Actor, now: datetime
) -> None:
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(OF, [report_id])).fetchone()
    assert row is not None
    subject = f"report:{report_number(report_id)}"
    event = Event(EventName.HANDED_OVER, row["district_id"], subject, report_id=report_id, facts=facts)
    await trace(connection, event, actor=actor.name, now=now)
