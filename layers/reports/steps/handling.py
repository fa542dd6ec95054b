"""Steps of whoever handles a report, and of those who verify, reopen and judge it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from layers.calendars.limits import read_limit
from layers.canonical import moment_text
from layers.reports.clocks import DISPATCH, HANDLE, VERIFY, extended, paused_until
from layers.reports.lifecycle import Action
from layers.reports.steps.dispatching import dispatch
from layers.reports.steps.guards import APPROVALS
from layers.reports.steps.requests import facts_of
from layers.reports.steps.taking import Taking


async def suspend(taking: Taking) -> None:
    """The clock rests until a day, and starts again by itself."""
    until = taking.request.until
    assert until is not None, "the request was checked"
    taking.add("suspended", taking.reasoned() | {"until": moment_text(until)})


async def resume(taking: Taking) -> None:
    """The clock goes on: what was left of it is left."""
    resumed(taking, "by_hand")


def resumed(taking: Taking, reason: str, *, at: datetime | None = None, actor: str | None = None) -> None:
    """End a suspension; `at` is when it ended, where that is noticed later."""
    state = taking.state
    assert state.suspended_at is not None
    clock = state.clock
    if clock is not None:
        clock = paused_until(clock, state.suspended_at, at or taking.now, taking.setting.calendar)
    taking.add("resumed", {"reason": reason, "clock": clock.facts if clock else None}, actor=actor)


async def ask_extension(taking: Taking) -> None:
    """More time is asked for, and why."""
    limit = read_limit(taking.request.limit or "")
    taking.add("extension_asked", taking.reasoned() | {"limit": str(limit)})


async def approve_extension(taking: Taking) -> None:
    """The first approval is noted; with the second the deadline moves."""
    state = taking.state
    clock = None
    if len(state.approvals) + 1 >= APPROVALS and state.clock is not None and state.asked_extension is not None:
        by = read_limit(state.asked_extension["limit"])
        clock = extended(state.clock, by, taking.setting.calendar).facts
    taking.add("extension_approved", {"clock": clock})


async def refuse_extension(taking: Taking) -> None:
    """The deadline stays."""
    taking.add("extension_refused", taking.reasoned())


async def arrive(taking: Taking) -> None:
    """On the spot; how that is known, and no position."""
    taking.add("arrived", {"how": taking.request.how or "by_hand"})


async def report_back(taking: Taking) -> None:
    """Done, says whoever handled it; somebody else looks."""
    state = taking.state
    stated = {"assignee": state.assignee, "unit": state.unit, "note": taking.note()}
    taking.add("reported_back", stated | facts_of(taking.request, "outcome") | {"clock": taking.clock(VERIFY).facts})


async def reject(taking: Taking) -> None:
    """Not done: back into the same hands."""
    taking.add("rejected", taking.reasoned() | {"clock": taking.clock(HANDLE).facts})


async def verify(taking: Taking) -> None:
    """Done, says somebody else: closed, by the standard of its kind."""
    state = taking.state
    stated: dict[str, Any] = {"standard": taking.kind.closing_standard, "outcome": state.outcome, "note": taking.note()}
    taking.add("closed", stated | {"settled_depth": state.holder_depth})


async def reopen(taking: Taking) -> None:
    """Not solved, says whoever reported it: to whoever the rule chooses."""
    by = "desk" if taking.actor.role is not None and taking.actor.scope.paths else "reporter"
    taking.add("reopened", taking.reasoned() | {"by": by, "clock": taking.clock(DISPATCH).facts})
    await dispatch(taking)


async def evaluate(taking: Taking) -> None:
    """Responded, solved, satisfied: what the people say."""
    via = taking.request.via or ("account" if taking.actor.role is not None else "link")
    stated = facts_of(taking.request, "responded", "solved", "satisfied")
    taking.add("evaluated", stated | {"via": via, "note": taking.note()})


HANDLING = {
    Action.SUSPEND: suspend,
    Action.RESUME: resume,
    Action.ASK_EXTENSION: ask_extension,
    Action.APPROVE_EXTENSION: approve_extension,
    Action.REFUSE_EXTENSION: refuse_extension,
    Action.ARRIVE: arrive,
    Action.REPORT_BACK: report_back,
    Action.REJECT: reject,
    Action.VERIFY: verify,
    Action.REOPEN: reopen,
    Action.EVALUATE: evaluate,
}
