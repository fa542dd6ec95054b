"""What is true in the world of the access tests, as plain facts: who there is, and what was filed where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from tests.toytown import neighbour, polygons

#: A Monday, ten in the morning in the town.
NOW = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
TOWN, NEXT = polygons.DISTRICT_CODE, neighbour.DISTRICT_CODE
NEVER = "20250106-9999999"

Person = tuple[str, str]
"""District and number: numbers of the roster come again in every district."""


@dataclass(frozen=True)
class Who:
    """Someone who asks. `holds`: codes of the areas of their territory; `person`: district and number in the roster."""

    name: str
    role: str | None = None
    token: str | None = None
    account_id: int | None = None
    district: str | None = None
    holds: frozenset[str] = frozenset()
    person: Person | None = None
    sender: str | None = None
    session: str | None = None

    @property
    def cookie(self) -> dict[str, str]:
        """The cookie of their browser, where they are signed in."""
        return {} if self.session is None else {"Cookie": f"wangge_session={self.session}"}

    @property
    def csrf(self) -> str:
        """What a form of theirs must carry: as docs/api.md derives it from the session."""
        return sha256(f"csrf:{self.session}".encode()).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        """What they show of themselves."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Filed:
    """A report. `chain`: codes of what it lies in, from the district down; empty for one that lies nowhere."""

    name: str
    number: str
    district: str
    chain: tuple[str, ...]
    located: bool
    sender: str
    assignee: Person | None
    given: tuple[float, float] | None
    private: dict[str, str | None]
    handed_to_area: str | None = None
    handed_to_person: Person | None = None
    photo: int = 0

    @property
    def depth(self) -> int:
        """How many areas it lies in."""
        return len(self.chain)


@dataclass(frozen=True)
class World:
    """Everything."""

    database_url: str
    people: tuple[Who, ...]
    reports: tuple[Filed, ...]
    #: District → logins of its accounts.
    logins: dict[str, set[str]]
    #: District → an account, a machine, and a grant of that account, on which administrators may be tried.
    tried: dict[str, dict[str, int]]
    #: Account id → a phone of its own to lose.
    phones: dict[int, int]
    machines: dict[str, set[int]]
    areas: dict[str, list[str]] = field(default_factory=dict)
    #: Person → the cell where they share that they are.
    positions: dict[Person, str] = field(default_factory=dict)
    #: District → its webhook.
    webhooks: dict[str, int] = field(default_factory=dict)
    #: Plan → the code of its area.
    plans: dict[int, str] = field(default_factory=dict)

    def who(self, name: str) -> Who:
        """Someone by name."""
        return next(one for one in self.people if one.name == name)

    def report(self, name: str) -> Filed:
        """A report by name."""
        return next(one for one in self.reports if one.name == name)


def chain_of(code: str) -> tuple[str, ...]:
    """The codes of what an area lies in, with itself, from the district down: as the code itself tells it."""
    street, community = f"{code[:9]}000", code[:12]
    whole = (f"{code[:6]}000000", street, community, code)
    depth = 4 if len(code) == 15 else 3 if code[9:12] != "000" else 2 if code[6:9] != "000" else 1
    return whole[:depth]
