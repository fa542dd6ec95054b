"""What a trace says: an event by its name, whom and what it concerns, and facts that hold nothing personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventName(StrEnum):
    """Everything that leaves a trace."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCKED = "account_unlocked"
    ACCOUNT_LINKED = "account_linked"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_TOLD = "second_factor_told"
    TERRITORY_GRANTED = "territory_granted"
    TERRITORY_ENDED = "territory_ended"
    ROLE_CHANGED = "role_changed"
    DEVICE_ADDED = "device_added"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_LOST = "device_lost"
    PERSONAL_READ = "personal_read"
    PERSONAL_ERASED = "personal_erased"
    POSITION_READ = "position_read"
    TRAIL_READ = "trail_read"
    HANDED_OVER = "handed_over"
    EXPORTED = "exported"
    IMPORTED = "imported"
    FILED_IN_BULK = "filed_in_bulk"
    PUBLISHED = "published"
    KINDS_CHANGED = "kinds_changed"
    DISTRICT_CHANGED = "district_changed"
    RETENTION_DONE = "retention_done"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `facts`: names of fields, counts, purposes, rules before and after; no personal data."""

    name: EventName
    district_id: int | None
    subject: str
    report_id: int | None = None
    account_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace as it is kept, at its place in the chain."""

    place: int
    at: datetime
    actor: str
    event: str
    subject: str
    report_id: int | None
    account_id: int | None
    facts: Mapping[str, Any]
