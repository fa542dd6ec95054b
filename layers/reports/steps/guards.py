"""Whether a step may be taken now, by this actor: pure rules over the state of the report, after the table allowed it.

Marks of where a rule comes from: [S] the standard's text, [P] practice of cities, made a constant here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from layers.access.permissions import NotAllowed
from layers.actors import Actor, Role
from layers.calendars.limits import read_limit
from layers.refusals import Conflict
from layers.reports.lifecycle import DESKS, Action, Step, Who
from layers.reports.records import Kind
from layers.reports.state import State
from layers.reports.steps.requests import BadStep, StepRequest

#: [P] A suspension (挂账) happens once, and lasts a year at most.
LONGEST_SUSPENSION = timedelta(days=366)
#: [P] An extension (延期) is asked for before the deadline, at most twice, each at most one original limit,
#: and two people approve it.
MOST_EXTENSIONS = 2
APPROVALS = 2


class NotNow(Conflict):
    """The table has the step, but something about this report stands in its way."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A step, and everything the guards look at."""

    request: StepRequest
    state: State
    kind: Kind
    actor: Actor
    sender: str
    report_id: int
    now: datetime


def check_who(asked: Asked, cell: Step) -> None:
    """Refuse whoever the step is not for.

    Raises:
        NotAllowed: role or person are not those the table names.
    """
    actor = asked.actor
    if actor.scope.desk:
        return
    if cell.who is Who.REPORTER and _reported(asked):
        return
    if actor.role not in cell.roles:
        raise _not_allowed(asked, f"The step {asked.request.action} is not one of the role {actor.role}.")
    if not WHO[cell.who](asked):
        raise _not_allowed(asked, TELLS[cell.who])


def in_hand(state: State, actor: Actor) -> bool:
    """Whether an actor has the report in hand: as its assignee, or as someone of the unit it was given to."""
    if state.assignee is not None:
        return state.assignee == actor.person_id
    return state.unit is not None and state.unit == actor.scope.unit_id


def _reported(asked: Asked) -> bool:
    actor = asked.actor
    return asked.report_id in actor.scope.opened or asked.sender in {actor.name, actor.scope.sender}


def _other(asked: Asked) -> bool:
    state, actor = asked.state, asked.actor
    return actor.person_id not in state.handlers and actor.name not in state.handling_actors


def _called(asked: Asked) -> bool:
    unit = asked.actor.scope.unit_id
    return unit is not None and any(one.unit == unit for one in asked.state.called)


WHO: Mapping[Who, Callable[[Asked], bool]] = {
    Who.HOLDER: lambda asked: in_hand(asked.state, asked.actor),
    Who.HOLDER_OR_DESK: lambda asked: in_hand(asked.state, asked.actor) or asked.actor.role in DESKS,
    Who.SEEING: lambda _: True,
    Who.OTHER: _other,
    Who.REPORTER: lambda asked: asked.actor.role in DESKS,
    Who.CALLED: _called,
    Who.SERVICE: lambda _: False,
}
TELLS: Mapping[Who, str] = {
    Who.HOLDER: "Only whoever has the report in hand takes this step.",
    Who.HOLDER_OR_DESK: "Only whoever has the report in hand, or a desk, takes this step.",
    Who.SEEING: "",
    Who.OTHER: "Whoever handled the report does not take this step.",
    Who.REPORTER: "Only whoever reported it, or a desk for them, takes this step.",
    Who.CALLED: "Only a unit that was called in takes this step.",
    Who.SERVICE: "Only the service itself takes this step.",
}


def _not_allowed(asked: Asked, message: str) -> NotAllowed:
    return NotAllowed(message, field="action", value=asked.request.action.value)


def check_now(asked: Asked) -> None:
    """Refuse a step that this report cannot take now.

    Raises:
        NotNow: something must happen before, or has happened already.
        BadStep: what the step says cannot be.
    """
    guard = GUARDS.get(asked.request.action)
    if guard is not None:
        guard(asked)


def _take(asked: Asked) -> None:
    if asked.actor.person_id is None:
        raise NotNow("Only someone in the roster can take a report.", remedy="Assign it to someone.")


def _decline(asked: Asked) -> None:
    if asked.kind.urgent:
        raise NotNow("An urgent report is not declined.", remedy="Hand it over: transfer it to a colleague.")


def _receiver(asked: Asked) -> None:
    if (asked.request.person is None) == (asked.request.unit is None):
        raise BadStep("Name either a person or a unit.", field="person", remedy="GET …/candidates lists people.")


def _assign(asked: Asked) -> None:
    # Without a name, the rule chooses.
    if asked.request.person is not None and asked.request.unit is not None:
        raise BadStep("Name either a person or a unit.", field="person")


def _hand_up(asked: Asked) -> None:
    if not asked.state.holder_depth:
        raise NotNow("The district holds it already; there is no level above.")


def _hand_down(asked: Asked) -> None:
    depth = (asked.state.area_path or "").count(".") - 1
    if asked.state.holder_depth is None or asked.state.holder_depth >= depth:
        raise NotNow("There is no level below that the report lies in.", remedy="Locate it first: move it.")


