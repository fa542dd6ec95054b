"""Working time: which stretches of a year count, and when a limit that starts at a moment runs out.

    working hours and days    only what lies within working time counts: 08–12 and 14–18 on working days, unless the
                              district says otherwise; a working day is as many hours as one of them has
    urgent hours              every hour counts
    days                      the same time of day, so many days later, in the district's time zone

Years are covered whole, by what was published for them. What lies in a year that nobody imported is not guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from layers.calendars.limits import Limit, Unit
from layers.refusals import Refusal

Pause = tuple[datetime, datetime]
USUAL_HOURS = ((time(8), time(12)), (time(14), time(18)))
HOUR = timedelta(hours=1)
SATURDAY = 6


class NoCalendar(Refusal):
    """The working days of a year are not known."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The working days of {year} are not known.",
            field="calendar",
            value=year,
            remedy="Import them when they are published: ./wangge import FILE --as calendar.",
        )


class Stretch(NamedTuple):
    """A stretch of time, half open, that counts or does not, and why."""

    start: datetime
    end: datetime
    counted: bool
    why: str


@dataclass(frozen=True)
class Calendar:
    """A district's working time. `days` holds what differs from Monday to Friday: the name of a holiday, or None for a
    day that is worked to make up for one (调休). `versions` are the years that are covered."""

    zone: ZoneInfo
    days: Mapping[date, str | None] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    hours: Sequence[tuple[time, time]] = USUAL_HOURS

    def is_worked(self, day: date) -> bool:
        """Whether a day is worked; raises `NoCalendar` for one in a year that is not covered."""
        if day.year not in self.versions:
            raise NoCalendar(day.year)
        if day in self.days:
            return self.days[day] is None
        return day.isoweekday() < SATURDAY

    @cached_property
    def day_s(self) -> float:
        """The seconds of a working day."""
        return sum((_minutes(end) - _minutes(start)) * 60.0 for start, end in self.hours)

    @cached_property
    def years(self) -> dict[int, _Year]:
        """Working time by year, made when it is first asked for."""
        return {}

    def year(self, year: int) -> _Year:
        """The working time of a year; raises `NoCalendar` where it is not covered."""
        found = self.years.get(year)
        if found is None:
            found = self.years[year] = _year_of(self, year)
        return found


@dataclass(frozen=True, slots=True)
class _Year:
    """Working time of a year: starts and ends of its stretches in seconds since 1970, and what counted before each."""

    starts: list[float]
    ends: list[float]
    before_s: list[float]
    total_s: float

    def counted_until(self, moment_s: float) -> float:
        """How much of the year's working time lies before a moment."""
        nth = bisect_right(self.starts, moment_s) - 1
        if nth < 0:
            return 0.0
        return self.before_s[nth] + min(moment_s, self.ends[nth]) - self.starts[nth]

    def moment_after(self, counted_s: float) -> float:
        """The first moment by which so much has counted; `counted_s` is more than nothing and at most the total."""
        nth = bisect_left(self.before_s, counted_s) - 1
        return self.starts[nth] + counted_s - self.before_s[nth]


def _minutes(clock: time) -> int:
    # The end of a day is written 00:00.
    return clock.hour * 60 + clock.minute or 24 * 60


def _year_of(calendar: Calendar, year: int) -> _Year:
    starts, ends, before_s, total_s = [], [], [], 0.0
    day = date(year, 1, 1)
    while day.year == year:
        for start, end in calendar.hours if calendar.is_worked(day) else ():
            begins = datetime.combine(day, start, calendar.zone).timestamp()
            stops = begins + (_minutes(end) - start.hour * 60 - start.minute) * 60.0
            starts.append(begins)
            ends.append(stops)
            before_s.append(total_s)
            total_s += stops - begins
        day += timedelta(days=1)
    return _Year(starts, ends, before_s, total_s)


def deadline(limit: Limit, start: datetime, calendar: Calendar, *, pauses: Sequence[Pause] = ()) -> datetime:
    """When a limit that starts at `start` (aware) runs out, in UTC; what lies in `pauses` does not count.

    Raises:
        NoCalendar: it runs through a year that is not covered.
    """
    due = _unpaused(limit, start, calendar)
    for begins, ends in sorted(pauses):
        if begins >= due:
            break
        if ends <= start:
            continue
        due = _pushed(limit, due, max(begins, start), ends, calendar)
    return due.astimezone(UTC)


def _unpaused(limit: Limit, start: datetime, calendar: Calendar) -> datetime:
    if limit.unit is Unit.URGENT_HOURS:
        return start.astimezone(UTC) + timedelta(hours=float(limit.amount))
    if limit.unit is Unit.DAYS:
        return _days_later(start, limit.amount, calendar.zone)
    return _worked(start, _seconds(limit, calendar), calendar)


def _pushed(limit: Limit, due: datetime, begins: datetime, ends: datetime, calendar: Calendar) -> datetime:
    """What was left when a pause began runs on when it ends."""
    if limit.unit in {Unit.URGENT_HOURS, Unit.DAYS}:
        return due + (ends - begins)
    left_s = worked_s(begins, due, calendar)
    return _worked(ends, left_s, calendar) if left_s > 0 else due


def _days_later(start: datetime, amount: Decimal, zone: ZoneInfo) -> datetime:
    whole, rest = divmod(amount, 1)
    later = start.astimezone(zone) + timedelta(days=int(whole))
    return later.astimezone(UTC) + timedelta(days=float(rest))


def _seconds(limit: Limit, calendar: Calendar) -> float:
    one_s = calendar.day_s if limit.unit is Unit.WORKING_DAYS else 3600.0
    return float(limit.amount) * one_s


def _worked(start: datetime, amount_s: float, calendar: Calendar) -> datetime:
    """The moment by which `amount_s` of working time has passed since `start`."""
    year = start.astimezone(calendar.zone).year
    wanted_s = calendar.year(year).counted_until(start.timestamp()) + amount_s
    while wanted_s > calendar.year(year).total_s:
        wanted_s -= calendar.year(year).total_s
        year += 1
    return datetime.fromtimestamp(calendar.year(year).moment_after(wanted_s), UTC)


def worked_s(start: datetime, end: datetime, calendar: Calendar) -> float:
    """Seconds of working time between two moments (aware); raises `NoCalendar` for a year that is not covered."""
    if end <= start:
        return 0.0
    first, last = (one.astimezone(calendar.zone).year for one in (start, end))
    passed_s = sum(calendar.year(year).total_s for year in range(first, last))
    before_s = calendar.year(first).counted_until(start.timestamp())
    return passed_s + calendar.year(last).counted_until(end.timestamp()) - before_s
