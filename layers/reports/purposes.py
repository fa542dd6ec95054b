"""What of a report's personal fields someone may read: by role, and by the purpose they state."""

from __future__ import annotations

from enum import StrEnum

from layers.actors import Role
from layers.refusals import Refusal


class Purpose(StrEnum):
    """Why personal fields are read; it is written into the access log."""

    HANDLE = "handle"
    DISPATCH = "dispatch"
    CALL_BACK = "call_back"
    VERIFY = "verify"
    SUPERVISE = "supervise"
    OWN = "own"


class PurposeRefused(Refusal):
    """The role does not read personal fields for this purpose."""


#: `notes`: what was added in words to steps; `callers`: who else called about it.
FIELDS = ("text", "address", "reporter_name", "reporter_phone", "notes", "callers")
MATTER = frozenset({"text", "address", "notes"})
ALL = frozenset(FIELDS)
#: What one gave oneself; what the staff note among themselves, and who else called, is not the reporter's.
OWN = frozenset({"text", "address", "reporter_name", "reporter_phone"})

#: (role, purpose) → the fields. Whoever handles a matter may ring; whoever looks over it sees the matter alone.
READABLE: dict[tuple[Role, Purpose], frozenset[str]] = {
    (Role.GRID_WORKER, Purpose.HANDLE): ALL,
    (Role.INFORMATION_OFFICER, Purpose.HANDLE): MATTER,
    (Role.DEPARTMENT_HANDLER, Purpose.HANDLE): ALL,
    (Role.COMMUNITY_OFFICER, Purpose.HANDLE): ALL,
    (Role.COMMUNITY_OFFICER, Purpose.VERIFY): MATTER,
    (Role.STREET_OFFICER, Purpose.HANDLE): ALL,
    (Role.STREET_OFFICER, Purpose.VERIFY): MATTER,
    (Role.DISPATCHER, Purpose.DISPATCH): ALL,
    (Role.DISPATCHER, Purpose.CALL_BACK): ALL,
    (Role.DISPATCHER, Purpose.VERIFY): MATTER,
    (Role.SUPERVISOR, Purpose.SUPERVISE): MATTER,
    (Role.RESIDENT, Purpose.OWN): OWN,
}
#: Roles that see name and telephone only of what they have in hand themselves.
IN_HAND_ONLY = frozenset({Role.GRID_WORKER})


def readable(role: Role | None, purpose: Purpose, *, in_hand: bool) -> frozenset[str]:
    """The personal fields that a role may read for a purpose; `in_hand`: the report is theirs to handle.

    Raises:
        PurposeRefused: none.
    """
    fields = frozenset[str]() if role is None else READABLE.get((role, purpose), frozenset())
    if not fields:
        known = sorted(one.value for of, one in READABLE if of == role)
        raise PurposeRefused(
            f"Personal fields are not read for the purpose {purpose.value} by this role.",
            field="purpose",
            value=purpose.value,
            remedy=f"State one of: {', '.join(known)}." if known else "Ask someone whose role reads them.",
        )
    return fields if in_hand or role not in IN_HAND_ONLY else fields & MATTER
