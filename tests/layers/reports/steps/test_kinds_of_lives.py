"""What the kind of a matter changes in its life: a look before filing, its level, photos, limits, units beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from layers.reports.lifecycle import Action, Status
from layers.reports.photos import Taken
from layers.reports.records import NoSubject
from layers.reports.steps.guards import NotNow
from layers.reports.steps.requests import BadStep
from tests.layers.reports.steps.life import Life


async def test_a_kind_that_is_checked_waits_for_a_look_and_is_filed_or_void(life: Life) -> None:
    await life.make_kind("M01", checked=True, filing_standard="有明确地点")
    fit, unfit = await life.file(), await life.file()
    dispatcher = await life.person("D0001")
    state = await life.check(fit)
    assert (state.status, state.assignee) == (Status.COLLECTED, None)
    await life.take(dispatcher, fit, Action.FILE)
    assert (await life.check(fit)).status is Status.DISPATCHED
    assert await life.entries(fit) == ["filed", "admitted", "assigned"]
    await life.take(dispatcher, unfit, Action.VOID, reason="no_content")
    state = await life.check(unfit)
    assert (state.status, state.clock) == (Status.VOID, None)
    [row] = await life.desk.rows("select closed_at from reports where id = %s", unfit)
    assert row["closed_at"] == life.now


async def test_a_petition_without_a_place_is_held_by_the_district_and_goes_to_a_unit(life: Life) -> None:
    await life.make_kind("L02", checked=True)
    filed = await life.desk.file(NoSubject(), kind="L02", now=life.now)
    report, dispatcher = filed.report_id, await life.person("D0001")
    assert (await life.check(report)).holder_depth == 0
    await life.take(dispatcher, report, Action.FILE)
    await life.take(dispatcher, report, Action.TRANSFER, unit="U03", reason="needs_unit")
    handler = await life.person("U03-1")
    await life.take(handler, report, Action.ACCEPT)
    await life.take(handler, report, Action.REPORT_BACK, outcome="answered")
    assert (await life.check(report)).status is Status.REPORTED


async def test_a_straight_kind_goes_to_its_level_at_once(life: Life) -> None:
    await life.make_kind("M01", straight=True, level_depth=1)
    report = await life.file()
    state = await life.check(report)
    assert state.holder_depth == 1
    assert (await life.holder(report)).role == "street_officer"


async def test_a_kind_settled_above_is_handed_up_not_settled_below(life: Life) -> None:
    await life.make_kind("M01", level_depth=1)
    report = await life.file()
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    with pytest.raises(NotNow, match="above"):
        await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    await life.take(worker, report, Action.HAND_UP, reason="kind")
    assert (await life.check(report)).holder_depth == 2


async def test_photos_of_before_and_after_where_the_kind_asks(life: Life) -> None:
    await life.make_kind("M01", photos=True)
    report = await life.file()
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    await life.photograph(report, Taken.BEFORE, b"before")
    with pytest.raises(NotNow, match="photo"):
        await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    await life.photograph(report, Taken.AFTER, b"after")
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    assert (await life.check(report)).status is Status.REPORTED


async def test_a_corrected_kind_has_its_own_limit_from_when_the_clock_started(life: Life) -> None:
    await life.make_kind("M01", limits={"handle": "1 working_days"})
    await life.make_kind("L01", limits={"handle": "3 working_days"})
    report = await life.file()
    before = (await life.check(report)).clock
    life.now += timedelta(hours=2)
    await life.take(await life.person("D0001"), report, Action.CORRECT_KIND, kind="L01")
    after = (await life.check(report)).clock
    assert before is not None
    assert after is not None
    assert (str(after.limit), after.started_at) == ("3 working_days", before.started_at)
    assert before.due_at is not None
    # From Wednesday on: Thursday and Friday count, the weekend does not.
    assert after.due_at == before.due_at + timedelta(days=4)


async def test_units_handle_it_jointly_and_the_lead_waits_for_them(life: Life) -> None:
    report = await life.file()
    worker = await life.holder(report)
    await life.take(worker, report, Action.ACCEPT)
    await life.take(worker, report, Action.JOIN, units=("U01",))
    with pytest.raises(NotNow, match="part"):
        await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    handler = await life.person("U01-1")
    await life.take(handler, report, Action.PART_DONE, note="已断电")
    with pytest.raises(NotNow, match="already"):
        await life.take(handler, report, Action.PART_DONE)
    await life.take(worker, report, Action.REPORT_BACK, outcome="settled")
    state = await life.check(report)
    assert state.assignee == worker.person_id, "the lead keeps it"


async def test_a_caller_is_attached_and_needs_to_have_said_something(life: Life) -> None:
    report, dispatcher = await life.file(), await life.person("D0001")
    with pytest.raises(BadStep):
        await life.take(dispatcher, report, Action.ATTACH_CALLER)
    await life.take(dispatcher, report, Action.ATTACH_CALLER, caller_name="来电人", note="同一件事")
    [row] = await life.desk.rows("select name, text from report_callers where report_id = %s", report)
    assert (row["name"], row["text"]) == ("来电人", "同一件事")
    [entry] = await life.desk.rows(
        "select convert_from(body, 'utf8') as body from journal_entries where type = 'caller_attached'"
    )
    assert "来电人" not in entry["body"]


async def test_a_duplicate_of_a_void_report_stands_alone_again(life: Life) -> None:
    lead, twin, dispatcher = await life.file(), await life.file(), await life.person("D0001")
    number = f"{lead // 10_000_000}-{lead % 10_000_000:07d}"
    await life.take(dispatcher, twin, Action.LINK, lead=number)
    await life.take(dispatcher, lead, Action.VOID, reason="false_report")
    state = await life.check(twin)
    assert (state.status, state.lead) == (Status.DISPATCHED, None)
    with pytest.raises(NotNow):
        await life.take(dispatcher, twin, Action.LINK, lead=number)
