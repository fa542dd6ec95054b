"""Working time: which stretches of a year count, and when a limit that starts at a moment runs out.

    working hours and days    only what lies within working time counts: 08–12 and 14–18 on working days, unless the
                              year's calendar says otherwise; a working day is as many hours as one of them has in the
                              year a limit starts in
    urgent hours              every hour counts
    days                      by the clock on the wall of the district: the same time of day, so many days later

Years are covered whole, by what was published for them. What lies in a year that nobody imported is not guessed.
Everything is counted in whole microseconds, so that counting in parts and counting at once come to the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from layers.calendars.limits import Limit, Unit
from layers.calendars.wall import first_shown, shown
from layers.refusals import Refusal

#: What does not count: from one moment (aware) until before another.
Pause = tuple[datetime, datetime]
Hours = tuple[tuple[time, time], ...]
USUAL_HOURS: Hours = ((time(8), time(12)), (time(14), time(18)))
MIDNIGHT = time(0)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST = timedelta(microseconds=1)
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
        self.year = year


@dataclass(frozen=True)
class Calendar:
    """A district's working time.

    `days` holds what differs from Monday to Friday: the name of a holiday, or None for a day that is worked to make up
    for one (调休). `versions` gives the version of each year that is covered, `hours` the working hours of those that
    have other ones than usual: ascending, apart, the end of the day written 00:00.
    """

    zone: ZoneInfo
    days: Mapping[date, str | None] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    hours: Mapping[int, Hours] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        """Whether a day is worked.

        Raises:
            NoCalendar: its year is not covered.
        """
        if day.year not in self.versions:
            raise NoCalendar(day.year)
        return _is_worked(day, self.days)

    def hours_in(self, year: int) -> Hours:
        """The working hours of a day in a year."""
        return self.hours.get(year, USUAL_HOURS)

    @cached_property
    def _years(self) -> dict[int, _Year]:
        return {}

    def year(self, year: int) -> _Year:
        """The working time of a year; raises `NoCalendar` where it is not covered."""
        found = self._years.get(year)
        if found is None:
            if year not in self.versions:
                raise NoCalendar(year)
            days = tuple(sorted((day, name is None) for day, name in self.days.items() if day.year == year))
            found = self._years[year] = _year(self.zone, year, self.hours_in(year), days)
        return found


@dataclass(frozen=True, slots=True)
class _Year:
    """Working time of a year in microseconds: starts and ends of its stretches since 1970, what counted before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int
    day: int

    def counted_until(self, moment: int) -> int:
        """How much of the year's working time lies before a moment."""
        nth = bisect_right(self.starts, moment) - 1
        if nth < 0:
            return 0
        return self.before[nth] + min(moment, self.ends[nth]) - self.starts[nth]

    def moment_after(self, counted: int) -> int:
        """The first moment by which so much has counted; `counted` is more than nothing and at most the total."""
        nth = bisect_left(self.before, counted) - 1
        return self.starts[nth] + counted - self.before[nth]


@lru_cache(maxsize=256)
def _year(zone: ZoneInfo, year: int, hours: Hours, days: tuple[tuple[date, bool], ...]) -> _Year:
    # Kept by what it is made of: the service reads its calendars again every few seconds.
    differing = {day: None if worked else "" for day, worked in days}
    starts: list[int] = []
    ends: list[int] = []
    for day in map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())):
        if _is_worked(day, differing):
            for begins, stops in working_hours(day, hours, zone):
                starts.append(_whole(begins))
                ends.append(_whole(stops))
    before = [0]
    for begins_at, stops_at in zip(starts, ends, strict=True):
        before.append(before[-1] + stops_at - begins_at)
    return _Year(starts, ends, before[:-1], before[-1], sum(_span(one) for one in hours))


def _is_worked(day: date, differing: Mapping[date, str | None]) -> bool:
    return differing[day] is None if day in differing else day.isoweekday() < SATURDAY


