"""Who acts: a person signed in, a device, a job of the service, or anyone; with their role and their scope."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from layers.scope import NOTHING, Scope


class Role(StrEnum):
    """What someone is in the district. The last three never see reports: administration is separated (三权分立)."""

    RESIDENT = "resident"
    MACHINE = "machine"
    GRID_WORKER = "grid_worker"
    INFORMATION_OFFICER = "information_officer"
    COMMUNITY_OFFICER = "community_officer"
    STREET_OFFICER = "street_officer"
    DEPARTMENT_HANDLER = "department_handler"
    DISPATCHER = "dispatcher"
    PLANNER = "planner"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"


ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
#: Roles that see reports by where they lie; the others see their own, or what was handed to them.
TERRITORIAL = frozenset(
    {
        Role.GRID_WORKER,
        Role.INFORMATION_OFFICER,
        Role.COMMUNITY_OFFICER,
        Role.STREET_OFFICER,
        Role.DISPATCHER,
        Role.PLANNER,
        Role.SUPERVISOR,
    }
)
#: Roles that must prove themselves by a second factor.
SECOND_FACTOR = ADMINISTRATORS | {Role.DISPATCHER, Role.PLANNER}


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who acts. `name` is what records say: `account:17`, `machine:3`, `job:sweep`, `anyone`."""

    name: str
    role: Role | None
    scope: Scope
    district_id: int | None = None
    account_id: int | None = None
    person_id: int | None = None
    #: What positions refer to that a device sends without a datum.
    datum: str | None = None


ANYONE = Actor("anyone", None, NOTHING)


def job(name: str, scope: Scope) -> Actor:
    """A part of the service that acts by itself."""
    return Actor(f"job:{name}", None, scope)
