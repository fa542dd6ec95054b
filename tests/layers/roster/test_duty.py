"""Shifts against an oracle that walks minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.roster.duty import BadShifts, next_start, on_duty, parse_shifts

MONDAY = datetime(2025, 1, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
WEEK_MINUTES = 7 * 24 * 60

clock_minutes = st.integers(0, 24 * 60 - 1)
shift_texts = st.builds(
    lambda days, start, end: (
        ",".join(map(str, sorted(days))) + f" {start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
    ),
    st.sets(st.integers(1, 7), min_size=1),
    clock_minutes,
    st.integers(0, 24 * 60),
)


def minutes_on_duty(text: str) -> set[int]:
    """The oracle: every minute of the week on duty, walked from each start until the clock shows the end."""
    found: set[int] = set()
    for piece in text.split(";"):
        days, hours = piece.split(" ")
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in hours.split("-"))
        for day in map(int, days.split(",")):
            minute = (day - 1) * 24 * 60 + start
            while True:
                found.add(minute % WEEK_MINUTES)
                minute += 1
                if minute % (24 * 60) == end % (24 * 60):
                    break
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(shift_texts, min_size=1, max_size=3).map(";".join))
def test_on_duty_agrees_with_walking_every_minute_of_a_week(text: str) -> None:
    shifts, expected = parse_shifts(text), minutes_on_duty(text)
    found = {minute for minute in range(WEEK_MINUTES) if on_duty(shifts, MONDAY + timedelta(minutes=minute))}
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(shift_texts, min_size=1, max_size=3).map(";".join), st.integers(0, WEEK_MINUTES - 1))
def test_next_start_is_the_first_start_at_or_after(text: str, minute: int) -> None:
    starts = {
        (int(day) - 1) * 24 * 60 + int(piece.split(" ")[1][:2]) * 60 + int(piece.split(" ")[1][3:5])
        for piece in text.split(";")
        for day in piece.split(" ")[0].split(",")
    }
    expected = next(ahead for ahead in range(WEEK_MINUTES + 1) if (minute + ahead) % WEEK_MINUTES in starts)
    local = MONDAY + timedelta(minutes=minute)
    assert next_start(parse_shifts(text), local) == local + timedelta(minutes=expected)


def test_a_night_shift_ends_on_the_next_morning() -> None:
    shifts = parse_shifts("7 20:00-08:00")
    sunday = MONDAY + timedelta(days=6)
    assert not on_duty(shifts, sunday.replace(hour=19, minute=59))
    assert on_duty(shifts, sunday.replace(hour=20))
    assert on_duty(shifts, (sunday + timedelta(days=1)).replace(hour=7, minute=59))
    assert not on_duty(shifts, (sunday + timedelta(days=1)).replace(hour=8))


def test_no_shifts_are_always_on_duty_and_never_start() -> None:
    assert on_duty(parse_shifts(""), MONDAY)
    assert next_start(parse_shifts(" ; "), MONDAY) is None


def test_a_start_earlier_on_the_same_day_comes_again_a_week_later() -> None:
    local = MONDAY.replace(hour=8, second=1)
    assert next_start(parse_shifts("1 08:00-12:00"), local) == MONDAY.replace(hour=8) + timedelta(days=7)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("8 08:00-18:00", "8 08:00-18:00"),
        ("1-6 08:00-18:00;1-6 8-18", "1-6 8-18"),
        ("1 25:00-26:00", "1 25:00-26:00"),
        ("1 08:60-09:00", "1 08:60-09:00"),
        ("5-1 08:00-18:00", "5-1 08:00-18:00"),
        ("always", "always"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_piece(text: str, piece: str) -> None:
    with pytest.raises(BadShifts) as refusal:
        parse_shifts(text)
    assert refusal.value.value == piece
    assert "1 is Monday" in str(refusal.value)


@pytest.mark.parametrize("text", ["1-6 08:00-18:00", "1,3,5 9:00-17:30", "1-3,6 00:00-24:00"])
def test_reads_ranges_lists_and_both(text: str) -> None:
    assert on_duty(parse_shifts(text), MONDAY.replace(hour=12))
