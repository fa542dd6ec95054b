"""What holds of every clock, whatever the calendar: counted in parts or at once, asked forwards or backwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from layers.calendars.limits import Limit, Unit
from layers.calendars.proofs import PAUSED, proof, stretches
from layers.calendars.working_time import Calendar, NoCalendar, Pause, deadline, elapsed, length
from tests.layers.calendars.years import MINUTE, NEW_YORK, calendars, counts, minutes, moments, pauses, whole_minutes

units = st.sampled_from(Unit)
working = st.sampled_from([Unit.WORKING_HOURS, Unit.WORKING_DAYS])
NOTHING = timedelta(0)
#: It would run through a year that is not covered.
NEVER = datetime.max.replace(tzinfo=UTC)


@st.composite
def limits(draw: st.DrawFn, unit: st.SearchStrategy[Unit] = units) -> Limit:
    """Limits that run out within some weeks, whatever the calendar."""
    return Limit(draw(st.decimals(Decimal("0.01"), 8, places=2)), draw(unit))


@given(units, calendars(), st.tuples(moments(), moments(), moments()), pauses())
def test_counting_in_parts_comes_to_the_whole(
    unit: Unit, calendar: Calendar, three: tuple[datetime, datetime, datetime], paused: list[Pause]
) -> None:
    a, b, c = sorted(three)
    parts = elapsed(unit, a, b, calendar, pauses=paused) + elapsed(unit, b, c, calendar, pauses=paused)
    assert elapsed(unit, a, c, calendar, pauses=paused) == parts
    assert elapsed(unit, c, a, calendar, pauses=paused) == NOTHING


@given(limits(), calendars(), st.tuples(moments(), moments()), pauses())
def test_what_starts_later_is_due_no_earlier(
    limit: Limit, calendar: Calendar, two: tuple[datetime, datetime], paused: list[Pause]
) -> None:
    earlier, later = sorted(two)
    # Years may have days of different length; then a later start may have less to count.
    assume(limit.unit is not Unit.WORKING_DAYS or length(limit, earlier, calendar) == length(limit, later, calendar))
    due = _due_or_never(limit, earlier, calendar, paused)
    assert due <= _due_or_never(limit, later, calendar, paused)


def _due_or_never(limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause]) -> datetime:
    try:
        return deadline(limit, start, calendar, pauses=paused)
    except NoCalendar:
        return NEVER


@given(limits(), moments(), calendars(), pauses(), st.decimals(Decimal("0.01"), 8, places=2))
def test_a_longer_limit_is_due_later(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause], more: Decimal
) -> None:
    longer = replace(limit, amount=limit.amount + more)
    due = _due_or_never(limit, start, calendar, paused)
    assume(due < NEVER)
    assert due < _due_or_never(longer, start, calendar, paused)


@given(limits(), moments(), calendars(), pauses())
def test_until_the_deadline_exactly_the_limit_counts(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause]
) -> None:
    due = _due_or_never(limit, start, calendar, paused)
    assume(due < NEVER)
    assert elapsed(limit.unit, start, due, calendar, pauses=paused) == length(limit, start, calendar)
    just_before = due - timedelta(microseconds=1)
    assert elapsed(limit.unit, start, just_before, calendar, pauses=paused) < length(limit, start, calendar)


@given(limits(), moments(), calendars(), st.data())
def test_a_pause_shifts_what_was_left(limit: Limit, start: datetime, calendar: Calendar, data: st.DataObject) -> None:
    due = _due_or_never(limit, start, calendar, [])
    assume(due < NEVER)
    begins = data.draw(st.datetimes(start.replace(tzinfo=None), due.replace(tzinfo=None), timezones=st.just(UTC)))
    ends = begins + timedelta(minutes=data.draw(st.integers(1, 60 * 24 * 20)))
    left = length(limit, start, calendar) - elapsed(limit.unit, start, begins, calendar)
    paused_due = _due_or_never(limit, start, calendar, [(begins, ends)])
    assume(paused_due < NEVER)
    if left == NOTHING:
        assert paused_due == due
    else:
        assert elapsed(limit.unit, ends, paused_due, calendar) == left
        rest = Limit(Decimal(left // timedelta(microseconds=1)) / 3_600_000_000, Unit.WORKING_HOURS)
        if limit.unit in {Unit.WORKING_HOURS, Unit.WORKING_DAYS}:
            assert deadline(rest, ends, calendar) == paused_due
        if limit.unit is Unit.URGENT_HOURS:
            assert paused_due == due + (ends - begins)


@given(limits(), moments(), calendars(), pauses(), st.data())
def test_pauses_may_come_in_any_order_and_in_pieces(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause], data: st.DataObject
) -> None:
    due = _due_or_never(limit, start, calendar, paused)
    pieces = [
        piece
        for begins, ends in paused
        for middle in [begins + (ends - begins) / 3]
        for piece in ((begins, middle), (middle, ends), (begins, ends))
    ]
    assert _due_or_never(limit, start, calendar, data.draw(st.permutations(pieces))) == due


@given(limits(), moments(), calendars(), pauses(), st.sampled_from([NEW_YORK, ZoneInfo("Asia/Kathmandu"), UTC]))
def test_nothing_depends_on_when_and_where_it_is_computed(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause], zone: ZoneInfo
) -> None:
    due = _due_or_never(limit, start, calendar, paused)
    # Asked again half-way with what is left, from elsewhere, with a calendar made anew and a later year published.
    again = replace(calendar, versions={**calendar.versions, 2027: 1})
    elsewhere = [(begins.astimezone(zone), ends.astimezone(zone)) for begins, ends in paused]
    assume(due < NEVER)
    assert deadline(limit, start.astimezone(zone), again, pauses=elsewhere) == due


@settings(max_examples=60)
@given(limits(working), whole_minutes(), calendars(), pauses())
def test_it_is_what_counting_every_minute_comes_to(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause]
) -> None:
    due = _due_or_never(limit, start, calendar, paused)
    assume(due < NEVER)
    counted = sum((MINUTE for one in _between(start, due) if counts(one, calendar, paused)), NOTHING)
    # The last minute may count in part.
    assert NOTHING <= counted - length(limit, start, calendar) < MINUTE
    assert counts(due - timedelta(microseconds=1), calendar, paused)


def _between(start: datetime, end: datetime) -> list[datetime]:
    return list(islice(minutes(start), -((start - end) // MINUTE)))


@settings(max_examples=60)
@given(working, whole_minutes(), st.integers(0, 60 * 24 * 40), calendars(), pauses())
def test_what_elapsed_is_what_counting_every_minute_comes_to(
    unit: Unit, start: datetime, for_min: int, calendar: Calendar, paused: list[Pause]
) -> None:
    end = start + for_min * MINUTE
    counted = sum((MINUTE for one in _between(start, end) if counts(one, calendar, paused)), NOTHING)
    assert elapsed(unit, start, end, calendar, pauses=paused) == counted


@given(limits(), moments(), calendars(), pauses())
@example(
    Limit(Decimal(8), Unit.WORKING_HOURS), datetime(2025, 1, 28, tzinfo=UTC), Calendar(NEW_YORK, {}, {2025: 1}), []
)
def test_a_proof_leaves_nothing_out_and_adds_up(
    limit: Limit, start: datetime, calendar: Calendar, paused: list[Pause]
) -> None:
    due = _due_or_never(limit, start, calendar, paused)
    assume(due < NEVER)
    shown = proof(limit, start, calendar, pauses=paused)
    assert (shown.stretches[0].start, shown.end) == (start, due)
    assert all(one.end == another.start for one, another in pairwise(shown.stretches))
    assert all(one.why != another.why for one, another in pairwise(shown.stretches))
    spans = [one.end - one.start for one in shown.stretches if one.counted]
    assert sum(spans, NOTHING) == shown.counted == shown.length
    for one in shown.stretches:
        inside = any(begins <= one.start and one.end <= ends for begins, ends in _joined(paused))
        assert (one.why == PAUSED) == inside


def _joined(paused: list[Pause]) -> list[Pause]:
    joined: list[Pause] = []
    for begins, ends in sorted(paused):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined


@settings(max_examples=60)
@given(working, whole_minutes(), st.integers(1, 60 * 24 * 40), calendars(), pauses())
def test_a_proof_says_of_every_minute_what_looking_at_the_clock_says(
    unit: Unit, start: datetime, for_min: int, calendar: Calendar, paused: list[Pause]
) -> None:
    for one in stretches(unit, start, start + for_min * MINUTE, calendar, pauses=paused):
        assert {counts(minute, calendar, paused) for minute in _between(one.start, one.end)} == {one.counted}


days = st.integers(1, 30)
instants = moments(date(2025, 2, 1), date(2025, 11, 30))
#: The hour that is skipped on 9 March 2025, the one that is shown twice on 2 November, and what lies around them.
TURNS = [datetime(2025, 3, 9, 6, 30, tzinfo=UTC), datetime(2025, 11, 2, 5, 30, tzinfo=UTC)]
near_turns = st.tuples(st.sampled_from(TURNS), st.integers(-60 * 50, 60 * 50)).map(lambda two: two[0] + two[1] * MINUTE)


@given(days, st.one_of(instants, near_turns))
def test_days_end_at_the_same_time_of_day_wherever_clocks_are_turned(number: int, start: datetime) -> None:
    calendar = Calendar(NEW_YORK)
    due = deadline(Limit(Decimal(number), Unit.DAYS), start, calendar)
    local = start.astimezone(NEW_YORK)
    wanted = local.replace(tzinfo=None) + timedelta(days=number)
    skipped = wanted.replace(tzinfo=NEW_YORK).astimezone(UTC).astimezone(NEW_YORK).replace(tzinfo=None) != wanted
    if local.fold:
        wanted = wanted.replace(hour=2, minute=0, second=0, microsecond=0)
    elif skipped:
        wanted = wanted.replace(hour=3, minute=0, second=0, microsecond=0)
    assert due.astimezone(NEW_YORK).replace(tzinfo=None, fold=0) == wanted
    assert not due.astimezone(NEW_YORK).fold
    counted = elapsed(Unit.DAYS, start, due, calendar)
    assert timedelta(days=number) <= counted <= timedelta(days=number, hours=skipped)


@given(st.lists(st.one_of(instants, near_turns), min_size=3, max_size=3).map(sorted))
def test_days_count_on_where_clocks_are_turned(three: list[datetime]) -> None:
    a, b, c = three
    calendar = Calendar(NEW_YORK)
    parts = [elapsed(Unit.DAYS, a, b, calendar), elapsed(Unit.DAYS, b, c, calendar)]
    assert min(parts) >= NOTHING
    assert elapsed(Unit.DAYS, a, c, calendar) == sum(parts, NOTHING)


@pytest.mark.parametrize("unit", [Unit.URGENT_HOURS, Unit.DAYS])
def test_what_always_runs_needs_no_calendar(unit: Unit) -> None:
    start = datetime(2031, 2, 3, 4, tzinfo=UTC)
    hours = 24 if unit is Unit.DAYS else 1
    due = deadline(Limit(Decimal("1.5"), unit), start, Calendar(NEW_YORK))
    assert due == start + timedelta(hours=1.5 * hours)
    assert elapsed(unit, start, due, Calendar(NEW_YORK)) == due - start
