"""Days, weeks and months of a period, by the district's calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from layers.figures.records import BadDays, Period

#: More than anyone reads off a drawing: three months by day, years by week, a lifetime by month.
MOST_STEPS = 400
#: Up to so many days a period is told by day, up to so many by week, where nobody says otherwise.
BY_DAY = 45
BY_WEEK = 300
DAY = timedelta(days=1)


class StepSize(StrEnum):
    """How a period is cut. Weeks begin on Monday, months on the first; those at the ends may be cut short."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Step:
    """Days of the district's calendar, the last one included; `whole`: not cut short by the ends of the period."""

    first: date
    last: date
    whole: bool = True


def fitting(period: Period) -> StepSize:
    """The step that a period is told by where nobody says otherwise."""
    days = (period.last - period.first).days + 1
    if days <= BY_DAY:
        return StepSize.DAY
    return StepSize.WEEK if days <= BY_WEEK else StepSize.MONTH


def steps_of(period: Period, size: StepSize) -> tuple[Step, ...]:
    """The steps of a period, in order, without gaps; raises `BadDays` for more than `MOST_STEPS`."""
    found: list[Step] = []
    for first, after in _between(period, size):
        if len(found) == MOST_STEPS:
            raise BadDays(
                f"The period has more than {MOST_STEPS} steps.",
                field="step",
                value=size.value,
                remedy="Ask for a longer step or a shorter period.",
            )
        begin, last = max(first, period.first), min(after - DAY, period.last)
        found.append(Step(begin, last, whole=(begin, last + DAY) == (first, after)))
    return tuple(found)


def moments(steps: tuple[Step, ...], zone: ZoneInfo) -> list[datetime]:
    """The midnights at which steps begin, and the one that ends the last."""
    days = [*(one.first for one in steps), steps[-1].last + DAY]
    return [datetime.combine(one, time(), zone) for one in days]


def _between(period: Period, size: StepSize) -> Iterator[tuple[date, date]]:
    first = _begun(period.first, size)
    while first <= period.last:
        after = _next(first, size)
        yield first, after
        first = after


def _begun(day: date, size: StepSize) -> date:
    """The first day of the step that holds a day."""
    if size is StepSize.MONTH:
        return day.replace(day=1)
    # No calendar reaches behind its first day.
    return day - min(DAY * day.weekday(), day - date.min) if size is StepSize.WEEK else day


def _next(first: date, size: StepSize) -> date:
    if size is StepSize.MONTH:
        return (first.replace(day=28) + 4 * DAY).replace(day=1)
    return first + (7 * DAY if size is StepSize.WEEK else DAY)
