"""How entries that move a report from hand to hand change its state, each as one function of state and entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from layers.reports.clocks import read_clock
from layers.reports.lifecycle import Action, Status, step
from layers.reports.state import State, Told

Fold = Callable[[State, Told], State]


def moved_to(state: State, action: Action, **changes: Any) -> State:
    """The state after an action of the table; raises `WrongStep` where the table does not have it."""
    return state.but(status=step(state.status, action), **changes)


def started_clock(one: Told) -> dict[str, Any]:
    """The clock that an entry starts, or none; a mark belongs to the clock before."""
    return {"clock": read_clock(one.facts.get("clock")), "overdue_marked": False}


def _filed(state: State, one: Told) -> State:
    facts = one.facts
    return state.but(
        status=Status(facts.get("status", Status.FILED)),
        kind=facts["kind"],
        edition=facts["edition"],
        area_path=facts["area_path"],
        located=facts["located"],
        certainty=facts["certainty"],
        flags=tuple(facts["flags"]),
        filed_at=one.at,
        holder_depth=facts.get("holder_depth", 0),
        holder_area=facts.get("holder_area", _root(facts["area_path"])),
        **started_clock(one),
    )


def _admitted(state: State, one: Told) -> State:
    return moved_to(state, Action.FILE, **started_clock(one))


def _root(path: str | None) -> int | None:
    return int(path.split(".")[0]) if path else None


def _assigned(state: State, one: Told) -> State:
    facts = one.facts
    given = held(state, facts) | {"assignee": facts["assignee"], "unit": facts.get("unit")}
    handlers = {} if facts["assignee"] is None else {"handlers": state.handlers | {facts["assignee"]}}
    return moved_to(
        state,
        Action.ASSIGN,
        **given,
        **handlers,
        **started_clock(one),
        dispatched_at=state.dispatched_at or one.at,
        dispatches=state.dispatches + 1,
    )


def held(state: State, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Which area holds it; the first version said no depth, which its place in the path gives."""
    area = facts["holder_area"]
    depth = facts.get("holder_depth")
    if depth is None and area is not None:
        ids = [int(one) for one in (state.area_path or "").split(".") if one]
        depth = ids.index(area) if area in ids else 0
    if area is None:
        return {"holder_area": _root(state.area_path), "holder_depth": 0}
    return {"holder_area": area, "holder_depth": depth}


def _unassigned(state: State, one: Told) -> State:
    return state.but(**held(state, one.facts))


def _taken(state: State, one: Told) -> State:
    facts = one.facts
    return moved_to(
        state,
        Action.TAKE,
        assignee=facts["assignee"],
        handlers=state.handlers | {facts["assignee"]},
        handling_actors=state.handling_actors | {one.actor},
        dispatched_at=state.dispatched_at or one.at,
        accepted_at=one.at,
        dispatches=state.dispatches + 1,
        **held(state, facts),
        **started_clock(one),
    )


def _accepted(state: State, one: Told) -> State:
    person = one.facts["assignee"]
    return moved_to(
        state,
        Action.ACCEPT,
        assignee=person,
        unit=one.facts["unit"],
        handlers=state.handlers | ({person} if person is not None else set()),
        handling_actors=state.handling_actors | {one.actor},
        accepted_at=one.at,
    )


def _released(action: Action) -> Fold:
    """Out of the hands of whoever had it."""

    def fold_one(state: State, one: Told) -> State:
        changes: dict[str, Any] = {"assignee": None, "unit": None, "asked_extension": None, "approvals": ()}
        if action is Action.DECLINE and state.assignee is not None:
            changes["declined"] = state.declined | {state.assignee}
        if action is Action.RETURN:
            changes["returns"] = state.returns + 1
        if action is Action.CLIMB or action is Action.HAND_UP:
            changes["climbs"] = state.climbs + 1
        if "holder_area" in one.facts:
            changes |= held(state, one.facts)
        return moved_to(state, action, **changes, **started_clock(one))

    return fold_one


