"""The table and the folding of the journal as a machine: whatever is done, in whatever order, these things hold.

one owner at a time         in nobody's hands while it waits, in someone's or a unit's once it is dispatched
closed is verified          nothing ends but by verification, with its lead, or void
no step without an entry    every change of status is one entry, and entries are numbered without a gap
clocks never negative       a clock is due after it started; nothing that has ended has one
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from layers.calendars.limits import read_limit
from layers.calendars.working_time import Calendar
from layers.canonical import moment_text
from layers.reports.clocks import DISPATCH, HANDLE, VERIFY, Clock, paused_until, started
from layers.reports.folding import FOLDS, fold
from layers.reports.journal import ENTRY_FACTS
from layers.reports.lifecycle import OPEN, STEPS, Action, Status, actions_in
from layers.reports.state import State, Told

CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"), {}, {2024: 1, 2025: 1, 2026: 1, 2027: 1})
BEGAN = datetime(2025, 1, 8, 2, 0, tzinfo=UTC)
PATH = "1.5.23.107."
LONG = os.environ.get("WANGGE_LONG") == "1"
WAITING = {Status.COLLECTED, Status.FILED, Status.RETURNED, Status.LINKED}
#: Which entry each action leaves.
ENTRY = {
    Action.FILE: "admitted", Action.VOID: "voided", Action.ASSIGN: "assigned", Action.TAKE: "taken",
    Action.ACCEPT: "accepted", Action.DECLINE: "declined", Action.RETURN: "returned", Action.REFILE: "refiled",
    Action.TRANSFER: "transferred", Action.HAND_UP: "handed_up", Action.HAND_DOWN: "handed_down",
    Action.CLIMB: "climbed", Action.SUSPEND: "suspended", Action.RESUME: "resumed",
    Action.ASK_EXTENSION: "extension_asked", Action.APPROVE_EXTENSION: "extension_approved",
    Action.REFUSE_EXTENSION: "extension_refused", Action.ARRIVE: "arrived", Action.REPORT_BACK: "reported_back",
    Action.REJECT: "rejected", Action.VERIFY: "closed", Action.CLOSE_WITH_LEAD: "closed_with_lead",
    Action.REOPEN: "reopened", Action.LINK: "linked", Action.UNLINK: "unlinked",
    Action.ATTACH_CALLER: "caller_attached", Action.MOVE: "moved", Action.CORRECT_KIND: "kind_corrected",
    Action.WHISTLE: "whistled", Action.JOIN: "joined", Action.REPORT_IN: "reported_in",
    Action.PART_DONE: "part_done", Action.MISS_WHISTLE: "whistle_missed", Action.MARK_OVERDUE: "overdue",
    Action.SET_DEADLINE: "deadline_set",
    Action.APPEAL: "appealed", Action.DECIDE_APPEAL: "appeal_decided", Action.EVALUATE: "evaluated",
}  # fmt: skip
STARTS = {
    HANDLE: {"assigned", "taken", "transferred", "rejected"},
    VERIFY: {"reported_back"},
    DISPATCH: {
        "admitted", "declined", "returned", "refiled", "handed_up", "handed_down", "climbed", "reopened", "unlinked",
        "moved", "filed",
    },
}  # fmt: skip


def test_every_action_has_its_entry_and_every_entry_is_known() -> None:
    assert ENTRY.keys() == set(Action) - {Action.COLLECT}
    assert {type_ for type_, _ in ENTRY_FACTS} == FOLDS.keys()
    assert set(ENTRY.values()) <= FOLDS.keys()


class Table(RuleBasedStateMachine):
    """Takes any action the table has in the report's status, as its composer would record it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []
        self.state = State()
        self.now = BEGAN

    @initialize(checked=st.booleans())
    def file(self, checked: bool) -> None:
        status = Status.COLLECTED if checked else Status.FILED
        clock = started(DISPATCH, read_limit("2 working_hours"), self.now, CALENDAR)
        facts = {
            "kind": "M01", "edition": 1, "area_path": PATH, "located": True, "certainty": 1.0, "flags": [],
            "status": status.value, "holder_area": 107, "holder_depth": 3, "clock": clock.facts,
        }  # fmt: skip
        self.add("filed", 3, facts)

    @precondition(lambda self: self.state.status is not None)
    @rule(pick=st.randoms(use_true_random=False), waited_min=st.integers(0, 3000))
    def act(self, pick: Any, waited_min: int) -> None:
        self.now += timedelta(minutes=waited_min)
        possible = [one for one in Action if (self.state.status, one) in STEPS]
        if not possible:
            return
        action = pick.choice(possible)
        before = self.state
        self.add(ENTRY[action], max(v for t, v in ENTRY_FACTS if t == ENTRY[action]), self.facts(action, pick))
        assert self.state.status in {STEPS[before.status, action].to, before.status}

    def facts(self, action: Action, pick: Any) -> dict[str, Any]:
        type_ = ENTRY[action]
        names = ENTRY_FACTS[max((key for key in ENTRY_FACTS if key[0] == type_), key=lambda key: key[1])]
        unit = action in {Action.ASSIGN, Action.TRANSFER} and pick.random() < 0.2
        some = {
            "assignee": None if unit else pick.randint(1, 9),
            "unit": pick.randint(1, 3) if unit else None,
            "holder_area": pick.choice([1, 5, 23, 107]),
            "holder_depth": pick.randint(0, 3),
            "clock": self.clock(action),
            "until": moment_text(self.now + timedelta(days=3)),
            "limit": "1 working_days",
            "lead": 7, "outcome": "settled", "settled_depth": 2, "kind": pick.choice(["M01", "M02"]),
            "edition": 1, "area_path": PATH, "located": True, "certainty": 0.9, "flags": [],
            "units": [pick.randint(1, 3)], "due_at": moment_text(self.now),
            "overdue": pick.choice([one.position for one in self.state.overdue] or [1]),
            "upheld": pick.random() < 0.5, "responded": True, "solved": True, "satisfied": "basically",
        }  # fmt: skip
        if action is Action.MARK_OVERDUE:
            some["clock"] = HANDLE
        if action is Action.ACCEPT:
            some |= {"assignee": self.state.assignee or pick.randint(1, 9), "unit": self.state.unit}
        if action is Action.APPROVE_EXTENSION:
            some["clock"] = None
        if action in {Action.REPORT_IN, Action.PART_DONE, Action.MISS_WHISTLE}:
            some["unit"] = pick.randint(1, 3)
        return {name: some.get(name) for name in names}

    def clock(self, action: Action) -> dict[str, Any] | None:
        type_ = ENTRY[action]
        for name, types in STARTS.items():
            if type_ in types:
                return started(name, read_limit("1 working_days"), self.now, CALENDAR).facts
        running = self.state.clock
        if action is Action.RESUME and running is not None and self.state.suspended_at is not None:
            return paused_until(running, self.state.suspended_at, self.now, CALENDAR).facts
        return running.facts if running else None

    def add(self, type_: str, version: int, facts: dict[str, Any]) -> None:
        one = Told(self.state.entries + 1, type_, version, self.now, "account:1", facts)
        self.told.append(one)
        self.state = fold([one], self.state)

    @invariant()
    def one_owner_at_a_time(self) -> None:
        state = self.state
        if state.status in WAITING:
            assert (state.assignee, state.unit) == (None, None)
        elif state.status is Status.DISPATCHED:
            assert (state.assignee is None) != (state.unit is None)
        elif state.status in OPEN:
            assert state.assignee is not None

    @invariant()
    def closed_is_verified(self) -> None:
        if self.state.status in {Status.CLOSED, Status.VOID}:
            ended = next(one for one in reversed(self.told) if one.type in {"closed", "closed_with_lead", "voided"})
            assert self.state.closed_at == ended.at
            assert (self.state.status is Status.VOID) == (ended.type == "voided")
        else:
            assert self.state.closed_at is None

    @invariant()
    def entries_are_numbered(self) -> None:
        assert self.state.entries == len(self.told) == (self.told[-1].position if self.told else 0)

    def teardown(self) -> None:
        """The whole journal at once comes to the same as entry by entry."""
        assert fold(self.told) == self.state

    @invariant()
    def clocks_run_forward_and_end(self) -> None:
        clock: Clock | None = self.state.clock
        if self.state.status in {Status.CLOSED, Status.VOID, Status.LINKED}:
            assert clock is None
        elif clock is not None and clock.due_at is not None:
            assert clock.due_at > clock.started_at
        counts = (self.state.returns, self.state.reworks, self.state.reopenings, self.state.dispatches)
        assert min(counts) >= 0
        assert self.state.excused <= len(self.state.overdue)

    @invariant()
    def somebody_can_go_on(self) -> None:
        """No open report is stuck: there is always a step that people may take."""
        if self.state.status in OPEN:
            assert list(actions_in(self.state.status))


TestTable = Table.TestCase
#: 200 lives of 100 steps; ten times as many by the switch.
TestTable.settings = settings(
    max_examples=2000 if LONG else 200,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_state_is_what_its_entries_come_to_and_nothing_else() -> None:
    assert replace(State(), entries=0) == fold([])
