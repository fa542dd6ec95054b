"""The one table of what each role may do; where they may do it is the scope's matter (`layers/scope.py`)."""

from __future__ import annotations

from enum import StrEnum

from layers.actors import ADMINISTRATORS, Role
from layers.refusals import Refusal


class NotAllowed(Refusal):
    """The role of whoever asks does not have this action."""


class SignInNeeded(Refusal):
    """The action is not for anyone: sign in first."""


class Action(StrEnum):
    """Something a route lets people do."""

    FILE_REPORT = "file_report"
    READ_REPORTS = "read_reports"
    READ_RECORD = "read_record"
    READ_PERSONAL = "read_personal"
    ERASE_PERSONAL = "erase_personal"
    ADD_PHOTO = "add_photo"
    TAKE_STEP = "take_step"
    HAND_OVER = "hand_over"
    READ_FIGURES = "read_figures"
    READ_PEOPLE = "read_people"
    OWN_ACCOUNT = "own_account"
    SHARE_POSITION = "share_position"
    READ_POSITIONS = "read_positions"
    READ_ACCOUNTS = "read_accounts"
    MANAGE_ACCOUNTS = "manage_accounts"
    GRANT = "grant"
    MANAGE_MACHINES = "manage_machines"
    READ_TRAIL = "read_trail"
    READ_PLANS = "read_plans"
    DRAW_PLANS = "draw_plans"
    DECIDE_PLANS = "decide_plans"
    LOCK_CELLS = "lock_cells"


EVERYONE_SIGNED_IN = frozenset(Role) - {Role.MACHINE}
OFFICERS = frozenset({Role.COMMUNITY_OFFICER, Role.STREET_OFFICER})
FIELD = frozenset({Role.GRID_WORKER, Role.INFORMATION_OFFICER})
#: Those who carry reports to their end.
ACTING = FIELD | OFFICERS | {Role.DEPARTMENT_HANDLER, Role.DISPATCHER}
STAFF = ACTING | {Role.PLANNER, Role.SUPERVISOR}

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.FILE_REPORT: STAFF - {Role.PLANNER} | {Role.RESIDENT, Role.MACHINE},
    Action.READ_REPORTS: STAFF | {Role.RESIDENT, Role.MACHINE},
    Action.READ_RECORD: STAFF,
    Action.READ_PERSONAL: ACTING | {Role.SUPERVISOR, Role.RESIDENT},
    Action.ERASE_PERSONAL: frozenset({Role.SUPERVISOR}),
    Action.ADD_PHOTO: ACTING | {Role.RESIDENT, Role.MACHINE},
    # Which steps, and whose, layers/reports/lifecycle.py says.
    Action.TAKE_STEP: ACTING | {Role.SUPERVISOR, Role.RESIDENT},
    Action.HAND_OVER: OFFICERS | {Role.DISPATCHER},
    Action.READ_FIGURES: STAFF,
    Action.READ_PEOPLE: STAFF,
    Action.OWN_ACCOUNT: EVERYONE_SIGNED_IN,
    Action.SHARE_POSITION: FIELD,
    Action.READ_POSITIONS: OFFICERS | {Role.DISPATCHER},
    Action.READ_ACCOUNTS: frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Action.GRANT: frozenset({Role.SECURITY_ADMINISTRATOR}),
    Action.MANAGE_MACHINES: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Action.READ_TRAIL: frozenset({Role.AUDIT_ADMINISTRATOR}),
    Action.READ_PLANS: OFFICERS | {Role.DISPATCHER, Role.PLANNER, Role.SUPERVISOR},
    Action.DRAW_PLANS: frozenset({Role.PLANNER}),
    # Nobody decides on what they drew: layers/plans/lifecycle.py.
    Action.DECIDE_PLANS: frozenset({Role.PLANNER, Role.SUPERVISOR}),
    Action.LOCK_CELLS: frozenset({Role.SUPERVISOR}),
}
#: Actions that need no account at all: residents report without one.
OPEN_TO_ANYONE = frozenset({Action.FILE_REPORT})


def may(role: Role | None, action: Action) -> bool:
    """Whether a role has an action; None is whoever is not signed in."""
    return action in OPEN_TO_ANYONE if role is None else role in ALLOWED[action]


def check_allowed(role: Role | None, action: Action) -> None:
    """Refuse an action that the role does not have.

    Raises:
        SignInNeeded: nobody is signed in, and the action is not open to anyone.
        NotAllowed: the role does not have the action.
    """
    if may(role, action):
        return
    if role is None:
        raise SignInNeeded("This is not open to anyone.", remedy="Sign in, or send a token.")
    raise NotAllowed(
        f"The role {role.value} does not have the action {action.value}.",
        field="action",
        value=action.value,
        remedy="Ask someone whose role has it; docs/roles.md lists who may do what.",
    )


assert ALLOWED.keys() == set(Action), "every action has its roles"
assert not any(ALLOWED[one] & ADMINISTRATORS for one in (Action.READ_REPORTS, Action.READ_PERSONAL))
