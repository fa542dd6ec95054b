"""What is handed out: the counts of a period by area, kind or unit, and the figures they come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from layers.figures.definitions import COUNTS, Weights, figures_of
from layers.refusals import Refusal

PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
LAST_DAYS = 30
#: So many years at most, so that a mistyped one does not count for ever.
MOST_DAYS = 3660


class By(StrEnum):
    """What figures are told apart by. There is no value for people."""

    AREA = "area"
    KIND = "kind"
    GROUP = "group"
    UNIT = "unit"


class BadDays(Refusal):
    """A text that names no period, or one that ends before it begins."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the district's calendar, the last one included."""

    first: date
    last: date

    @classmethod
    def read(cls, text: str) -> Period:
        """The period of '2025-01-01..2025-03-31'; raises `BadDays`."""
        found = PERIOD.fullmatch(text)
        try:
            first, last = map(date.fromisoformat, found.groups() if found else ())
        except ValueError as error:
            raise _bad("This is no period.", text) from error
        if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS) or last == date.max:
            raise _bad("A period ends on or after the day it begins, at most ten years later.", text)
        return cls(first, last)

    @classmethod
    def up_to(cls, day: date) -> Period:
        """The last thirty days up to a day."""
        return cls(day - timedelta(days=LAST_DAYS - 1), day)

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The first moment of the period and the first one after it."""
        after = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), zone), datetime.combine(after, time(), zone)


def _bad(message: str, text: str) -> BadDays:
    return BadDays(message, field="period", value=text, remedy="Write 2025-01-01..2025-03-31.")


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by key, and the median of how long closed reports took, in seconds; None where none was closed."""

    counts: Mapping[str, int]
    median_s: float | None = None

    @classmethod
    def of(cls, counts: Mapping[str, int], lasting_s: Iterable[int]) -> Counted:
        """The same from single times."""
        times_s = list(lasting_s)
        return cls(counts, float(median(times_s)) if times_s else None)


class Named(NamedTuple):
    """Something figures are told apart by. `key`: its label in the counts. `always`: also where nothing is counted."""

    key: str
    code: str
    name: str
    name_en: str
    always: bool = True


class KindAt(NamedTuple):
    """A kind, or a group with all kinds below it: the ids under which its reports were filed."""

    code: str
    name: str
    name_en: str
    is_group: bool
    ids: tuple[int, ...]


NOTHING = Counted(dict.fromkeys(COUNTS, 0))


@dataclass(frozen=True, slots=True)
class Row:
    """One area, kind, group or unit."""

    code: str
    name: str
    name_en: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class PeriodSheet:
    """A period by one dimension, as one scope may see it, as of one moment.

    Sum of the rows + `elsewhere` = `total`, for every count. `elsewhere`: by area, what lies above the level or in no
    area of the edition; by group or unit, what has none.
    """

    period: Period
    by: By
    level_key: str | None
    edition_number: int
    as_of: datetime
    weights: Weights
    rows: tuple[Row, ...]
    elsewhere: Counted
    total: Counted

    def figures(self, counted: Counted) -> dict[str, float | None]:
        """Every figure of a row, by key."""
        return figures_of(counted.counts, counted.median_s, self.weights)
