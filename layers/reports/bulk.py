"""Many reports given to someone, or to whoever the rule chooses: foreseen with everyone's load, done, and undone.

Each report is given in a transaction of its own, by a step like any other: what one of them stands against loses
nothing of the others, and no lock is held longer than for one. The key of each is derived from the key of all, so
that the whole can be sent again after a lost answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg.rows import dict_row
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK, Actor, Scope
from layers.refusals import Conflict, NotFound, Refusal
from layers.reports.answerers import answerers
from layers.reports.assignment import assign
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.filing import KeyReused
from layers.reports.folding import fold
from layers.reports.handing_over import person_named
from layers.reports.lifecycle import Action, Status, cell
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.setting import Setting
from layers.reports.state import State
from layers.reports.steps.dispatching import steps_from
from layers.reports.steps.guards import Asked, check_now, check_who
from layers.reports.steps.possible import asked_now
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import journal_of, taken_before
from layers.reports.steps.taking import Connection
from layers.reports.tables import ReportRow
from layers.scope import ENTER, reports_seen

UNDONE_WITHIN = timedelta(minutes=1)
MOST = 100
IN_HAND = frozenset({Status.DISPATCHED, Status.ACCEPTED})
LOADS = """
select p.id, p.number, p.cap, coalesce(l.open, 0) as open from people p left join person_loads l on l.person_id = p.id
where p.id = any(%s) order by p.number
"""
HOLDERS = "select r.id, p.number from reports r left join people p on p.id = r.assignee_id where r.id = any(%s)"
KEYS = """
select client_key, report_id, position, at from step_keys where actor = %s and client_key ^@ %s order by report_id
"""
CODES = """
select (select number from people where id = %s) as person, (select code from units where id = %s) as unit
"""


class UnknownAssignment(NotFound):
    """Nobody gave reports under this key, or somebody else did."""


class UndoTooLate(Conflict):
    """The minute in which many assignments can be undone at once is over."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which reports are given to whom; to whoever the rule chooses where `person` is None."""

    client_key: str
    person: str | None
    reason: str | None = None

    def request(self, report: int, status: Status | None) -> StepRequest:
        """The step that gives one of them, as it stands."""
        if self.person is not None and status in IN_HAND:
            reason = self.reason or "balances_load"
            return StepRequest(Action.TRANSFER, self.key(report), reason=reason, person=self.person)
        return StepRequest(Action.ASSIGN, self.key(report), reason=self.reason, person=self.person)

    def key(self, report: int) -> str:
        """The key of one of them."""
        return f"{prefix('bulk', self.client_key)}{report}"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would come of one report: whose it is, whose it would be, or what stands against it."""

    report: int
    holder: int | None
    receiver: int | None
    request: StepRequest | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """Someone's open reports before and after."""

    person: int
    number: str
    before: int
    after: int
    cap: int | None


@dataclass(frozen=True, slots=True)
class Undoing:
    """How one report is given back: by a step; or why it is not."""

    report: int
    step: StepRequest | None
    why_not: str | None = None


def prefix(what: str, client_key: str) -> str:
    """What the keys of one bulk begin with."""
    return f"{what}:{sha256(client_key.encode()).hexdigest()[:32]}:"


async def seen_of(connection: AsyncConnection, wanted: Collection[int], *, scope: Scope) -> frozenset[int]:
    """Those of some reports that the scope may see."""
    statement = select(ReportRow.id).where(ReportRow.id.in_(sorted(wanted)), reports_seen(ReportRow, scope))
    return frozenset(await connection.scalars(statement))


async def foresee(
    connection: Connection,
    wanted: Mapping[int, bool],
    order: Order,
    *,
    setting: Setting,
    actor: Actor,
    now: datetime,
) -> list[Foreseen]:
    """What would come of each report if they were given one after the other now, in a transaction of the actor's.

    `wanted`: report → whether the actor sees it, as `seen_of` says.

    Raises:
        UnknownPerson: the district has nobody of this number.
    """
    await connection.execute(ENTER, DESK.settings)
    district = setting.district.id
    named = None if order.person is None else await person_named(connection, order.person, district_id=district)
    gained: Counter[int] = Counter()
    found = []
    for report, seen in wanted.items():
        if not seen:
            found.append(Foreseen(report, None, None, refusal=unknown_report(report_number(report))))
            continue
        one = await _foresee_one(
            connection, report, order, setting=setting, actor=actor, now=now, named=named, gained=gained
        )
        if one.refusal is None:
            gained.update({one.receiver: 1} if one.receiver else {})
            gained.subtract({one.holder: 1} if one.holder else {})
        found.append(one)
    return found


async def _foresee_one(
    connection: Connection,
    report: int,
    order: Order,
    *,
    setting: Setting,
    actor: Actor,
    now: datetime,
    named: int | None,
    gained: Counter[int],
) -> Foreseen:
    await connection.execute(ENTER, actor.scope.settings)
    try:
        asked, _ = await asked_now(connection, report, setting=setting, actor=actor, now=now)
        asked = replace(asked, request=order.request(report, asked.state.status))
        check_who(asked, cell(asked.state.status, asked.request.action))
        check_now(asked)
    except Refusal as refusal:
        return Foreseen(report, None, None, refusal=refusal)
    receiver = named or await _by_rule(connection, asked, setting, gained)
    return Foreseen(report, asked.state.assignee, receiver, asked.request)


