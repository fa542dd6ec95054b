"""Shifts (班次): at which local hours a person is on duty.

    1-6 08:00-18:00;1-7 20:00-08:00     Monday to Saturday by day, and every night until the next morning
    1,3,5 09:00-17:30                   Monday, Wednesday, Friday

Days are ISO weekdays, 1 is Monday. A shift that ends at or before its start ends on the next day; `24:00` is midnight.
No text means always on duty. Hours are those the clocks show: on a day when clocks change, a shift keeps its hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from layers.refusals import Refusal

MINUTES_PER_DAY = 24 * 60

_PIECE = re.compile(r"([1-7](?:-[1-7])?(?:,[1-7](?:-[1-7])?)*) +(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class BadShifts(Refusal):
    """A text of shifts that cannot be read."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift: the ISO weekdays it starts on, its start in minutes of the day, its length in minutes."""

    weekdays: frozenset[int]
    start_minute: int
    length_minutes: int

    def runs_at(self, weekday: int, minute: int) -> bool:
        """Whether it runs in this minute, begun today or yesterday."""
        since_start = minute - self.start_minute
        begun_today = weekday in self.weekdays and 0 <= since_start < self.length_minutes
        yesterday = 7 if weekday == 1 else weekday - 1
        return begun_today or (yesterday in self.weekdays and since_start + MINUTES_PER_DAY < self.length_minutes)


@dataclass(frozen=True, slots=True)
class Shifts:
    """All shifts of a person; none at all means always on duty."""

    each: tuple[Shift, ...]


@lru_cache(maxsize=4096)
def parse_shifts(text: str) -> Shifts:
    """Read a text of shifts.

    Raises:
        BadShifts: a piece is no shift; the piece is named.
    """
    pieces = [piece.strip() for piece in text.split(";")]
    return Shifts(tuple(_shift(piece) for piece in pieces if piece))


def on_duty(shifts: Shifts, local: datetime) -> bool:
    """Whether a person with these shifts is on duty at this local time."""
    minute = local.hour * 60 + local.minute
    return not shifts.each or any(shift.runs_at(local.isoweekday(), minute) for shift in shifts.each)


def next_start(shifts: Shifts, local: datetime) -> datetime | None:
    """The first start of a shift at or after this local time; None for those always on duty."""
    starts = []
    for ahead in range(8):
        day = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=ahead)
        for shift in shifts.each:
            start = day.replace(hour=shift.start_minute // 60, minute=shift.start_minute % 60)
            if day.isoweekday() in shift.weekdays and start >= local:
                starts.append(start)
        if starts:
            return min(starts)
    return None


def _shift(piece: str) -> Shift:
    found = _PIECE.fullmatch(piece)
    if found is None:
        raise _bad(piece, "it is not written as days and hours")
    days, *clock = found.groups()
    start_hour, start_minute, end_hour, end_minute = map(int, clock)
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:
        raise _bad(piece, "the clock has no such time")
    return Shift(_weekdays(piece, days), start, end - start if end > start else end - start + MINUTES_PER_DAY)


def _weekdays(piece: str, days: str) -> frozenset[int]:
    chosen: set[int] = set()
    for part in days.split(","):
        first, _, last = part.partition("-")
        if last and int(last) < int(first):
            raise _bad(piece, f"the days {part} run backwards")
        chosen.update(range(int(first), int(last or first) + 1))
    return frozenset(chosen)


def _bad(piece: str, why: str) -> BadShifts:
    return BadShifts(
        f"The shift {piece!r} cannot be read: {why}.",
        field="shifts",
        value=piece,
        remedy="Write '1-6 08:00-18:00', several separated by ';'; 1 is Monday.",
    )