def _suspend(asked: Asked) -> None:
    state, until = asked.state, asked.request.until
    assert until is not None
    if state.suspensions:
        raise NotNow("The report was suspended before; it is suspended once.")
    if state.overdue_marked:
        raise NotNow("The clock has run out; what is overdue is not suspended.")
    if not asked.now < until <= asked.now + LONGEST_SUSPENSION:
        raise BadStep("A suspension ends in the future, within a year.", field="until")


def _ask_extension(asked: Asked) -> None:
    clock = asked.state.clock
    if clock is None or clock.due_at is None or asked.now > clock.due_at:
        raise NotNow("An extension is asked for before the deadline.")
    if asked.state.asked_extension is not None:
        raise NotNow("An extension is being decided already.")
    if len(clock.extensions) >= MOST_EXTENSIONS:
        raise NotNow(f"The clock was extended {MOST_EXTENSIONS} times already.")
    by = read_limit(asked.request.limit or "")
    if by.unit is not clock.limit.unit or by.amount > clock.limit.amount:
        raise BadStep("An extension is at most the original limit.", field="limit", remedy=f"At most {clock.limit}.")


def _approve_extension(asked: Asked) -> None:
    _extension_pending(asked)
    clock = asked.state.clock
    if clock is None or clock.due_at is None or asked.now > clock.due_at:
        raise NotNow("The clock has run out; an appeal tells who was waited for.")
    if asked.actor.name in {asked.state.asked_by, *asked.state.approvals}:
        raise NotNow("An extension is approved by two people, neither of whom asked for it.")


def _extension_pending(asked: Asked) -> None:
    if asked.state.asked_extension is None:
        raise NotNow("No extension is asked for.")


def _report_back(asked: Asked) -> None:
    state, kind = asked.state, asked.kind
    if state.unit is None and (state.holder_depth or 0) > kind.level_depth:
        raise NotNow("A matter of this kind is settled at a level above.", remedy="Hand it up, with the reason kind.")
    if any(one.purpose == "joint" and one.done_at is None for one in state.called):
        raise NotNow("A unit that handles it jointly has not finished its part.")
    if kind.photos and asked.request.outcome != "not_possible" and not (state.photos_before and state.photos_after):
        raise NotNow("This kind needs a photo from before and one from after.", remedy="POST …/photos, then report.")


def _link(asked: Asked) -> None:
    if asked.state.called:
        raise NotNow("Units were called to this report; it leads, or stands alone.")


def _unit_called(purpose: str, asked: Asked) -> None:
    unit = asked.actor.scope.unit_id
    called = next((one for one in asked.state.called if one.unit == unit and one.purpose == purpose), None)
    done = called is not None and (called.answered_at if purpose == "whistle" else called.done_at) is not None
    if called is None or done:
        raise NotNow("Your unit has answered already." if done else f"Your unit was not called to a {purpose}.")


def _appeal(asked: Asked) -> None:
    mark = next((one for one in asked.state.overdue if one.position == asked.request.overdue), None)
    if mark is None or mark.appealed_by is not None:
        raise NotNow("There is no such overdue mark, or it was appealed against already.")
    if not asked.actor.scope.desk and asked.actor.role is not Role.DISPATCHER and _other(asked):
        raise NotNow("Whoever had it in hand appeals.")


def _decide_appeal(asked: Asked) -> None:
    mark = next((one for one in asked.state.overdue if one.position == asked.request.overdue), None)
    if mark is None or mark.appealed_by is None or mark.upheld is not None:
        raise NotNow("No appeal against this mark waits for a decision.")
    if mark.appealed_by == asked.actor.name:
        raise NotNow("Whoever appealed does not decide.")


def _evaluate(asked: Asked) -> None:
    if asked.state.evaluated_at is not None:
        raise NotNow("The report was evaluated already.")


def _correct_kind(asked: Asked) -> None:
    if asked.request.kind == asked.state.kind:
        raise NotNow("The report is of this kind already.")


GUARDS: Mapping[Action, Callable[[Asked], None]] = {
    Action.TAKE: _take,
    Action.ASSIGN: _assign,
    Action.DECLINE: _decline,
    Action.TRANSFER: _receiver,
    Action.HAND_UP: _hand_up,
    Action.HAND_DOWN: _hand_down,
    Action.SUSPEND: _suspend,
    Action.ASK_EXTENSION: _ask_extension,
    Action.APPROVE_EXTENSION: _approve_extension,
    Action.REFUSE_EXTENSION: _extension_pending,
    Action.REPORT_BACK: _report_back,
    Action.LINK: _link,
    Action.CORRECT_KIND: _correct_kind,
    Action.REPORT_IN: lambda asked: _unit_called("whistle", asked),
    Action.PART_DONE: lambda asked: _unit_called("joint", asked),
    Action.APPEAL: _appeal,
    Action.DECIDE_APPEAL: _decide_appeal,
    Action.EVALUATE: _evaluate,
}