async def _by_rule(connection: Connection, asked: Asked, setting: Setting, gained: Counter[int]) -> int | None:
    """Whom the rule would choose, if the reports before this one were given already."""
    state = asked.state
    steps = steps_from(state.area_path, state.holder_depth)
    cursor = connection.cursor(row_factory=dict_row)
    found = await answerers(cursor, steps, zone=setting.district.zone, now=asked.now)
    free = [replace(one, open=one.open + gained[one.person_id]) for one in found if one.person_id not in state.declined]
    chosen = assign(free, steps, turn=asked.report_id % SERIALS_PER_DAY).assignee
    return None if chosen is None else chosen.person_id


async def loads_of(connection: Connection, foreseen: Collection[Foreseen]) -> list[Load]:
    """Everyone's load whom it concerns, before and, as foreseen, after; in a transaction of the service's."""
    given = [one for one in foreseen if one.refusal is None]
    change: Counter[int] = Counter()
    change.update(one.receiver for one in given if one.receiver is not None)
    change.subtract(one.holder for one in given if one.holder is not None)
    cursor = connection.cursor(row_factory=dict_row)
    rows = await (await cursor.execute(LOADS, [sorted(change)])).fetchall()
    return [Load(row["id"], row["number"], row["open"], row["open"] + change[row["id"]], row["cap"]) for row in rows]


async def loads_now(connection: Connection, before: Collection[Load]) -> list[Load]:
    """The loads of the same people as they have become; in a transaction of the service's."""
    cursor = connection.cursor(row_factory=dict_row)
    rows = await (await cursor.execute(LOADS, [[one.person for one in before]])).fetchall()
    now = {row["id"]: row["open"] for row in rows}
    return [replace(one, after=now[one.person]) for one in before]


async def holders_of(connection: Connection, reports: Sequence[int]) -> dict[int, str | None]:
    """Who has reports in hand, by number; in a transaction of the service's."""
    cursor = connection.cursor(row_factory=dict_row)
    rows = await (await cursor.execute(HOLDERS, [list(reports)])).fetchall()
    return {row["id"]: row["number"] for row in rows}


async def given_before(connection: Connection, report: int, order: Order, *, actor: Actor) -> bool:
    """Whether one of the reports was given under this very order before; in a transaction of the service's.

    Raises:
        KeyReused: something else was asked for under its key.
    """
    first, second = (order.request(report, status) for status in (Status.FILED, Status.DISPATCHED))
    try:
        return await taken_before(connection, report, first, actor) is not None
    except KeyReused:
        return await taken_before(connection, report, second, actor) is not None


async def undoing(connection: Connection, client_key: str, *, actor: Actor, now: datetime) -> list[Undoing]:
    """How what an actor gave under a key is given back, in a transaction of the service's.

    Given back is what has not been accepted, to whoever had it before. What was in nobody's hands stays.

    Raises:
        UnknownAssignment: the actor gave nothing under this key.
        UndoTooLate: it was more than a minute ago.
    """
    cursor = connection.cursor(row_factory=dict_row)
    rows = await (await cursor.execute(KEYS, [actor.name, prefix("bulk", client_key)])).fetchall()
    if not rows:
        raise UnknownAssignment("Nothing was assigned under this key.", field="key", value=client_key)
    undone = await (await cursor.execute(KEYS, [actor.name, prefix("undo", client_key)])).fetchall()
    if not undone and now > min(row["at"] for row in rows) + UNDONE_WITHIN:
        raise UndoTooLate("What was assigned more than a minute ago is not undone at once.", remedy="Transfer each.")
    before = {row["report_id"] for row in undone}
    return [await _undoing_one(connection, row, client_key, again=row["report_id"] in before) for row in rows]


async def _undoing_one(connection: Connection, row: dict[str, Any], client_key: str, *, again: bool) -> Undoing:
    entries = await journal_of(connection, row["report_id"])
    before, given, state = fold(entries[: row["position"] - 1]), fold(entries[: row["position"]]), fold(entries)
    why_not = None if again else _why_not(before, given, state)
    if why_not is not None:
        return Undoing(row["report_id"], None, why_not)
    cursor = connection.cursor(row_factory=dict_row)
    codes = await (await cursor.execute(CODES, [before.assignee, before.unit])).fetchone() or {}
    key = f"{prefix('undo', client_key)}{row['report_id']}"
    return Undoing(row["report_id"], StepRequest(Action.TRANSFER, key, reason="by_hand", **codes))


def _why_not(before: State, given: State, state: State) -> str | None:
    """Why a report is not given back; None where it is."""
    if state.status is not Status.DISPATCHED or state.dispatches != given.dispatches:
        return "moved_on"
    if before.assignee is None and before.unit is None:
        return "had_no_holder"
    return None
