"""The proof of a deadline: the stretches of time that counted, and why the others did not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from layers.calendars.limits import Unit
from layers.calendars.working_time import Calendar, Pause, Stretch

DAY = timedelta(days=1)
COUNTED, PAUSED, NIGHT, LUNCH, WEEKEND = "counted", "paused", "outside_hours", "midday", "weekend"
#: A proof of many years would help nobody.
LONGEST_DAYS = 400


def stretches(
    unit: Unit, start: datetime, end: datetime, calendar: Calendar, *, pauses: Sequence[Pause] = ()
) -> list[Stretch]:
    """From `start` to `end` (aware), every stretch with whether it counted and why not; each begins where one ended.

    A holiday is told by its name. Neighbours of one reason are told as one.

    Raises:
        NoCalendar: working time is asked of a year that is not covered.
    """
    end = min(end, start + LONGEST_DAYS * DAY)
    every = unit in {Unit.URGENT_HOURS, Unit.DAYS}
    plain = iter([Stretch(start, end, counted=True, why=COUNTED)]) if every else _days(start, end, calendar)
    return _joined(_cut(plain, sorted(pauses)))


def _days(start: datetime, end: datetime, calendar: Calendar) -> Iterator[Stretch]:
    day = start.astimezone(calendar.zone).date()
    while _at(day, time(0), calendar) < end:
        for one in _of_day(day, calendar):
            begins, stops = max(one.start, start), min(one.end, end)
            if begins < stops:
                yield one._replace(start=begins, end=stops)
        day += DAY


def _of_day(day: date, calendar: Calendar) -> Iterator[Stretch]:
    midnight, next_one = _at(day, time(0), calendar), _at(day + DAY, time(0), calendar)
    if not calendar.is_worked(day):
        yield Stretch(midnight, next_one, counted=False, why=calendar.days.get(day) or WEEKEND)
        return
    last = midnight
    for nth, (begins, stops) in enumerate(calendar.hours):
        opens, closes = _at(day, begins, calendar), _at(day if stops != time(0) else day + DAY, stops, calendar)
        yield Stretch(last, opens, counted=False, why=LUNCH if nth else NIGHT)
        yield Stretch(opens, closes, counted=True, why=COUNTED)
        last = closes
    yield Stretch(last, next_one, counted=False, why=NIGHT)


def _at(day: date, clock: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, clock, calendar.zone)


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
