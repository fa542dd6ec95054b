"""The worker's rounds: whoever comes on duty gets what waited, and the journal is pumped into the stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.canonical import chained
from layers.districts.records import District
from layers.reports.answerers import answerers
from layers.reports.assignment import assign, facts, steps_of
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.journal import Entry
from layers.reports.lifecycle import Action, Status, step
from layers.reports.records import Considered, Outcome
from layers.reports.statements import ASSIGN_REPORT, PUMP, TAKE_LOAD, UNASSIGNED

#: Reports looked at in one transaction, so that a sweep never holds many rows for long.
BATCH = 50
#: Whether any entry may wait for its place: asked often, it writes nothing and locks nothing.
WAITS = "select exists (select from journal_entries j, journal_pump p where j.transaction >= p.upto)"


async def assign_waiting(
    connection: AsyncConnection[Any], district: District, *, actor: str, now: datetime, after: int = 0
) -> tuple[int, int | None]:
    """Try to assign one batch of waiting reports with a number above `after`, in the caller's transaction.

    Returns how many got someone, and the id to go on after, None when the round is complete.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(UNASSIGNED, {"district": district.id, "after": after, "limit": BATCH})
    waiting = await cursor.fetchall()
    assigned = 0
    for row in waiting:
        assigned += await _assign(connection, district, row, actor=actor, now=now)
    return assigned, waiting[-1]["id"] if len(waiting) == BATCH else None


async def _assign(
    connection: AsyncConnection[Any], district: District, row: Mapping[str, Any], *, actor: str, now: datetime
) -> bool:
    steps = steps_of(row["area_path"])
    cursor = connection.cursor(row_factory=dict_row)
    found = await answerers(cursor, steps, zone=district.zone, now=now)
    outcome = assign(found, steps, turn=row["id"] % SERIALS_PER_DAY)
    if outcome.assignee is None:
        return False
    if not await _take(connection, outcome.assignee):
        return False
    await connection.execute(ASSIGN_REPORT, _values(row, outcome, outcome.assignee, actor=actor, now=now))
    return True


async def _take(connection: AsyncConnection[Any], taken: Considered) -> bool:
    given = {"person": taken.person_id, "seen": taken.open, "slack": 0, "cap": taken.cap}
    return (await connection.execute(TAKE_LOAD, given)).rowcount > 0


def _values(
    row: Mapping[str, Any], outcome: Outcome, taken: Considered, *, actor: str, now: datetime
) -> dict[str, Any]:
    stated = {
        "rule": outcome.rule,
        "assignee": taken.person_id,
        "holder_area": outcome.holder_area_id,
        "reason": outcome.reason,
    }
    body = Entry(row["id"], row["entries"] + 1, "assigned", now, actor, stated).body()
    return {
        "id": row["id"],
        "assignee": taken.person_id,
        "holder_area": outcome.holder_area_id,
        "holder_depth": outcome.holder_depth,
        "status": step(Status(row["status"]), Action.ASSIGN).value,
        "position": row["entries"] + 1,
        "body": body,
        "digest": chained(bytes(row["chain_head"]), body),
        "rule": outcome.rule,
        "considered": json.dumps(facts(outcome)),
        "actor": actor,
        "now": now,
    }


async def pump(connection: AsyncConnection[Any]) -> int:
    """Move what the journal has gained into the stream, in the caller's transaction; returns how many entries."""
    [waits] = await (await connection.execute(WAITS)).fetchone() or [False]
    if not waits:
        return 0
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(PUMP)
    row = await cursor.fetchone()
    return row["moved"] if row else 0
