"""What a step writes, all of it in the caller's transaction: entries, row, loads, and what lies beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from geo.crs import STORAGE_SRID
from layers.reports.lifecycle import OPEN, Status
from layers.reports.located import candidates_of, subject_name
from layers.reports.records import AtPosition
from layers.reports.state import State
from layers.reports.statements import WRITE_ENTRIES, WRITE_MOVE, WRITE_STEP
from layers.reports.steps.taking import Connection, Taking

GAIN = """
insert into person_loads as held (person_id, open) values (%s, 1)
on conflict (person_id) do update set open = held.open + 1
"""
LOSE = "update person_loads set open = greatest(open - 1, 0) where person_id = %s"
NOTE = "insert into report_notes (report_id, position, salt, text) values (%s, %s, %s, %s)"
CALLER = "insert into report_callers (report_id, position, salt, name, phone, text) values (%s, %s, %s, %s, %s, %s)"
RUN = """
insert into assignments (report_id, made_at, made_by, rule, assignee_id, holder_area_id, considered)
values (%(id)s, %(now)s, %(actor)s, %(rule)s, %(assignee)s, %(holder_area)s, %(considered)s::jsonb)
"""
CALL_IN = """
insert into call_ins (report_id, unit_id, purpose, asked_at, due_at, answered_at, done_at, missed)
values (%(id)s, %(unit)s, %(purpose)s, %(asked_at)s, %(due_at)s, %(answered_at)s, %(done_at)s, %(missed)s)
on conflict (report_id, unit_id, purpose) do update set
    answered_at = excluded.answered_at, done_at = excluded.done_at, missed = excluded.missed
"""
KEEP = """
insert into step_keys (actor, client_key, report_id, digest, position, at)
values (%(actor)s, %(key)s, %(id)s, %(digest)s, %(position)s, %(now)s)
"""
OPEN_TO_UNIT = """
insert into hand_overs (report_id, to_unit_id, reason, made_by, made_at)
select %(id)s, %(unit)s, %(purpose)s, %(actor)s, %(now)s
where not exists (select from hand_overs where report_id = %(id)s and to_unit_id = %(unit)s and ended_at is null)
"""


async def write(taking: Taking, *, keep: Mapping[str, Any] | None = None) -> None:
    """Write a step, in a transaction of the service's own scope and in one message; `keep`: under what key it came."""
    async with taking.connection.pipeline():
        await _write(taking)
        if keep is not None:
            await taking.connection.execute(KEEP, keep)


async def _write(taking: Taking) -> None:
    connection, state = taking.connection, taking.state
    await connection.execute(WRITE_ENTRIES, _entries(taking))
    await connection.execute(WRITE_STEP, row_of(state) | {"id": taking.head.id} | _row(taking))
    await _loads(connection, taking.before, state)
    for position, salt, said in taking.notes:
        await connection.execute(NOTE, [taking.head.id, position, salt, said])
    for position, salt, name, phone, text in taking.callers:
        await connection.execute(CALLER, [taking.head.id, position, salt, name, phone, text])
    for run in taking.runs:
        given = run | {"id": taking.head.id, "now": taking.now, "actor": taking.actor.recorded}
        await connection.execute(RUN, given | {"considered": json.dumps(run["considered"])})
    await _called(taking)
    if taking.location is not None:
        await connection.execute(WRITE_MOVE, _place(taking))


def row_of(state: State) -> dict[str, Any]:
    """The columns of a report's row that its state decides."""
    assert state.status is not None, "a report that was filed has a status"
    runs = state.clock is not None and state.status is not Status.SUSPENDED
    same = (
        "area_path", "located", "certainty", "assignee", "unit", "holder_area", "holder_depth", "overdue_marked",
        "resume_at", "dispatched_at", "accepted_at", "reported_at", "closed_at", "evaluated_at", "settled_depth",
        "lead", "dispatches", "returns", "reworks", "reopenings", "excused", "responded", "solved", "satisfied",
        "entries", "edition",
    )  # fmt: skip
    row: dict[str, Any] = {name: getattr(state, name) for name in same}
    path = state.area_path
    stated: dict[str, Any] = {
        "status": state.status.value,
        "area": int(path.rstrip(".").rpartition(".")[2]) if path else None,
        "flags": list(state.flags),
        "clock": state.clock.name if state.clock else None,
        "due_at": state.clock.due_at if runs and state.clock else None,
        "overdue": len(state.overdue),
    }
    return row | stated


def _row(taking: Taking) -> dict[str, Any]:
    return {"kind": taking.kind.id, "chain_head": taking.entries[-1].digest}


def _entries(taking: Taking) -> dict[str, Any]:
    entries = taking.entries
    return {
        "id": taking.head.id,
        "now": taking.now,
        "positions": [one.position for one in entries],
        "types": [one.type for one in entries],
        "versions": [one.version for one in entries],
        "actors": [one.actor for one in entries],
        "bodies": [one.body for one in entries],
        "digests": [one.digest for one in entries],
    }


async def _loads(connection: Connection, before: State, after: State) -> None:
    """Count open reports by whoever has them; in one order, so that two steps never wait for each other."""
    lost = before.assignee if before.status in OPEN else None
    gained = after.assignee if after.status in OPEN else None
    if lost == gained:
        return
    for person in sorted(one for one in (lost, gained) if one is not None):
        await connection.execute(GAIN if person == gained else LOSE, [person])


async def _called(taking: Taking) -> None:
    for one in taking.state.called:
        if one in taking.before.called:
            continue
        given = {
            "id": taking.head.id,
            "unit": one.unit,
            "purpose": one.purpose,
            "asked_at": one.asked_at,
            "due_at": one.due_at,
            "answered_at": one.answered_at,
            "done_at": one.done_at,
            "missed": one.missed,
            "actor": taking.actor.recorded,
            "now": taking.now,
        }
        await taking.connection.execute(CALL_IN, given)
        await taking.connection.execute(OPEN_TO_UNIT, given)


def _place(taking: Taking) -> dict[str, Any]:
    found, subject = taking.location, taking.request.subject
    assert found is not None
    assert subject is not None
    given = subject.given if isinstance(subject, AtPosition) else None
    return {
        "id": taking.head.id,
        "srid": STORAGE_SRID,
        "lon": found.position.lon if found.position else None,
        "lat": found.position.lat if found.position else None,
        "given_x": given.lon if given else None,
        "given_y": given.lat if given else None,
        "datum": subject.datum.value if isinstance(subject, AtPosition) else None,
        "accuracy_m": found.accuracy_m,
        "located_by": found.by,
        "candidates": json.dumps(candidates_of(found)),
        "place": found.place_id,
        "subject": subject_name(subject),
    }
