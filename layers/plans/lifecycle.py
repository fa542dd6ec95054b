"""The way of a plan: (state, step) → state, with who may take it. Pure.

draft ──check──► checked ──submit──► submitted ──post──► posted
  ▲                                      │                  │
  │ any operation, return, failure       └──── approve ─────┴──► approved ──put in force──► in_force
  └──────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from layers.refusals import Conflict, Refusal


class State(StrEnum):
    """Where a plan stands. That its edition was replaced since is told beside it, for the plan stays what it was."""

    DRAFT = "draft"
    CHECKED = "checked"
    SUBMITTED = "submitted"
    POSTED = "posted"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can be done with a plan as a whole; the last two are the worker's."""

    CHECK = "check"
    SUBMIT = "submit"
    POST = "post"
    APPROVE = "approve"
    RETURN = "return"
    WITHDRAW = "withdraw"
    PUT_IN_FORCE = "put_in_force"
    FAIL = "fail"


class Whose(StrEnum):
    """Who takes a step: whoever draws plans, whoever decides on them, the worker."""

    PLANNER = "planner"
    DECIDER = "decider"
    WORKER = "worker"


class Way(NamedTuple):
    """Where a step leads, and whose it is."""

    to: State
    whose: Whose


_OPEN = (State.DRAFT, State.CHECKED, State.SUBMITTED, State.POSTED, State.APPROVED)
STEPS: dict[tuple[State, Step], Way] = {
    (State.DRAFT, Step.CHECK): Way(State.CHECKED, Whose.PLANNER),
    (State.CHECKED, Step.SUBMIT): Way(State.SUBMITTED, Whose.PLANNER),
    (State.SUBMITTED, Step.POST): Way(State.POSTED, Whose.DECIDER),
    (State.SUBMITTED, Step.APPROVE): Way(State.APPROVED, Whose.DECIDER),
    (State.POSTED, Step.APPROVE): Way(State.APPROVED, Whose.DECIDER),
    **{(one, Step.RETURN): Way(State.DRAFT, Whose.DECIDER) for one in (State.SUBMITTED, State.POSTED, State.APPROVED)},
    **{(one, Step.WITHDRAW): Way(State.WITHDRAWN, Whose.PLANNER) for one in _OPEN},
    (State.APPROVED, Step.PUT_IN_FORCE): Way(State.IN_FORCE, Whose.WORKER),
    (State.APPROVED, Step.FAIL): Way(State.DRAFT, Whose.WORKER),
}
#: States in which cells may be redrawn; drawing leads back to the draft.
DRAWN_IN = frozenset({State.DRAFT, State.CHECKED})


class NotAStep(Conflict):
    """The plan's state does not have this step."""


class OwnPlan(Refusal):
    """Whoever drew at a plan does not decide on it."""


def way(state: State, step: Step) -> Way:
    """Where a step leads; raises `NotAStep` where the state does not have it."""
    found = STEPS.get((state, step))
    if found is None:
        possible = sorted(one.value for of, one in STEPS if of is state)
        raise NotAStep(
            f"A plan that is {state.value} has no step {step.value}.",
            field="step",
            value=step.value,
            remedy=f"Possible: {', '.join(possible)}." if possible else "Begin another plan.",
        )
    return found


def steps_of(state: State, whose: Collection[Whose]) -> list[Step]:
    """The steps that some of these may take in a state, in the order of the way."""
    return [step for step in Step if (state, step) in STEPS and STEPS[state, step].whose in whose]


def check_other(actor: str, drawn_by: Collection[str]) -> None:
    """Refuse a decision by one of those who drew the plan; raises `OwnPlan`."""
    if actor in drawn_by:
        raise OwnPlan(
            "A plan is decided on by someone who did not draw at it.",
            field="step",
            remedy="Ask another planner or a supervisor.",
        )
