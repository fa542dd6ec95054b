"""Taking a step: seen, locked, guarded, recorded, and everything that follows from it, in one transaction.

same key? ─► lock what the actor sees ─► fold the journal ─► table, who, guards ─► entries ─► rule ─► row, loads
                 (their scope)                                                             (the service's scope)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from psycopg.rows import dict_row

from layers.actors import DESK, Actor
from layers.areas.queries import filing_lock_key
from layers.canonical import moment_text
from layers.questions import Question
from layers.reports.filing import EditionMoved, KeyReused
from layers.reports.folding import fold
from layers.reports.kinds import kind_stored
from layers.reports.lifecycle import OPEN, Action, Status, Step, cell
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.setting import Setting
from layers.reports.state import Known, State, Told
from layers.reports.statements import LOOK_AT_STEP
from layers.reports.steps.dispatching import dispatch
from layers.reports.steps.guards import Asked, check_now, check_who
from layers.reports.steps.handling import HANDLING
from layers.reports.steps.hands import HANDS
from layers.reports.steps.joining import JOINING, unlinked
from layers.reports.steps.moving import MOVING, hold_edition
from layers.reports.steps.requests import StepRequest, check_request
from layers.reports.steps.taking import Connection, Head, Taking
from layers.reports.steps.writing import row_of, write
from layers.scope import ENTER

Composer = Callable[[Taking], Awaitable[None]]
COMPOSERS: Mapping[Action, Composer] = {**HANDS, **HANDLING, **JOINING, **MOVING}

LOOK = Question(LOOK_AT_STEP)
LOCK = "select id, district_id, sender, chain_head from reports where id = %s for update"
JOURNAL = "select position, type, version, at, actor, body from journal_entries where report_id = %s order by position"
EARLIER = Question("select step_before($1, $2)")
LED = "select id from reports where lead_id = %s order by id"
CLOCK = "job:clock"
DESK_SETTINGS = orjson.dumps(DESK.settings)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a step: the entry it ends with, how the report stands, and whether it had been taken before."""

    report_id: int
    position: int
    status: str
    clock: str | None
    due_at: datetime | None
    again: bool = False
    #: What its journal comes to now; None for a step taken before.
    known: Known | None = None


async def take_step(
    connection: Connection,
    report: int,
    request: StepRequest,
    *,
    setting: Setting,
    actor: Actor,
    now: datetime,
    known: Known | None = None,
) -> Taken:
    """Take a step in a transaction as the actor; the same one sent again finds what came of it.

    `known`: what the caller knows of its journal; only what came since is read. It ends in the service's own scope.

    Raises:
        BadStep: it does not say what it must.
        UnknownReport: there is none that the actor sees.
        WrongStep, NotAllowed, NotNow: the table, the person or the report stand against it.
        KeyReused: the key was used for another step.
        EditionMoved: for a move, compile the edition in force first.
    """
    check_request(request)
    if request.action is Action.MOVE:
        await _hold(connection, setting)
    found = await _look(connection, report, request, actor, known)
    if isinstance(found, Taken):
        return found
    head, state = found
    taking = await _taking(connection, head, state, request, setting=setting, actor=actor, now=now)
    check(taking)
    mark_overdue(taking)
    await COMPOSERS[request.action](taking)
    await write(taking, keep=_key(taking))
    await _follow_lead(taking)
    row = row_of(taking.state)
    at_the_end = Known(taking.state, taking.entries[-1].digest)
    return Taken(head.id, taking.state.entries, row["status"], row["clock"], row["due_at"], known=at_the_end)


async def _look(
    connection: Connection, report: int, request: StepRequest, actor: Actor, known: Known | None
) -> Taken | tuple[Head, State]:
    """What came of the step before, or the report, locked as the actor sees it, and what its journal comes to."""
    asked = (
        str(report),
        _owner(actor, report),
        request.client_key,
        orjson.dumps(actor.scope.settings),
        DESK_SETTINGS,
        str(known.state.entries) if known else "0",
        known.digest if known else b"",
    )
    earlier, head, known_now, entries = await LOOK.ask(connection, asked)
    if earlier is not None:
        return _same(orjson.loads(earlier), report, request)
    if head is None:
        raise unknown_report(report_number(report))
    found = orjson.loads(head)
    before = known.state if known is not None and int(known_now or 0) else State()
    since = (
        Told(position, type_, version, datetime.fromisoformat(at), by, facts)
        for position, type_, version, at, by, facts in orjson.loads(entries or b"[]")
    )
    head_found = Head(found["id"], found["district_id"], found["sender"], bytes.fromhex(found["chain_head"]))
    return head_found, fold(since, before)


def check(taking: Taking) -> Step:
    """Refuse a step that the table, the person or the report stand against; the cell of the table."""
    found = cell(taking.state.status, taking.request.action)
    asked = Asked(
        request=taking.request,
        state=taking.state,
        kind=taking.kind,
        actor=taking.actor,
        sender=taking.head.sender,
        report_id=taking.head.id,
        now=taking.now,
    )
    check_who(asked, found)
    check_now(asked)
    return found


