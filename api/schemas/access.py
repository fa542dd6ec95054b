"""What is handed in and told when people sign in, look after their account, or administer those of others."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from api.schemas.common import NOT_BLANK, WITHOUT_NUL, DatumField, Given, Told
from layers.access.devices import LONGEST_DAYS
from layers.access.granting import Grant
from layers.access.permissions import Action
from layers.access.records import Account, Device, DeviceKind, Owes, Territory
from layers.actors import Role

Login = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=NOT_BLANK), Field(examples=["street-officer-1"])
]
#: One to be given; what is signed in with may be typed in any case and width.
NewLogin = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{2,63}$"), Field(examples=["street-officer-1"])
]
#: Longer ones are refused before anything is computed.
Password = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=WITHOUT_NUL)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9 ]{6,9}$"), Field(examples=["123456"])]
Pending = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[A-Za-z0-9_=-]+$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NOT_BLANK)]
PlaceCode = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NOT_BLANK)]


class SignInBody(Given):
    """Login and password; the code of the second factor at once, or in a second step."""

    login: Login
    password: Password
    code: Code | None = None


class CodeBody(Given):
    """A code of the second factor; `pending` where it is the first one of a second factor just offered."""

    code: Code
    pending: Pending | None = None


class NewPasswordBody(Given):
    """The password one has, and the one to have."""

    password: Password
    new_password: Password


class ResidentBody(Given):
    """An account for a resident, so that they find their reports again."""

    login: NewLogin
    password: Password
    district: PlaceCode | None = None


class PasswordBody(Given):
    """The password, shown again."""

    password: Password


class FirstCodeBody(Given):
    """The offer of a second factor, sent back with its first code."""

    pending: Pending
    code: Code


class PhoneBody(Given):
    """A phone to be added."""

    name: Title


class MachineBody(Given):
    """A machine to be added, under an account of its own or one that has the role machine."""

    login: NewLogin
    name: Title
    datum: DatumField | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 365
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class AccountBody(Given):
    """An account to be added; it begins as a resident's, until the security administrator gives it a role."""

    login: NewLogin
    name: Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)] = ""


class RoleBody(Given):
    """A role, and the number of the person in the roster whom the account belongs to."""

    role: Role
    person: PlaceCode | None = None


class GrantBody(Given):
    """A territory: an area by level and code, or a group of cells by its kind and code."""

    level: PlaceCode | None = None
    group: PlaceCode | None = None
    code: PlaceCode
    valid_from: date | None = Field(None, description="From today, where it is not given.")
    valid_to: date | None = Field(None, description="Its last day; open, where it is not given.")

    @model_validator(mode="after")
    def _one(self) -> GrantBody:
        if (self.level is None) == (self.group is None):
            raise ValueError("name a level or a group, and its code")
        return self

    def grant(self, today: date) -> Grant:
        """What is asked for."""
        return Grant(
            code=self.code,
            level=self.level,
            group=self.group,
            valid_from=self.valid_from or today,
            valid_to=self.valid_to,
        )


class TerritoryTold(Told):
    """An area or a group of cells that someone looks after."""

    level: str | None = Field(description="The key of the level; null for a group of cells.", examples=["street"])
    code: str
    name: str

    @classmethod
    def of(cls, territory: Territory) -> TerritoryTold:
        """The territory in words."""
        return cls(level=territory.level, code=territory.code, name=territory.name)


class GrantTold(TerritoryTold):
    """A territory as it was granted."""

    id: int
    valid_from: date
    valid_to: date | None

    @classmethod
    def of_grant(cls, one: Territory) -> GrantTold:
        """The grant with its days."""
        return cls(
            id=one.id or 0,
            level=one.level,
            code=one.code,
            name=one.name,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )


class GrantsTold(Told):
    """Every territory an account was ever granted."""

    territories: list[GrantTold]


class EnrolmentTold(Told):
    """A second factor to set up in an authenticator app."""

    key: str = Field(description="To be typed in, where there is no camera.")
    address: str = Field(description="The same as an otpauth address, for a QR code.")
    pending: str = Field(description="Send it back with the first code.")


class SessionTold(Told):
    """Who is signed in, what they still owe, and what they may do."""

    owes: Owes = Field(description="What comes next: sign in, the code, a second factor, a new password, or nothing.")
    login: str | None = None
    name: str | None = None
    role: Role | None = None
    territory: list[TerritoryTold] = Field(default_factory=list)
    actions: list[Action] = Field(default_factory=list)
    csrf_token: str | None = Field(default=None, description="Changes by this session carry it as X-CSRF-Token.")
    enrolment: EnrolmentTold | None = None


class DeviceTold(Told):
    """A phone or a machine; never its secret."""

    id: int
    kind: DeviceKind
    name: str
    login: str
    datum: DatumField | None
    requests_per_minute: int | None
    made_at: datetime
    seen_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None
    lost_at: datetime | None

    @classmethod
    def of(cls, device: Device) -> DeviceTold:
        """The device."""
        return cls(**{name: getattr(device, name) for name in cls.model_fields})


class DevicesTold(Told):
    """Devices, newest first."""

    devices: list[DeviceTold]


class DeviceAdded(Told):
    """A device just added."""

    device: DeviceTold
    token: str = Field(description="Its secret, told this once: as a bearer token, or as the password of Basic.")


class AccountTold(Told):
    """An account; never its password or second factor."""

    id: int
    login: str
    name: str
    role: Role
    person: str | None = Field(description="The number of its person in the roster.")
    second_factor: bool
    waits_until: datetime | None = Field(description="After failed sign-ins.")
    locked_at: datetime | None
    made_at: datetime

    @classmethod
    def of(cls, account: Account) -> AccountTold:
        """The account."""
        return cls(
            id=account.id,
            login=account.login,
            name=account.name,
            role=account.role,
            person=account.person_number,
            second_factor=account.enrolled_at is not None,
            waits_until=account.locked_until,
            locked_at=account.locked_at,
            made_at=account.made_at,
        )


class AccountsTold(Told):
    """Accounts by login."""

    accounts: list[AccountTold]
    next: str | None = Field(description="Give this as `cursor` for the next page; null at the end.")


class PasswordTold(Told):
    """An account with a password made for it."""

    account: AccountTold
    password: str = Field(description="Told this once; its owner changes it at the first sign-in.")