def working_hours(day: date, hours: Hours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The working hours of a day as moments in UTC."""
    for begins, stops in hours:
        last = day if stops != MIDNIGHT else day + DAY
        yield (
            datetime.combine(day, begins, zone).astimezone(UTC),
            datetime.combine(last, stops, zone).astimezone(UTC),
        )


def _span(hours: tuple[time, time]) -> int:
    start, end = (datetime.combine(date.min, one) for one in hours)
    return (end + (DAY if hours[1] == MIDNIGHT else timedelta(0)) - start) // LEAST


def _whole(moment: datetime) -> int:
    return (moment - EPOCH) // LEAST


def deadline(limit: Limit, start: datetime, calendar: Calendar, *, pauses: Sequence[Pause] = ()) -> datetime:
    """When a limit that starts at `start` (aware) runs out, in UTC; what lies in `pauses` does not count.

    One that starts outside working time starts with the next working time; one that is over with a day's last working
    minute runs out then, not the next morning.

    Raises:
        NoCalendar: it runs through a year that is not covered.
    """
    left = _amount(limit, start, calendar)
    at = start
    for begins, ends in _apart(pauses, start):
        passed = _between(limit.unit, at, begins, calendar, enough=left)
        if passed >= left:
            break
        left -= passed
        at = ends
    return _after(limit.unit, at, left, calendar)


def elapsed(
    unit: Unit, start: datetime, end: datetime, calendar: Calendar, *, pauses: Sequence[Pause] = ()
) -> timedelta:
    """How much counted between two moments (aware): working time, time, or what the clock on the wall went on by.

    Nothing where `end` is not after `start`.

    Raises:
        NoCalendar: working time is asked of a year that is not covered.
    """
    passed, at = 0, start
    for begins, ends in _apart(pauses, start):
        passed += _between(unit, at, min(begins, end), calendar)
        at = ends
    return (passed + _between(unit, at, end, calendar)) * LEAST


def length(limit: Limit, start: datetime, calendar: Calendar) -> timedelta:
    """How much has to count until a limit that starts at `start` (aware) has run out.

    Raises:
        NoCalendar: it is of working days, and `start` lies in a year that is not covered.
    """
    return _amount(limit, start, calendar) * LEAST


def _apart(pauses: Sequence[Pause], start: datetime) -> list[Pause]:
    """The pauses that end after `start`, in their order, those that touch or overlap as one."""
    joined: list[Pause] = []
    for begins, ends in sorted(pauses):
        if ends <= max(begins, start):
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


def _amount(limit: Limit, start: datetime, calendar: Calendar) -> int:
    if limit.unit is Unit.WORKING_DAYS:
        one = calendar.year(start.astimezone(calendar.zone).year).day
    else:
        one = (DAY if limit.unit is Unit.DAYS else timedelta(hours=1)) // LEAST
    # A limit is more than nothing, however little.
    return max(1, round(limit.amount * one))


def _between(unit: Unit, start: datetime, end: datetime, calendar: Calendar, *, enough: int | None = None) -> int:
    """What counts between two moments; from `enough` on it need not be counted on."""
    if end <= start:
        return 0
    if unit is Unit.URGENT_HOURS:
        return (end - start) // LEAST
    if unit is Unit.DAYS:
        return (shown(end, calendar.zone) - shown(start, calendar.zone)) // LEAST
    return _worked_between(start, end, calendar, enough)


def _worked_between(start: datetime, end: datetime, calendar: Calendar, enough: int | None) -> int:
    first, last = start.astimezone(calendar.zone).year, end.astimezone(calendar.zone).year
    counted = -calendar.year(first).counted_until(_whole(start))
    for year in range(first, last):
        counted += calendar.year(year).total
        if enough is not None and counted >= enough:
            return counted
    return counted + calendar.year(last).counted_until(_whole(end))


def _after(unit: Unit, start: datetime, amount: int, calendar: Calendar) -> datetime:
    """The first moment by which so much has counted since another."""
    if unit is Unit.URGENT_HOURS:
        return start.astimezone(UTC) + amount * LEAST
    if unit is Unit.DAYS:
        return first_shown(shown(start, calendar.zone) + amount * LEAST, calendar.zone)
    year = start.astimezone(calendar.zone).year
    wanted = calendar.year(year).counted_until(_whole(start)) + amount
    while wanted > calendar.year(year).total:
        wanted -= calendar.year(year).total
        year += 1
    return EPOCH + calendar.year(year).moment_after(wanted) * LEAST
