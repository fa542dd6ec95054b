"""What a trace says: an event by its name, whom and what it concerns, and facts that hold nothing personal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from layers.refusals import Refusal


class EventName(StrEnum):
    """Everything that leaves a trace."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCKED = "account_unlocked"
    ACCOUNT_LINKED = "account_linked"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event # nosec B105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event # nosec B105
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
    PLAN_STEP = "plan_step"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_ENDED = "webhook_ended"


class BadHead(Refusal):
    """A text that names no point of the chain."""


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
    digest: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """A point of the chain: a trace's place, and the digest it ends with."""

    place: int
    digest: bytes

    def __str__(self) -> str:
        """As it is printed, logged and written down: 120:ab12…."""
        return f"{self.place}:{self.digest.hex()}"

    @classmethod
    def read(cls, text: str) -> Head:
        """The point that a text names.

        Raises:
            BadHead: it names none.
        """
        place, _, digest = text.partition(":")
        if not (place.isascii() and place.isdigit() and re.fullmatch("[0-9a-f]{64}", digest)):
            raise BadHead(
                "A kept head is a place and a digest.", field="head", value=text, remedy="Write it as it was printed."
            )
        return cls(int(place), bytes.fromhex(digest))


#: Where an empty chain begins.
BEGINNING = Head(0, sha256(b"wangge traces 1").digest())