async def lock(connection: Connection, report: int) -> Head:
    """Lock a report that the transaction's scope sees, then work in the service's own scope.

    Raises:
        UnknownReport: there is none.
    """
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(LOCK, [report])).fetchone()
    await connection.execute(ENTER, DESK.settings)
    return _head(row, report)


def _head(row: Mapping[str, Any] | None, report: int) -> Head:
    if row is None:
        raise unknown_report(report_number(report))
    return Head(row["id"], row["district_id"], row["sender"], bytes(row["chain_head"]))


async def begin(
    connection: Connection, head: Head, request: StepRequest, *, setting: Setting, actor: Actor, now: datetime
) -> Taking:
    """A step on a locked report, whose state is what its journal comes to."""
    state = fold(await journal_of(connection, head.id))
    return await _taking(connection, head, state, request, setting=setting, actor=actor, now=now)


async def _taking(
    connection: Connection,
    head: Head,
    state: State,
    request: StepRequest,
    *,
    setting: Setting,
    actor: Actor,
    now: datetime,
) -> Taking:
    kind = setting.kinds.get(state.kind) or await kind_stored(connection, head.district_id, state.kind)
    return Taking(connection, head, state, kind, setting, actor, request, now)


async def journal_of(connection: Connection, report: int) -> list[Told]:
    """The entries of a report, in order."""
    cursor = connection.cursor(row_factory=dict_row)
    rows = await (await cursor.execute(JOURNAL, [report])).fetchall()
    return [told(row) for row in rows]


def told(row: Mapping[str, Any]) -> Told:
    """An entry as it is stored."""
    facts = orjson.loads(row["body"])["facts"]
    return Told(row["position"], row["type"], row["version"], row["at"], row["actor"], facts)


def mark_overdue(taking: Taking) -> None:
    """Mark a clock that has run out, whether or not the sweep has seen it: the fact does not depend on who looks."""
    state = taking.state
    due = None if state.clock is None else state.clock.due_at
    waits = state.status is Status.SUSPENDED or state.status not in OPEN
    if due is None or state.overdue_marked or waits or taking.now <= due:
        return
    assert state.clock is not None
    stated = {"assignee": state.assignee, "unit": state.unit, "holder_area": state.holder_area}
    taking.add("overdue", stated | {"clock": state.clock.name, "due_at": moment_text(due)}, actor=CLOCK)


async def _hold(connection: Connection, setting: Setting) -> None:
    edition = setting.in_force.edition
    if not await hold_edition(connection, filing_lock_key(setting.district.id), edition.id):
        raise EditionMoved("Another edition of the boundaries came in force.", field="edition")


async def taken_before(connection: Connection, report: int, request: StepRequest, actor: Actor) -> Taken | None:
    """What came of the same step taken before, in a transaction in the service's scope; raises `KeyReused`."""
    (row,) = await EARLIER.ask(connection, (_owner(actor, report), request.client_key))
    return None if row is None else _same(orjson.loads(row), report, request)


def _same(told_before: Mapping[str, Any], report: int, request: StepRequest) -> Taken:
    if told_before["report_id"] != report or told_before["digest"] != _digest(request).hex():
        raise KeyReused(
            "This client_key was used before, for another step.",
            field="client_key",
            value=request.client_key,
            remedy="Use a new key for a new step.",
        )
    due = told_before["due_at"]
    return Taken(
        report,
        told_before["position"],
        told_before["status"],
        told_before["clock"],
        datetime.fromisoformat(due) if due else None,
        again=True,
    )


def _owner(actor: Actor, report: int) -> str:
    """Whose key it is: those without an account share a name, and are told apart by the report they were shown."""
    return actor.name if actor.role is not None else f"{actor.name}:{report}"


def _digest(request: StepRequest) -> bytes:
    return sha256(request.content()).digest()


def _key(taking: Taking) -> dict[str, Any]:
    return {
        "actor": _owner(taking.actor, taking.head.id),
        "client_key": taking.request.client_key,
        "digest": _digest(taking.request).hex(),
        "position": taking.state.entries,
    }


async def _follow_lead(taking: Taking) -> None:
    """Duplicates are closed with the report that leads them, and stand alone when it is void."""
    if taking.state.status not in {Status.CLOSED, Status.VOID} or taking.before.status is taking.state.status:
        return
    rows = await (await taking.connection.execute(LED, [taking.head.id])).fetchall()
    for (led,) in rows:
        head = await lock(taking.connection, led)
        own = await begin(
            taking.connection, head, taking.request, setting=taking.setting, actor=taking.actor, now=taking.now
        )
        if own.state.status is not Status.LINKED:
            continue
        if taking.state.status is Status.CLOSED:
            stated = {"lead": taking.head.id, "outcome": taking.state.outcome}
            own.add("closed_with_lead", stated | {"settled_depth": taking.state.settled_depth})
        else:
            unlinked(own, "lead_void")
            await dispatch(own)
        await write(own)
