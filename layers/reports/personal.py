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


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal fields someone may read; the others are None, and `fields` says which were given."""

    fields: tuple[str, ...]
    text: str | None = None
    address: str | None = None
    reporter_name: str | None = None
    reporter_phone: str | None = None


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
    return Personal(given, **{one: row[one] for one in given})
