"""What the service's own pages are made of; routes fill these in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from maps.strings import Language

QueueKey = Literal["unlocated", "unassigned"]
QUEUES: tuple[QueueKey, ...] = ("unassigned", "unlocated")


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page says about itself: its language and path, the district, the moment (aware).

    `district` is the code the reader asked for; None where the service holds one district.
    """

    language: Language
    path: str
    district: str | None
    district_name: str
    edition_number: int | None
    now: datetime
    time_zone: str

    def href(self, path: str, language: Language | None = None) -> str:
        """The address of another of our pages for the same reader."""
        language = language or self.language
        kept = {"district": self.district, "lang": None if language == "zh" else language}
        query = urlencode({name: value for name, value in kept.items() if value is not None})
        return f"{path}?{query}" if query else path

    def clock(self, at: datetime) -> str:
        """A moment as the district's clock shows it."""
        return at.astimezone(ZoneInfo(self.time_zone)).strftime("%Y-%m-%d %H:%M")

    def waited_h(self, since: datetime) -> int:
        """Whole hours from a moment until now."""
        return (self.now - since) // timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FollowedReport:
    """How one's own report stands; `filed_at` in the district's time zone."""

    number: str
    kind: str
    status: str
    filed_at: datetime
    where: str
    #: The key of the next step, which makes it safe to send twice.
    client_key: str = ""
    #: The step just taken.
    done: str | None = None


@dataclass(frozen=True, slots=True)
class DistrictCounts:
    """The large figures of the start page."""

    open: int
    unassigned: int
    unlocated: int
    filed_today: int


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A report that waits for a hand: why, and whom or which areas one might choose."""

    number: str
    kind: str
    filed_at: datetime
    where: str
    reason: str
    candidates: tuple[str, ...]
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The oldest reports of one queue, and how many there are in all."""

    key: QueueKey
    reports: tuple[WaitingReport, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DistrictLink:
    """Another district of the service, and its start page."""

    name: str
    href: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class HomeMap:
    """The map of the start page: the page it opens, the same embedded, and the name of its level."""

    href: str
    embedded_href: str
    level_name: str
