"""Who acts: a person signed in, a device, a job of the service, or anyone; with their role and their scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
class Scope:
    """What someone may see.

    `paths`: containment paths whose areas, with everything below, are theirs. `districts`: districts that are theirs
    as a whole, unlocated reports included. `person_id`: reports this person has in hand. `unit_id`: reports this unit
    has in hand. `sender`: reports this sender filed. `opened`: reports opened by their secret link. `account_id`: their
    own account. `administers`, `audits`: the districts whose accounts or trail they look after. `desk`: the service
    itself, which files and assigns for others.
    """

    paths: tuple[str, ...] = ()
    districts: tuple[int, ...] = ()
    person_id: int | None = None
    sender: str | None = None
    opened: tuple[int, ...] = ()
    account_id: int | None = None
    administers: int | None = None
    audits: int | None = None
    desk: bool = False
    unit_id: int | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The settings the second wall reads, as text; every one is given, so that nothing is left from before."""
        return {
            "paths": _array(self.paths),
            "districts": _array(self.districts),
            "person": _text(self.person_id),
            "unit": _text(self.unit_id),
            "sender": self.sender or "",
            "opened": _array(self.opened),
            "account": _text(self.account_id),
            "administers": _text(self.administers),
            "audits": _text(self.audits),
            "desk": "on" if self.desk else "",
        }


NOTHING = Scope()
#: The service at work for everyone: filing, assigning, pumping.
DESK = Scope(desk=True)


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
    #: What a device may ask, where it was given another allowance than others.
    requests_per_minute: int | None = None

    @property
    def recorded(self) -> str:
        """What a record that cannot be erased calls them: of residents no more than that they are residents."""
        return self.role.value if self.role is Role.RESIDENT else self.name


ANYONE = Actor("anyone", None, NOTHING)


def job(name: str, scope: Scope) -> Actor:
    """A part of the service that acts by itself."""
    return Actor(f"job:{name}", None, scope)


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(str(value) for value in values) + "}"


def _text(value: object | None) -> str:
    return "" if value is None else str(value)
