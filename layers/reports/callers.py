"""Who calls again: the earlier reports of a telephone number, for whoever may read numbers, each reading traced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Actor
from layers.reports.purposes import Purpose, PurposeRefused, readable
from layers.reports.records import report_number
from layers.reports.tables import KindRow, PrivateRow, ReportRow
from layers.scope import reports_seen
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName

#: So many are told, the latest first.
MOST_TOLD = 20
NUMBER = "reporter_phone"
_BETWEEN = re.compile(r"[\s()\-+.]")


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A report that came from a number before."""

    number: str
    kind: str
    status: str
    filed_at: datetime


async def earlier_calls(
    connection: AsyncConnection, phone: str, purpose: Purpose, *, actor: Actor, now: datetime
) -> list[EarlierCall]:
    """The reports of a number within the actor's scope, in a transaction in that scope; commit it before they are told.

    Raises:
        PurposeRefused: the role does not read numbers for this purpose.
    """
    if NUMBER not in readable(actor.role, purpose, in_hand=False):
        raise PurposeRefused(
            f"Telephone numbers are not read for the purpose {purpose.value} by this role.",
            field="purpose",
            value=purpose.value,
        )
    one = ReportRow
    asked = (
        select(one.id, one.district_id, KindRow.code, one.status, one.filed_at)
        .join(PrivateRow, PrivateRow.report_id == one.id)
        .join(KindRow, KindRow.id == one.kind_id)
        .where(PrivateRow.reporter_phone.in_(sorted(forms(phone))), reports_seen(one, actor.scope))
        .order_by(one.filed_at.desc(), one.id.desc())
        .limit(MOST_TOLD)
    )
    rows = (await connection.execute(asked)).all()
    for row in rows:
        number = report_number(row.id)
        facts = {"fields": [NUMBER], "purpose": purpose.value, "role": actor.role.value if actor.role else None}
        event = Event(EventName.PERSONAL_READ, row.district_id, f"report:{number}", report_id=row.id, facts=facts)
        await trace_in(connection, event, actor=actor.name, now=now)
    return [EarlierCall(report_number(row.id), row.code, row.status, row.filed_at) for row in rows]


def forms(phone: str) -> set[str]:
    """A number as it was typed, and without anything between its digits: so many ways it may have been kept."""
    typed = phone.strip()
    return {typed, _BETWEEN.sub("", typed)}
