"""Years of calendars, as the rest of the service sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from layers.calendars.hours import hours_text
from layers.calendars.working_time import USUAL_HOURS, Hours
from layers.canonical import canonical


@dataclass(frozen=True, slots=True)
class StatedYear:
    """What differs in a year from Monday to Friday: names of holidays, None for days that are worked; and its hours."""

    year: int
    days: Mapping[date, str | None] = field(default_factory=dict)
    hours: Hours = USUAL_HOURS

    @property
    def holidays(self) -> int:
        """How many days are off."""
        return sum(name is not None for name in self.days.values())

    @property
    def worked(self) -> int:
        """How many days are worked to make up for others."""
        return len(self.days) - self.holidays

    @property
    def stored_days(self) -> dict[str, str | None]:
        """The days as they are stored."""
        return {day.isoformat(): name for day, name in sorted(self.days.items())}

    @property
    def digest(self) -> str:
        """One for each content: the same year imported again is the same."""
        facts = {"year": self.year, "days": self.stored_days, "hours": hours_text(self.hours)}
        return sha256(canonical(facts)).hexdigest()


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year as one version of a district's calendar has it."""

    version: int
    stated: StatedYear
