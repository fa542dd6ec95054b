"""Accounts, territories and devices, as the rest of the service sees them: without any secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from geo.positions import Datum
from layers.actors import SECOND_FACTOR, Role


class DeviceKind(StrEnum):
    """What a device is: a phone of a person, or a machine by itself."""

    PHONE = "phone"
    MACHINE = "machine"


class Owes(StrEnum):
    """What a browser still owes before it may do anything else."""

    SIGN_IN = "sign_in"
    CODE = "code"
    ENROLMENT = "enrolment"
    PASSWORD = "password"  # noqa: S105 - the word, not a secret # nosec B105
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who signs in, or a machine."""

    id: int
    district_id: int
    time_zone: str
    person_id: int | None
    person_number: str | None
    login: str
    name: str
    role: Role
    has_password: bool
    password_expires: bool
    enrolled_at: datetime | None
    locked_until: datetime | None
    locked_at: datetime | None
    made_at: datetime

    @property
    def actor_name(self) -> str:
        """What records call whoever acts through it."""
        return f"account:{self.id}"

    @property
    def needs_second_factor(self) -> bool:
        """Whether a password alone does not do: by the role, or because its owner chose so."""
        return self.role in SECOND_FACTOR or self.enrolled_at is not None

    def owes(self, *, half: bool) -> Owes:
        """What a session of this account still owes; a half one has not shown the second factor."""
        if half:
            return Owes.CODE if self.enrolled_at is not None else Owes.ENROLMENT
        return Owes.PASSWORD if self.password_expires else Owes.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be added; `person` is the number of whoever it belongs to in the roster."""

    district_id: int
    login: str
    role: Role
    name: str = ""
    person: str | None = None
    password_hash: str | None = None
    password_expires: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser's session: whose it is, and what it still owes."""

    session_id: int
    account: Account
    half: bool

    @property
    def owes(self) -> Owes:
        """What is still owed before anything else may be done."""
        return self.account.owes(half=self.half)


@dataclass(frozen=True, slots=True)
class Territory:
    """An area or a group of cells that an account looks after; `level` is None for a group.

    `id` is None for what comes from a duty of the roster.
    """

    id: int | None
    level: str | None
    code: str
    name: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A device to be added; `datum` is what its positions refer to unless they say another."""

    kind: DeviceKind
    name: str
    datum: Datum | None = None
    lasts: timedelta | None = None
    requests_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or a machine of an account."""

    id: int
    account_id: int
    login: str
    kind: DeviceKind
    name: str
    datum: Datum | None
    requests_per_minute: int | None
    made_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None
    lost_at: datetime | None
