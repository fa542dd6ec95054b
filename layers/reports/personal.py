"""Reading what a report holds of persons: never without a purpose, never without a line in the access log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.actors import Actor
from layers.reports.purposes import FIELDS, Purpose, readable
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

PERSONAL = """
select r.district_id, r.assignee_id, p.text, p.address, p.reporter_name, p.reporter_phone
from reports r left join report_private p on p.report_id = r.id where r.id = %s
"""
# What an entry that moved a position keeps is for the verifier of the record alone.
NOTES = """
select e.position as entry, e.type, e.at, n.text, null as name, null as phone
from report_notes n join journal_entries e on e.report_id = n.report_id and e.position = n.position
where n.report_id = %s and n.text is not null and e.type <> 'moved' order by e.position
"""
CALLERS = """
select e.position as entry, e.type, e.at, c.text, c.name, c.phone
from report_callers c join journal_entries e on e.report_id = c.report_id and e.position = c.position
where c.report_id = %s and num_nonnulls(c.text, c.name, c.phone) > 0 order by e.position
"""
ONE_BY_ONE = {"notes": NOTES, "callers": CALLERS}


@dataclass(frozen=True, slots=True)
class Said:
    """What someone said with an entry of the record: a note to a step, or another caller and their words."""

    entry: int
    type: str
    at: datetime
    text: str | None
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal fields someone may read; the others are None, and `fields` says which were given."""

    fields: tuple[str, ...]
    text: str | None = None
    address: str | None = None
    reporter_name: str | None = None
    reporter_phone: str | None = None
    notes: tuple[Said, ...] | None = None
    callers: tuple[Said, ...] | None = None


async def read_personal(
    connection: AsyncConnection[Any], report_id: int, purpose: Purpose, *, actor: Actor, now: datetime
) -> Personal:
    """The personal fields of a report, in a transaction in the actor's scope; commit it before they are answered.

    Raises:
        UnknownReport: there is none that the actor may see.
        PurposeRefused: the role does not read them for this purpose.
    """
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(PERSONAL, [report_id])).fetchone()
    if row is None:
        raise unknown_report(report_number(report_id))
    in_hand = actor.person_id is not None and row["assignee_id"] == actor.person_id
    allowed = readable(actor.role, purpose, in_hand=in_hand)
    given = tuple(one for one in FIELDS if one in allowed)
    event = Event(
        EventName.PERSONAL_READ,
        row["district_id"],
        f"report:{report_number(report_id)}",
        report_id=report_id,
        facts={"fields": list(given), "purpose": purpose.value, "role": actor.role.value if actor.role else None},
    )
    await trace(connection, event, actor=actor.name, now=now)
    said: dict[str, Any] = {
        name: tuple(Said(**one) for one in await (await cursor.execute(query, [report_id])).fetchall())
        for name, query in ONE_BY_ONE.items()
        if name in given
    }
    return Personal(given, **{one: row[one] for one in given if one not in said}, **said)
