"""The life of a report as one table: what may be done in which status, by whom, and what becomes of it.

The seven steps (七步闭环) of the standard, and where they stand here:

    collected ──► filed ──► dispatched ──► accepted ──► reported ──► closed ──► (evaluated)
    采集          建立       派遣            处理          反馈          核查结案      综合评价
        │           ▲  ▲        │               │ ▲            │
        │           │  └────────┤ declined,     │ └────────────┘ rejected (返工)
        ▼           │           │ handed up     ▼
       void 作废     └─ returned ◄┴───────────── suspended 挂账 and back
                      回退

Nothing is ever deleted. A duplicate is linked to the report that leads it and closed with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from layers.actors import Role
from layers.refusals import Conflict


class Status(StrEnum):
    """Where a report stands."""

    COLLECTED = "collected"
    FILED = "filed"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    REPORTED = "reported"
    RETURNED = "returned"
    LINKED = "linked"
    CLOSED = "closed"
    VOID = "void"


class Action(StrEnum):
    """What can be done to a report."""

    COLLECT = "collect"
    FILE = "file"
    VOID = "void"
    ASSIGN = "assign"
    TAKE = "take"
    ACCEPT = "accept"
    DECLINE = "decline"
    RETURN = "return"
    REFILE = "refile"
    TRANSFER = "transfer"
    HAND_UP = "hand_up"
    HAND_DOWN = "hand_down"
    CLIMB = "climb"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK_EXTENSION = "ask_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    ARRIVE = "arrive"
    REPORT_BACK = "report_back"
    REJECT = "reject"
    VERIFY = "verify"
    CLOSE_WITH_LEAD = "close_with_lead"
    REOPEN = "reopen"
    LINK = "link"
    UNLINK = "unlink"
    ATTACH_CALLER = "attach_caller"
    MOVE = "move"
    CORRECT_KIND = "correct_kind"
    WHISTLE = "whistle"
    JOIN = "join"
    REPORT_IN = "report_in"
    PART_DONE = "part_done"
    MISS_WHISTLE = "miss_whistle"
    MARK_OVERDUE = "mark_overdue"
    SET_DEADLINE = "set_deadline"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    EVALUATE = "evaluate"


class Who(StrEnum):
    """Whose step it is, among those with the role."""

    #: Whoever has the report in hand: its assignee, or the unit it was given to.
    HOLDER = "holder"
    #: Whoever has it in hand, or a desk that sees it.
    HOLDER_OR_DESK = "holder_or_desk"
    #: Anyone with the role who sees the report.
    SEEING = "seeing"
    #: Anyone who sees the report and has handled nothing of it.
    OTHER = "other"
    #: Whoever filed it, by account or by the secret link, or a desk for them.
    REPORTER = "reporter"
    #: A unit that was called in.
    CALLED = "called"
    #: The service itself.
    SERVICE = "service"


class WrongStep(Conflict):
    """This cannot be done to a report in this status."""


@dataclass(frozen=True, slots=True)
class Step:
    """One cell of the table: the status afterwards, and who may take the step."""

    to: Status
    roles: frozenset[Role]
    who: Who


FIELD = frozenset({Role.GRID_WORKER, Role.INFORMATION_OFFICER})
OFFICERS = frozenset({Role.COMMUNITY_OFFICER, Role.STREET_OFFICER})
DESKS = OFFICERS | {Role.DISPATCHER}
HANDLERS = FIELD | OFFICERS | {Role.DEPARTMENT_HANDLER}
ACTING = HANDLERS | {Role.DISPATCHER}
NOBODY = frozenset[Role]()
ENDED = frozenset({Status.CLOSED, Status.VOID})
OPEN = frozenset(Status) - ENDED - {Status.LINKED}

_S, _A = Status, Action
_IN_HAND = (_S.DISPATCHED, _S.ACCEPTED)
_BEFORE_HANDLING = (_S.COLLECTED, _S.FILED, _S.DISPATCHED)
_MOVABLE = (_S.FILED, _S.DISPATCHED, _S.ACCEPTED, _S.RETURNED)


def _to(to: Status, *statuses: Status) -> dict[Status, Status]:
    return dict.fromkeys(statuses, to)


def _same(*statuses: Status) -> dict[Status, Status]:
    return {one: one for one in statuses}


#: Each action: from which status to which, by which roles, and who of them.
_ROWS: tuple[tuple[Action, dict[Status, Status], frozenset[Role], Who], ...] = (
    (_A.FILE, {_S.COLLECTED: _S.FILED}, DESKS, Who.SEEING),
    (_A.VOID, _to(_S.VOID, *_BEFORE_HANDLING), DESKS, Who.SEEING),
    (_A.ASSIGN, _to(_S.DISPATCHED, _S.FILED, _S.RETURNED), DESKS, Who.SEEING),
    (_A.TAKE, {_S.FILED: _S.ACCEPTED}, HANDLERS, Who.SEEING),
    (_A.ACCEPT, {_S.DISPATCHED: _S.ACCEPTED}, ACTING, Who.HOLDER),
    (_A.DECLINE, {_S.DISPATCHED: _S.FILED}, HANDLERS, Who.HOLDER),
    (_A.RETURN, _to(_S.RETURNED, *_IN_HAND), HANDLERS, Who.HOLDER),
    (_A.REFILE, {_S.RETURNED: _S.FILED}, DESKS, Who.SEEING),
    (_A.TRANSFER, _to(_S.DISPATCHED, *_IN_HAND), ACTING, Who.HOLDER_OR_DESK),
    (_A.HAND_UP, _to(_S.FILED, _S.FILED, *_IN_HAND), ACTING, Who.HOLDER_OR_DESK),
    (_A.HAND_DOWN, _to(_S.FILED, _S.FILED, *_IN_HAND), DESKS, Who.SEEING),
    (_A.CLIMB, _to(_S.FILED, *_MOVABLE), NOBODY, Who.SERVICE),
    (_A.SUSPEND, {_S.ACCEPTED: _S.SUSPENDED}, DESKS | {Role.DEPARTMENT_HANDLER}, Who.HOLDER_OR_DESK),
    (_A.RESUME, {_S.SUSPENDED: _S.ACCEPTED}, DESKS | {Role.DEPARTMENT_HANDLER}, Who.HOLDER_OR_DESK),
    (_A.ASK_EXTENSION, _same(_S.ACCEPTED), ACTING, Who.HOLDER),
    (_A.APPROVE_EXTENSION, _same(_S.ACCEPTED), DESKS, Who.OTHER),
    (_A.REFUSE_EXTENSION, _same(_S.ACCEPTED), DESKS, Who.OTHER),
    (_A.ARRIVE, _same(_S.ACCEPTED), HANDLERS, Who.HOLDER),
    (_A.REPORT_BACK, {_S.ACCEPTED: _S.REPORTED}, ACTING, Who.HOLDER),
    (_A.REJECT, {_S.REPORTED: _S.ACCEPTED}, DESKS | FIELD, Who.OTHER),
    (_A.VERIFY, {_S.REPORTED: _S.CLOSED}, DESKS | FIELD, Who.OTHER),
    (_A.CLOSE_WITH_LEAD, {_S.LINKED: _S.CLOSED}, NOBODY, Who.SERVICE),
    (_A.REOPEN, {_S.CLOSED: _S.FILED}, DESKS | {Role.RESIDENT}, Who.REPORTER),
    (_A.LINK, _to(_S.LINKED, _S.COLLECTED, *_MOVABLE), DESKS, Who.SEEING),
    (_A.UNLINK, {_S.LINKED: _S.FILED}, DESKS, Who.SEEING),
    (_A.ATTACH_CALLER, _same(*OPEN), DESKS, Who.SEEING),
    (_A.MOVE, _same(_S.COLLECTED) | _to(_S.FILED, *_MOVABLE), DESKS | FIELD, Who.HOLDER_OR_DESK),
    (_A.CORRECT_KIND, _same(_S.COLLECTED, *_MOVABLE), DESKS, Who.SEEING),
    (_A.WHISTLE, _same(*_MOVABLE), frozenset({Role.STREET_OFFICER, Role.DISPATCHER}), Who.SEEING),
    (_A.JOIN, _same(_S.ACCEPTED), ACTING, Who.HOLDER_OR_DESK),
    (_A.REPORT_IN, _same(*OPEN), frozenset({Role.DEPARTMENT_HANDLER}), Who.CALLED),
    (_A.PART_DONE, _same(_S.ACCEPTED, _S.SUSPENDED), frozenset({Role.DEPARTMENT_HANDLER}), Who.CALLED),
    (_A.MISS_WHISTLE, _same(*OPEN), NOBODY, Who.SERVICE),
    (_A.MARK_OVERDUE, _same(*OPEN), NOBODY, Who.SERVICE),
    (_A.SET_DEADLINE, _same(*OPEN), NOBODY, Who.SERVICE),
    (_A.APPEAL, _same(*OPEN, _S.CLOSED), ACTING, Who.SEEING),
    (_A.DECIDE_APPEAL, _same(*OPEN, _S.CLOSED), DESKS | {Role.SUPERVISOR}, Who.SEEING),
    (_A.EVALUATE, _same(_S.CLOSED), frozenset({Role.DISPATCHER, Role.RESIDENT}), Who.REPORTER),
)
#: None is a report that does not exist yet.
STEPS: dict[tuple[Status | None, Action], Step] = {
    (None, Action.FILE): Step(Status.FILED, frozenset(Role), Who.SEEING),
    (None, Action.COLLECT): Step(Status.COLLECTED, frozenset(Role), Who.SEEING),
    **{(start, action): Step(to, roles, who) for action, ways, roles, who in _ROWS for start, to in ways.items()},
}


def step(status: Status | None, action: Action) -> Status:
    """The status after `action`.

    Raises:
        WrongStep: the action is not possible in this status.
    """
    return cell(status, action).to


def cell(status: Status | None, action: Action) -> Step:
    """The cell of the table for `action` in `status`; raises `WrongStep` where there is none."""
    found = STEPS.get((status, action))
    if found is None:
        possible = ", ".join(one.value for one in actions_in(status)) or "none"
        raise WrongStep(
            f"A report that is {status or 'not filed yet'} cannot be given the step {action}.",
            field="action",
            value=action.value,
            remedy=f"Steps possible now: {possible}. Someone may have been faster: look at the report again.",
        )
    return found


def actions_in(status: Status | None) -> Iterator[Action]:
    """The actions possible in a status, whoever takes them, without the service's own."""
    return (action for (start, action), one in STEPS.items() if start == status and one.who is not Who.SERVICE)
