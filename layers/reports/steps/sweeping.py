"""What time itself does to reports: clocks run out and matters climb, suspensions end, units have not come.

Each batch is one transaction; reports that another worker is looking at are left to it, so that any number of workers
may sweep at once, and one that is killed leaves its batch as it was.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from layers.actors import DESK, Actor, job
from layers.reports.assignment import Step
from layers.reports.clocks import DISPATCH, HANDLE, dated
from layers.reports.lifecycle import STEPS, Action
from layers.reports.setting import Setting
from layers.reports.steps.dispatching import anybody, consider, dispatch, give, steps_from
from layers.reports.steps.handling import resumed
from layers.reports.steps.hands import change_level
from layers.reports.steps.requests import StepRequest
from layers.reports.steps.step import CLOCK, begin, mark_overdue
from layers.reports.steps.taking import Connection, Head, Taking
from layers.reports.steps.writing import write

#: Reports looked at in one transaction, so that a sweep never holds many rows for long.
BATCH = 50
SWEEP = "job:sweep"
_HEAD = "select id, district_id, sender, chain_head"
DUE = f"""
{_HEAD} from reports
where district_id = %s and due_at < %s and due_at is not null and not overdue_marked
order by due_at limit %s for update skip locked
"""
RESUME = f"""
{_HEAD}, resume_at from reports
where district_id = %s and resume_at <= %s and resume_at is not null
order by resume_at limit %s for update skip locked
"""
MISSED = f"""
{_HEAD} from reports where district_id = %s and status <> 'closed' and status <> 'void' and id in (
    select report_id from call_ins where due_at < %s and answered_at is null and not missed
) order by id limit %s for update skip locked
"""  # noqa: S608 - the text is our own # nosec B608
WAITING = f"""
{_HEAD}, area_path, holder_depth from reports
where district_id = %(district)s and id > %(after)s and assignee_id is null and unit_id is null
    and area_path is not null and status <> 'closed' and status <> 'void' and status <> 'linked' and status = 'filed'
order by id limit %(limit)s for update skip locked
"""
UNDATED = f"""
{_HEAD} from reports
where district_id = %(district)s and id > %(after)s and clock is not null and due_at is null
    and status not in ('closed', 'void', 'linked', 'suspended')
order by id limit %(limit)s for update skip locked
"""
ACTOR = job("clock", DESK)


async def assign_waiting(
    connection: Connection, setting: Setting, *, now: datetime, after: int = 0
) -> tuple[int, int | None]:
    """Try to assign one batch of waiting reports with a number above `after`, oldest first.

    Returns how many got someone, and the id to go on after, None when the round is complete.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(WAITING, {"district": setting.district.id, "after": after, "limit": BATCH})
    waiting = await cursor.fetchall()
    assigned = 0
    nobody: set[tuple[Step, ...]] = set()
    for row in waiting:
        # Asked by the row first: whoever waits for long has a long journal, and mostly waits on.
        steps = steps_from(row["area_path"], row["holder_depth"])
        if steps in nobody:
            continue
        if not await anybody(cursor, steps, zone=setting.district.zone, now=now):
            nobody.add(steps)
            continue
        taking = await _begin(connection, row, setting, now)
        outcome = await consider(taking)
        # That still nobody is there is no news: it leaves no entry.
        if outcome is not None and outcome.assignee is not None:
            give(taking, outcome, actor=SWEEP)
            await write(taking)
            assigned += 1
    return assigned, waiting[-1]["id"] if len(waiting) == BATCH else None


async def sweep_overdue(connection: Connection, setting: Setting, *, now: datetime) -> int:
    """Mark one batch of clocks that ran out; what was not dispatched or handled in time climbs. How many."""
    rows = await _rows(connection, DUE, setting, now)
    for row in rows:
        taking = await _begin(connection, row, setting, now)
        held_by = taking.state.assignee
        mark_overdue(taking)
        if _climbs(taking):
            change_level(taking, "climbed", -1, reason="overdue", actor=CLOCK)
            await dispatch(taking, else_to=held_by, actor=CLOCK)
        if taking.entries:
            await write(taking)
    return len(rows)


def _climbs(taking: Taking) -> bool:
    state = taking.state
    clock = state.clock.name if state.clock else None
    above = bool(state.holder_depth) and clock in {DISPATCH, HANDLE}
    return state.overdue_marked and above and (state.status, Action.CLIMB) in STEPS


async def date_clocks(
    connection: Connection, setting: Setting, *, now: datetime, after: int = 0
) -> tuple[int, int | None]:
    """Give one batch of clocks the deadline they have by the calendar there is now, where that covers their years.

    Returns how many got one, and the id to go on after, None when the round is complete.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(UNDATED, {"district": setting.district.id, "after": after, "limit": BATCH})
    waiting = await cursor.fetchall()
    given = 0
    for row in waiting:
        taking = await _begin(connection, row, setting, now)
        clock = dated(taking.state.clock, setting.calendar) if taking.state.clock else None
        if clock is not None and clock.due_at is not None:
            taking.add("deadline_set", {"clock": clock.facts}, actor=CLOCK)
            await write(taking)
            given += 1
    return given, waiting[-1]["id"] if len(waiting) == BATCH else None


async def sweep_suspended(connection: Connection, setting: Setting, *, now: datetime) -> int:
    """Resume one batch of suspensions that are over, as of when they were over. How many."""
    rows = await _rows(connection, RESUME, setting, now)
    for row in rows:
        taking = await _begin(connection, row, setting, now)
        resumed(taking, "by_itself", at=row["resume_at"], actor=CLOCK)
        await write(taking)
    return len(rows)


async def sweep_whistles(connection: Connection, setting: Setting, *, now: datetime) -> int:
    """Note for one batch of reports which units were called and have not come in time. How many reports."""
    rows = await _rows(connection, MISSED, setting, now)
    for row in rows:
        taking = await _begin(connection, row, setting, now)
        for one in taking.state.called:
            late = one.due_at is not None and one.due_at < now
            if one.purpose == "whistle" and late and one.answered_at is None and not one.missed:
                taking.add("whistle_missed", {"unit": one.unit}, actor=CLOCK)
        if taking.entries:
            await write(taking)
    return len(rows)


async def _rows(connection: Connection, statement: Any, setting: Setting, now: datetime) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    return await (await cursor.execute(statement, [setting.district.id, now, BATCH])).fetchall()


async def _begin(connection: Connection, row: dict[str, Any], setting: Setting, now: datetime) -> Taking:
    head = Head(row["id"], row["district_id"], row["sender"], bytes(row["chain_head"]))
    actor: Actor = ACTOR
    request = StepRequest(Action.CLIMB, f"clock:{now.isoformat()}")
    return await begin(connection, head, request, setting=setting, actor=actor, now=now)
