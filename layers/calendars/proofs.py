"""The proof of a deadline: the stretches of time that counted, and why the others did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from layers.calendars.limits import Limit, Unit
from layers.calendars.working_time import (
    DAY,
    MIDNIGHT,
    Calendar,
    Pause,
    deadline,
    elapsed,
    length,
    working_hours,
)

COUNTED, PAUSED, NIGHT, LUNCH, WEEKEND = "counted", "paused", "outside_hours", "midday", "weekend"
#: In a year that nobody imported it is not known whether anything counts.
NO_CALENDAR = "no_calendar"
FORM = "%Y-%m-%d %H:%M"


class Stretch(NamedTuple):
    """A stretch of time, half open, that counts or does not, and why."""

    start: datetime
    end: datetime
    counted: bool
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a limit that started at a moment runs out at another: what counted in between comes to `counted`."""

    limit: Limit
    stretches: tuple[Stretch, ...]
    counted: timedelta
    #: What has to count.
    length: timedelta
    zone: ZoneInfo

    @property
    def end(self) -> datetime:
        """When it runs out; for the proof of a part, until when it was looked at."""
        return self.stretches[-1].end

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def proof(
    limit: Limit,
    start: datetime,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    until: datetime | None = None,
) -> Proof:
    """The proof of a deadline, or of the part of it until a moment after `start` (aware) and before the deadline.

    Raises:
        NoCalendar: it runs through a year that is not covered.
    """
    end = deadline(limit, start, calendar, pauses=pauses) if until is None else until
    found = tuple(stretches(limit.unit, start, end, calendar, pauses=pauses))
    counted = elapsed(limit.unit, start, end, calendar, pauses=pauses)
    return Proof(limit, found, counted, length(limit, start, calendar), calendar.zone)


def stretches(
    unit: Unit, start: datetime, end: datetime, calendar: Calendar, *, pauses: Sequence[Pause] = ()
) -> list[Stretch]:
    """From `start` to `end` (aware), every stretch with whether it counted and why not; each begins where one ended.

    A holiday is told by its name. Neighbours of one reason are told as one.
    """
    every = unit in {Unit.URGENT_HOURS, Unit.DAYS}
    plain = iter([Stretch(start, end, counted=True, why=COUNTED)]) if every else _days(start, end, calendar)
    return _joined(_cut(plain, sorted(pauses)))


def _days(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    day = start.astimezone(calendar.zone).date()
    while _midnight(day, calendar) < end:
        for one in _of_day(day, calendar):
            begins, stops = max(one.start, start), min(one.end, end)
            if begins < stops:
                yield one._replace(start=begins, end=stops)
        day += DAY


def _of_day(day: date, calendar: Calendar) -> Iterator[Stretch]:
    last, next_one = _midnight(day, calendar), _midnight(day + DAY, calendar)
    if why := _free(day, calendar):
        yield Stretch(last, next_one, counted=False, why=why)
        return
    why = NIGHT
    for opens, closes in working_hours(day, calendar.hours_in(day.year), calendar.zone):
        yield Stretch(last, opens, counted=False, why=why)
        yield Stretch(opens, closes, counted=True, why=COUNTED)
        last, why = closes, LUNCH
    yield Stretch(last, next_one, counted=False, why=NIGHT)


def _free(day: date, calendar: Calendar) -> str | None:
    """Why nothing of a day counts, None where it is worked."""
    if day.year not in calendar.versions:
        return NO_CALENDAR
    return None if calendar.is_worked(day) else calendar.days.get(day) or WEEKEND


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, MIDNIGHT, calendar.zone).astimezone(UTC)


def _cut(plain: Iterator[Stretch], pauses: Sequence[Pause]) -> Iterator[Stretch]:
    """The stretches with what lies in a pause told as paused."""
    for one in plain:
        last = one.start
        for begins, stops in pauses:
            begins_here, stops_here = max(begins, last), min(stops, one.end)
            if begins_here >= stops_here:
                continue
            if last < begins_here:
                yield one._replace(start=last, end=begins_here)
            yield Stretch(begins_here, stops_here, counted=False, why=PAUSED)
            last = stops_here
        if last < one.end:
            yield one._replace(start=last)


def _joined(every: Iterator[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for one in every:
        if joined and joined[-1].why == one.why and joined[-1].end == one.start:
            joined[-1] = joined[-1]._replace(end=one.end)
        else:
            joined.append(one)
    return joined


def _lines(proof: Proof) -> Iterator[str]:
    start, end = (one.astimezone(proof.zone).strftime(FORM) for one in (proof.stretches[0].start, proof.end))
    yield f"{proof.limit}: {start} to {end}, {proof.zone.key}"
    for one in proof.stretches:
        begins, stops = one.start.astimezone(proof.zone), one.end.astimezone(proof.zone)
        yield f"  {begins:%a} {begins:{FORM}}  {stops:%a} {stops:{FORM}}  {one.why}"
    yield f"counted {_hours(proof.counted)} of {_hours(proof.length)}"


def _hours(span: timedelta) -> str:
    minutes, rest = divmod(span.total_seconds(), 60)
    return f"{int(minutes) // 60} h {int(minutes) % 60:02d} min" + (f" {rest:g} s" if rest else "")
