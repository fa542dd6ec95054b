"""Taking a step: seen, locked, guarded, recorded, and everything that follows from it, in one transaction.

same key? ─► lock what the actor sees ─► fold the journal ─► table, who, guards ─► entries ─► rule ─► row, loads
                 (their scope)                                                             (the service's scope)
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg.rows import dict_row

from layers.actors import DESK, Actor
from layers.areas.queries import filing_lock_key
from layers.canonical import moment_text
from layers.reports.filing import EditionMoved, KeyReused
from layers.reports.folding import fold
from layers.reports.kinds import kind_stored
from layers.reports.lifecycle import OPEN, Action, Status, Step, cell
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.setting import Setting
from layers.reports.state import State, Told
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

LOCK = "select id, district_id, sender, chain_head from reports where id = %s for update"
JOURNAL = "select position, type, version, at, actor, body from journal_entries where report_id = %s order by position"
EARLIER = """
select k.report_id, k.digest, k.position, r.status, r.clock, r.due_at
from step_keys k join reports r on r.id = k.report_id where k.actor = %s and k.client_key = %s
"""
LED = "select id from reports where lead_id = %s order by id"
CLOCK = "job:clock"


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
    state: State | None = None


async def take_step(
    connection: Connection, report: int, request: StepRequest, *, setting: Setting, actor: Actor, now: datetime
) -> Taken:
    """Take a step in a transaction in the actor's scope; the same one sent again finds what came of it.

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
    found = await _look(connection, report, request, actor)
    if isinstance(found, Taken):
        return found
    head, entries = found
    taking = await _taking(connection, head, fold(entries), request, setting=setting, actor=actor, now=now)
    check(taking)
    mark_overdue(taking)
    await COMPOSERS[request.action](taking)
    await write(taking, keep=_key(taking))
    await _follow_lead(taking)
    row = row_of(taking.state)
    return Taken(head.id, taking.state.entries, row["status"], row["clock"], row["due_at"], state=taking.state)


async def _look(
    connection: Connection, report: int, request: StepRequest, actor: Actor
) -> Taken | tuple[Head, list[Told]]:
    """What came of the step before, or the report, locked as the actor sees it, and its entries: in one message.

    The key is looked up twice: before the report is sought, because whoever sent it may see the report no longer, and
    under the lock, because the same step may have been on its way. What follows is in the service's own scope.
    """
    key = [_owner(actor, report), request.client_key]
    async with connection.pipeline():
        await connection.execute(ENTER, DESK.settings)
        before = await connection.cursor(row_factory=dict_row).execute(EARLIER, key)
        await connection.execute(ENTER, actor.scope.settings)
        locked = await connection.cursor(row_factory=dict_row).execute(LOCK, [report])
        await connection.execute(ENTER, DESK.settings)
        meanwhile = await connection.cursor(row_factory=dict_row).execute(EARLIER, key)
        journal = await connection.cursor(row_factory=dict_row).execute(JOURNAL, [report])
    earlier, row = await before.fetchone() or await meanwhile.fetchone(), await locked.fetchone()
    if earlier is not None:
        return _same(earlier, report, request)
    return _head(row, report), [told(one) for one in await journal.fetchall()]


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
    facts = json.loads(bytes(row["body"]))["facts"]
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
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(EARLIER, [_owner(actor, report), request.client_key])).fetchone()
    return None if row is None else _same(row, report, request)


def _same(row: Mapping[str, Any], report: int, request: StepRequest) -> Taken:
    if row["report_id"] != report or bytes(row["digest"]) != _digest(request):
        raise KeyReused(
            "This client_key was used before, for another step.",
            field="client_key",
            value=request.client_key,
            remedy="Use a new key for a new step.",
        )
    return Taken(report, row["position"], row["status"], row["clock"], row["due_at"], again=True)


def _owner(actor: Actor, report: int) -> str:
    """Whose key it is: those without an account share a name, and are told apart by the report they were shown."""
    return actor.name if actor.role is not None else f"{actor.name}:{report}"


def _digest(request: StepRequest) -> bytes:
    return sha256(request.content()).digest()


def _key(taking: Taking) -> dict[str, Any]:
    return {
        "actor": _owner(taking.actor, taking.head.id),
        "key": taking.request.client_key,
        "id": taking.head.id,
        "digest": _digest(taking.request),
        "position": taking.state.entries,
        "now": taking.now,
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
