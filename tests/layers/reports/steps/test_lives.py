"""Whole lives, step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from layers.access.permissions import NotAllowed
from layers.reports.filing import KeyReused
from layers.reports.lifecycle import Action, Status, WrongStep
from layers.reports.queries import UnknownReport
from layers.reports.steps.guards import NotNow
from layers.reports.steps.requests import BadStep, StepRequest
from tests.layers.reports.steps.life import Life


async def settled(life: Life, report: int) -> None:
    """Handled by whoever has it, and verified by the community."""
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled", note="已清理")
    officer = await life.person("D0001")
    await life.take(officer, report, Action.VERIFY)


async def test_an_ordinary_report_is_settled_in_the_grid(life: Life) -> None:
    report = await life.file()
    before = await life.check(report)
    assert before.status is Status.DISPATCHED
    assert before.clock is not None
    assert before.clock.name == "handle"
    await settled(life, report)
    state = await life.check(report)
    assert (state.status, state.settled_depth, state.outcome) == (Status.CLOSED, 3, "settled")
    assert await life.entries(report) == ["filed", "assigned", "accepted", "reported_back", "closed"]
    await life.take(life.reporter(report), report, Action.EVALUATE, responded=True, solved=True, satisfied="satisfied")
    assert (await life.check(report)).satisfied == "satisfied"


async def test_only_whoever_has_it_accepts_and_whoever_handled_it_does_not_verify(life: Life) -> None:
    report = await life.file()
    worker, dispatcher = await life.holder(report), await life.person("D0001")
    with pytest.raises(NotAllowed):
        await life.take(dispatcher, report, Action.ACCEPT)
    await life.take(worker, report, Action.ACCEPT)
    with pytest.raises(WrongStep):
        await life.take(worker, report, Action.ACCEPT)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    with pytest.raises(NotAllowed):
        await life.take(worker, report, Action.VERIFY)


async def test_what_one_does_not_see_is_not_there(life: Life) -> None:
    report, other = await life.file(0), await life.file(60)
    stranger = await life.holder(other)
    with pytest.raises(UnknownReport):
        await life.take(stranger, report, Action.TAKE)


async def test_the_same_step_sent_again_finds_what_came_of_it(life: Life) -> None:
    report = await life.file()
    worker = await life.holder(report)
    request = StepRequest(Action.RETURN, "once", reason="not_my_area", note="不是我的网格")
    first = await life.ask(worker, report, request)
    again = await life.ask(worker, report, request)
    assert (again.position, again.again, first.again) == (first.position, True, False)
    with pytest.raises(KeyReused):
        await life.ask(worker, report, StepRequest(Action.RETURN, "once", reason="wrong_kind"))
    assert (await life.check(report)).returns == 1


async def test_a_returned_report_is_dispatched_anew_or_refiled_and_not_closed(life: Life) -> None:
    report = await life.file()
    worker, dispatcher = await life.holder(report), await life.person("D0001")
    await life.take(worker, report, Action.RETURN, reason="not_my_area")
    for action, said in ((Action.VERIFY, {}), (Action.VOID, {"reason": "test"})):
        with pytest.raises(WrongStep):
            await life.take(dispatcher, report, action, **said)
    await life.take(dispatcher, report, Action.ASSIGN, person="W0003", reason="knows_the_matter")
    state = await life.check(report)
    assert state.assignee == (await life.person("W0003")).person_id
    assert state.dispatches == 2


async def test_a_declined_report_goes_to_the_next_and_urgent_ones_are_handed_over(life: Life) -> None:
    report = await life.file()
    first = await life.holder(report)
    await life.take(first, report, Action.DECLINE, reason="busy")
    second = await life.holder(report)
    assert second.person_id != first.person_id
    urgent = await life.file(kind="C01")
    with pytest.raises(NotNow, match="urgent"):
        await life.take(await life.holder(urgent), urgent, Action.DECLINE, reason="busy")


async def test_a_matter_climbs_to_the_district_and_down_again(life: Life) -> None:
    report = await life.file(kind="M01")
    levels = []
    for _ in range(3):
        await life.take(await life.holder(report), report, Action.HAND_UP, reason="beyond_powers")
        levels.append((await life.check(report)).holder_depth)
    assert levels == [2, 1, 0]
    dispatcher = await life.person("D0001")
    assert (await life.check(report)).assignee == dispatcher.person_id
    await life.take(dispatcher, report, Action.HAND_DOWN, reason="can_be_settled_below")
    assert (await life.check(report)).holder_depth == 1


async def test_a_clock_that_runs_out_is_marked_once_and_the_matter_climbs(life: Life) -> None:
    report = await life.file()
    state = await life.check(report)
    assert state.clock is not None
    assert state.clock.due_at is not None
    life.now = state.clock.due_at + timedelta(seconds=1)
    assert await life.sweep() == 1
    state = await life.check(report)
    assert state.holder_depth == 2
    assert [one.clock for one in state.overdue] == ["handle"]
    assert await life.sweep() == 0
    worker = await life.holder(report)
    await life.take(worker, report, Action.APPEAL, overdue=state.overdue[0].position, reason="waited_for_others")
    dispatcher = await life.person("D0001")
    await life.take(dispatcher, report, Action.DECIDE_APPEAL, overdue=state.overdue[0].position, upheld=True)
    state = await life.check(report)
    assert (len(state.overdue), state.excused) == (1, 1)


async def test_a_late_step_marks_what_the_sweep_has_not_seen(life: Life) -> None:
    report = await life.file()
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    life.now += timedelta(days=30)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    assert len((await life.check(report)).overdue) == 1


async def test_a_suspension_shifts_what_was_left_and_ends_by_itself(life: Life) -> None:
    report = await life.file()
    worker, dispatcher = await life.holder(report), await life.person("D0001")
    await life.take(worker, report, Action.ACCEPT)
    clock = (await life.check(report)).clock
    assert clock is not None
    assert clock.due_at is not None
    until = life.now + timedelta(days=14)
    await life.take(dispatcher, report, Action.SUSPEND, reason="season", until=until)
    assert (await life.check(report)).status is Status.SUSPENDED
    life.now = until + timedelta(hours=3)
    assert await life.sweep() == 1
    state = await life.check(report)
    assert state.status is Status.ACCEPTED
    assert state.clock is not None
    assert state.clock.due_at is not None
    assert state.clock.due_at > clock.due_at + timedelta(days=10)
    with pytest.raises(NotNow, match="once"):
        await life.take(dispatcher, report, Action.SUSPEND, reason="season", until=life.now + timedelta(days=1))


async def test_an_extension_needs_two_approvals_of_others(life: Life) -> None:
    report = await life.file()
    worker, dispatcher = await life.holder(report), await life.person("D0001")
    await life.take(worker, report, Action.ACCEPT)
    due = (await life.check(report)).clock
    assert due is not None
    with pytest.raises(BadStep):
        await life.take(worker, report, Action.ASK_EXTENSION, limit="50 working_days", reason="material")
    await life.take(worker, report, Action.ASK_EXTENSION, limit="1 working_days", reason="material")
    await life.take(dispatcher, report, Action.APPROVE_EXTENSION)
    with pytest.raises(NotNow):
        await life.take(dispatcher, report, Action.APPROVE_EXTENSION)
    assert (await life.check(report)).clock == due
    officer = await life.person("S0001")
    await life.take(officer, report, Action.APPROVE_EXTENSION)
    clock = (await life.check(report)).clock
    assert clock is not None
    assert clock.due_at is not None
    assert due.due_at is not None
    assert clock.due_at > due.due_at


async def test_a_duplicate_is_closed_with_the_report_that_leads_it(life: Life) -> None:
    lead, twin = await life.file(), await life.file()
    dispatcher = await life.person("D0001")
    number = f"{lead // 10_000_000}-{lead % 10_000_000:07d}"
    await life.take(dispatcher, twin, Action.LINK, lead=number)
    assert (await life.check(twin)).status is Status.LINKED
    await settled(life, lead)
    state = await life.check(twin)
    assert (state.status, state.outcome) == (Status.CLOSED, "settled")
    await life.take(life.reporter(twin), twin, Action.REOPEN, reason="not_solved")
    assert (await life.check(twin)).reopenings == 1


async def test_a_whistle_calls_units_and_tells_who_did_not_come(life: Life) -> None:
    report = await life.file()
    street = await life.person("S0001")
    until = life.now + timedelta(hours=4)
    said = {"units": ("U01", "U02"), "reason": "needs_units", "until": until}
    await life.take(street, report, Action.WHISTLE, **said)
    came = await life.person("U01-1")
    await life.take(came, report, Action.REPORT_IN)
    life.now = until + timedelta(minutes=5)
    await life.sweep()
    called = {one.unit: one for one in (await life.check(report)).called}
    assert sorted(one.missed for one in called.values()) == [False, True]
    with pytest.raises(UnknownReport):
        await life.take(await life.person("U03-1"), report, Action.REPORT_IN)


async def test_a_unit_gets_a_report_and_one_of_it_takes_it_on(life: Life) -> None:
    report = await life.file()
    await life.take(await life.holder(report), report, Action.TRANSFER, unit="U02", reason="needs_unit")
    state = await life.check(report)
    assert (state.assignee, state.status) == (None, Status.DISPATCHED)
    with pytest.raises(UnknownReport):
        await life.take(await life.person("U01-1"), report, Action.ACCEPT)
    handler = await life.person("U02-2")
    await life.take(handler, report, Action.ACCEPT)
    assert (await life.check(report)).assignee == handler.person_id
    await life.take(handler, report, Action.REPORT_BACK, outcome="repaired")


async def test_a_wrong_position_is_moved_with_all_that_follows(life: Life) -> None:
    report = await life.file(0)
    before = await life.check(report)
    there = life.desk.middle_of(life.desk.cells()[-1])
    await life.take(await life.person("D0001"), report, Action.MOVE, subject=there)
    after = await life.check(report)
    assert after.area_path != before.area_path
    assert after.assignee not in {None, before.assignee}
    [row] = await life.desk.rows("select st_x(geom) as lon from reports where id = %s", report)
    assert row["lon"] == pytest.approx(there.given.lon)
    with pytest.raises(UnknownReport):
        await life.take(await life.person("W0001"), report, Action.TAKE)