def _transferred(state: State, one: Told) -> State:
    person = one.facts["assignee"]
    return moved_to(
        state,
        Action.TRANSFER,
        assignee=person,
        unit=one.facts["unit"],
        handlers=state.handlers | ({person} if person is not None else set()),
        dispatches=state.dispatches + 1,
        asked_extension=None,
        approvals=(),
        **held(state, one.facts),
        **started_clock(one),
    )


def _suspended(state: State, one: Told) -> State:
    until = datetime.fromisoformat(one.facts["until"])
    return moved_to(state, Action.SUSPEND, resume_at=until, suspended_at=one.at, suspensions=state.suspensions + 1)


def _resumed(state: State, one: Told) -> State:
    clock = read_clock(one.facts["clock"])
    return moved_to(state, Action.RESUME, resume_at=None, suspended_at=None, clock=clock)


def _extension_asked(state: State, one: Told) -> State:
    return state.but(asked_extension=dict(one.facts), asked_by=one.actor, approvals=())


def _extension_approved(state: State, one: Told) -> State:
    if one.facts["clock"] is None:
        return state.but(approvals=(*state.approvals, one.actor))
    return state.but(asked_extension=None, approvals=(), clock=read_clock(one.facts["clock"]))


def _extension_refused(state: State, _: Told) -> State:
    return state.but(asked_extension=None, approvals=())


def _reported_back(state: State, one: Told) -> State:
    return moved_to(
        state,
        Action.REPORT_BACK,
        reported_at=one.at,
        outcome=one.facts["outcome"],
        asked_extension=None,
        approvals=(),
        handling_actors=state.handling_actors | {one.actor},
        **started_clock(one),
    )


def _rejected(state: State, one: Told) -> State:
    return moved_to(
        state, Action.REJECT, reported_at=None, outcome=None, reworks=state.reworks + 1, **started_clock(one)
    )


def _ended(action: Action) -> Fold:
    def fold_one(state: State, one: Told) -> State:
        return moved_to(
            state,
            action,
            closed_at=one.at,
            outcome=one.facts.get("outcome", state.outcome),
            settled_depth=one.facts.get("settled_depth"),
            clock=None,
            overdue_marked=False,
        )

    return fold_one


def _reopened(state: State, one: Told) -> State:
    return moved_to(
        state,
        Action.REOPEN,
        assignee=None,
        unit=None,
        lead=None,
        closed_at=None,
        reported_at=None,
        settled_depth=None,
        outcome=None,
        evaluated_at=None,
        responded=None,
        solved=None,
        satisfied=None,
        reopenings=state.reopenings + 1,
        **started_clock(one),
    )


def _linked(state: State, one: Told) -> State:
    return moved_to(
        state, Action.LINK, lead=one.facts["lead"], assignee=None, unit=None, clock=None, overdue_marked=False
    )


def _unlinked(state: State, one: Told) -> State:
    return moved_to(state, Action.UNLINK, lead=None, **started_clock(one))


MOVES: Mapping[str, Fold] = {
    "filed": _filed,
    "admitted": _admitted,
    "assigned": _assigned,
    "unassigned": _unassigned,
    "taken": _taken,
    "accepted": _accepted,
    "declined": _released(Action.DECLINE),
    "returned": _released(Action.RETURN),
    "refiled": _released(Action.REFILE),
    "transferred": _transferred,
    "handed_up": _released(Action.HAND_UP),
    "handed_down": _released(Action.HAND_DOWN),
    "climbed": _released(Action.CLIMB),
    "suspended": _suspended,
    "resumed": _resumed,
    "extension_asked": _extension_asked,
    "extension_approved": _extension_approved,
    "extension_refused": _extension_refused,
    "reported_back": _reported_back,
    "rejected": _rejected,
    "closed": _ended(Action.VERIFY),
    "closed_with_lead": _ended(Action.CLOSE_WITH_LEAD),
    "voided": _ended(Action.VOID),
    "reopened": _reopened,
    "linked": _linked,
    "unlinked": _unlinked,
}
