"""What a step writes, all of it in the caller's transaction: entries, row, loads, and what lies beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from geo.crs import STORAGE_SRID
from layers.questions import Question
from layers.reports.lifecycle import OPEN, Status
from layers.reports.located import candidates_of, subject_name
from layers.reports.records import AtPosition
from layers.reports.state import State
from layers.reports.statements import WRITE_MOVE, WRITE_STEP
from layers.reports.steps.taking import Taking

WRITE = Question(WRITE_STEP)
NOTE = "insert into report_notes (report_id, position, salt, text) values (%s, %s, %s, %s)"
CALLER = "insert into report_callers (report_id, position, salt, name, phone, text) values (%s, %s, %s, %s, %s, %s)"
CALL_IN = """
insert into call_ins (report_id, unit_id, purpose, asked_at, due_at, answered_at, done_at, missed)
values (%(id)s, %(unit)s, %(purpose)s, %(asked_at)s, %(due_at)s, %(answered_at)s, %(done_at)s, %(missed)s)
on conflict (report_id, unit_id, purpose) do update set
    answered_at = excluded.answered_at, done_at = excluded.done_at, missed = excluded.missed
"""
OPEN_TO_UNIT = """
insert into hand_overs (report_id, to_unit_id, reason, made_by, made_at)
select %(id)s, %(unit)s, %(purpose)s, %(actor)s, %(now)s
where not exists (select from hand_overs where report_id = %(id)s and to_unit_id = %(unit)s and ended_at is null)
"""


async def write(taking: Taking, *, keep: Mapping[str, Any] | None = None) -> None:
    """Write a step, in a transaction of the service's own scope; `keep`: under what key it came."""
    entries = [
        {
            "position": one.position,
            "type": one.type,
            "version": one.version,
            "actor": one.actor,
            "body": one.body.decode(),
            "digest": one.digest.hex(),
        }
        for one in taking.entries
    ]
    row = row_of(taking.state) | {"kind": taking.kind.id, "chain_head": taking.entries[-1].digest.hex()}
    loads = _loads(taking.before, taking.state)
    runs = [one | {"made_by": taking.actor.recorded} for one in taking.runs]
    given = (orjson.dumps(one) if one else None for one in (entries, row, loads, runs, keep))
    await WRITE.ask(taking.connection, (str(taking.head.id), taking.now.isoformat(), *given))
    await _beside(taking)


async def _beside(taking: Taking) -> None:
    connection = taking.connection
    for position, salt, said in taking.notes:
        await connection.execute(NOTE, [taking.head.id, position, salt, said])
    for position, salt, name, phone, text in taking.callers:
        await connection.execute(CALLER, [taking.head.id, position, salt, name, phone, text])
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


def _loads(before: State, after: State) -> list[dict[str, Any]]:
    """Whose open reports are one fewer, and whose one more."""
    lost = before.assignee if before.status in OPEN else None
    gained = after.assignee if after.status in OPEN else None
    if lost == gained:
        return []
    return [{"person": one, "gains": one == gained} for one in (lost, gained) if one is not None]


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
