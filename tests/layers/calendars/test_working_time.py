"""Clocks over years as they were published: nights, weekends, holidays, make-up days, year ends, pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from layers.calendars.hours import BadHours, hours_text, read_hours
from layers.calendars.limits import Unit, read_limit
from layers.calendars.proofs import NO_CALENDAR, Proof, proof, stretches
from layers.calendars.working_time import USUAL_HOURS, Calendar, NoCalendar, deadline, elapsed, length
from tests.layers.calendars.years import CALENDAR, PUBLISHED, SHANGHAI


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def due(limit: str, start: str, *pauses: tuple[str, str], calendar: Calendar = CALENDAR) -> str:
    paused = [(local(begins), local(ends)) for begins, ends in pauses]
    found = deadline(read_limit(limit), local(start), calendar, pauses=paused)
    assert found.tzinfo is UTC
    return found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("limit", "start", "ends"),
    [
        # An ordinary week: Monday 2026-03-02.
        ("4工作时", "2026-03-02 08:00", "2026-03-02 12:00"),
        ("5工作时", "2026-03-02 08:00", "2026-03-02 15:00"),
        ("1工作日", "2026-03-02 10:30", "2026-03-03 10:30"),
        ("1工作日", "2026-03-02 08:00", "2026-03-02 18:00"),
        ("半个工作日", "2026-03-02 14:00", "2026-03-02 18:00"),
        # At midday, at night and on a Saturday the clock waits for the next working time.
        ("1工作时", "2026-03-02 12:30", "2026-03-02 15:00"),
        ("1工作时", "2026-03-02 12:00", "2026-03-02 15:00"),
        ("1工作日", "2026-03-02 18:00", "2026-03-03 18:00"),
        ("1工作日", "2026-03-02 23:59", "2026-03-03 18:00"),
        ("1工作日", "2026-03-03 05:00", "2026-03-03 18:00"),
        ("1工作时", "2026-03-07 10:00", "2026-03-09 09:00"),
        ("1工作日", "2026-03-06 16:00", "2026-03-09 16:00"),
        # Spring Festival 2026: 15–23 February off, Saturdays 14 and 28 worked.
        ("1工作日", "2026-02-13 16:00", "2026-02-14 16:00"),
        ("2工作日", "2026-02-13 16:00", "2026-02-24 16:00"),
        ("5工作日", "2026-02-12 16:30", "2026-02-26 16:30"),
        ("5工作日", "2026-02-20 09:00", "2026-02-28 18:00"),
        ("4工作时", "2026-02-20 09:00", "2026-02-24 12:00"),
        # National Day 2025: the Sunday before and the Saturday after are worked.
        ("1工作日", "2025-09-27 12:00", "2025-09-28 18:00"),
        ("3工作日", "2025-09-30 08:00", "2025-10-10 18:00"),
        ("3工作日", "2025-09-30 09:00", "2025-10-11 09:00"),
        # The end of 2025: 1–3 January off, Sunday 4 January worked.
        ("4工作时", "2025-12-31 16:00", "2026-01-04 10:00"),
        ("1工作日", "2025-12-31 08:00", "2025-12-31 18:00"),
        ("2工作日", "2025-12-31 08:00", "2026-01-04 18:00"),
        # Night and day, and days of the calendar.
        ("2紧急工作时", "2026-02-16 23:30", "2026-02-17 01:30"),
        ("3自然日", "2026-02-14 16:10", "2026-02-17 16:10"),
        ("1自然日", "2026-12-31 16:10", "2027-01-01 16:10"),
        ("0.5紧急工作时", "2026-12-31 23:45", "2027-01-01 00:15"),
    ],
)
def test_a_limit_runs_out(limit: str, start: str, ends: str) -> None:
    assert due(limit, start) == ends


@pytest.mark.parametrize(
    ("limit", "start", "pauses", "ends"),
    [
        ("1工作日", "2026-03-02 10:00", [("2026-03-02 16:00", "2026-03-03 10:00")], "2026-03-03 16:00"),
        # Where nothing counted, a pause takes nothing.
        ("1工作日", "2026-03-02 10:00", [("2026-03-02 18:00", "2026-03-03 08:00")], "2026-03-03 10:00"),
        # Over a holiday.
        ("2工作日", "2026-02-13 10:00", [("2026-02-14 12:00", "2026-02-25 08:00")], "2026-02-25 16:00"),
        # Before the start, and after the end.
        ("1工作日", "2026-03-02 10:00", [("2026-02-01 10:00", "2026-03-02 10:00")], "2026-03-03 10:00"),
        ("1工作日", "2026-03-02 10:00", [("2026-03-03 10:00", "2026-03-04 10:00")], "2026-03-03 10:00"),
        # After the end, in a year that nobody imported.
        ("1工作日", "2026-03-02 10:00", [("2027-05-01 10:00", "2027-05-02 10:00")], "2026-03-03 10:00"),
        # One that ends before it begins is none.
        ("1工作日", "2026-03-02 10:00", [("2026-03-02 17:00", "2026-03-02 15:00")], "2026-03-03 10:00"),
        # Across the start.
        ("1工作日", "2026-03-02 10:00", [("2026-03-01 10:00", "2026-03-02 11:00")], "2026-03-03 11:00"),
        # A second one lies where only the first one moved the deadline to.
        (
            "4工作时",
            "2026-03-02 08:00",
            [("2026-03-02 11:00", "2026-03-02 14:30"), ("2026-03-02 15:00", "2026-03-03 09:00")],
            "2026-03-03 09:30",
        ),
        ("2紧急工作时", "2026-03-02 10:00", [("2026-03-02 11:00", "2026-03-05 11:00")], "2026-03-05 12:00"),
        ("3自然日", "2026-03-02 10:00", [("2026-03-03 10:00", "2026-03-03 15:00")], "2026-03-05 15:00"),
        # Through a year that nobody imported, and nothing counts in it.
        ("1工作日", "2026-12-31 14:00", [("2026-12-31 16:00", "2028-01-03 08:00")], "2028-01-03 16:00"),
    ],
)
def test_a_pause_does_not_count(limit: str, start: str, pauses: list[tuple[str, str]], ends: str) -> None:
    later = Calendar(SHANGHAI, PUBLISHED, {2025: 1, 2026: 1, 2028: 1})
    assert due(limit, start, *pauses, calendar=later) == ends


@pytest.mark.parametrize(
    ("limit", "start", "year"),
    [
        ("1工作时", "2026-12-31 17:30", 2027),
        ("1工作日", "2026-12-31 20:00", 2027),
        ("300工作日", "2026-06-01 08:00", 2027),
        ("1工作日", "2024-12-31 10:00", 2024),
        ("1工作时", "2030-01-01 00:00", 2030),
    ],
)
def test_a_year_without_a_calendar_is_an_error_that_says_so(limit: str, start: str, year: int) -> None:
    with pytest.raises(NoCalendar) as refused:
        due(limit, start)
    assert (refused.value.year, refused.value.value, refused.value.field) == (year, year, "calendar")
    assert str(year) in refused.value.message
    assert "./wangge import FILE --as calendar" in (refused.value.remedy or "")
    with pytest.raises(NoCalendar):
        elapsed(Unit.WORKING_HOURS, local("2025-06-01"), local("2027-01-04 09:00"), CALENDAR)
    with pytest.raises(NoCalendar):
        CALENDAR.is_worked(date(2027, 1, 4))


def test_the_last_working_minute_of_the_covered_years_needs_no_further_one() -> None:
    assert due("1工作日", "2026-12-31 08:00") == "2026-12-31 18:00"
    assert due("1工作日", "2025-12-31 08:00", calendar=Calendar(SHANGHAI, PUBLISHED, {2025: 1})) == "2025-12-31 18:00"


def test_a_working_day_is_as_long_as_its_hours() -> None:
    summer = Calendar(SHANGHAI, PUBLISHED, {2025: 1, 2026: 1}, {2026: read_hours("08:30-12:00 14:30-17:30")})
    assert length(read_limit("1工作日"), local("2026-03-02 10:00"), summer) == timedelta(hours=6.5)
    assert due("1工作日", "2026-03-02 08:00", calendar=summer) == "2026-03-02 17:30"
    # A limit that starts in one year counts that year's days as hours, in the hours of the next one.
    assert due("1工作日", "2025-12-31 18:00", calendar=summer) == "2026-01-05 10:00"


def test_working_hours_may_end_with_the_day() -> None:
    late = Calendar(SHANGHAI, PUBLISHED, {2026: 1}, {2026: read_hours("00:00-02:00 20:00-24:00")})
    assert due("1工作日", "2026-03-02 21:00", calendar=late) == "2026-03-03 21:00"
    assert due("5工作时", "2026-03-02 21:00", calendar=late) == "2026-03-03 02:00"


@pytest.mark.parametrize("text", ["08:00-12:00 14:00-18:00", "00:00-24:00", "08:30-17:05", "00:00-02:00 20:00-24:00"])
def test_working_hours_are_read_as_they_are_written(text: str) -> None:
    assert hours_text(read_hours(text)) == text
    assert read_hours("8:00至12:00，14：00～18：00") == USUAL_HOURS


@pytest.mark.parametrize(
    "text",
    ["", "8-12", "12:00-08:00", "08:00-12:00 11:00-18:00", "08:00-12:00 12:00-18:00", "20:00-24:30", "08:00-08:60"],
)
def test_hours_that_no_day_has_are_refused(text: str) -> None:
    with pytest.raises(BadHours) as refused:
        read_hours(text)
    assert (refused.value.field, refused.value.value) == ("hours", text)
    assert read_hours(str(refused.value.remedy).removeprefix("Write them in their order, within one day: ")[:-1])


def test_the_proof_of_a_suspension_over_a_holiday() -> None:
    shown = proof(
        read_limit("2工作日"),
        local("2026-02-13 16:30"),
        CALENDAR,
        pauses=[(local("2026-02-14 10:00"), local("2026-02-24 10:00"))],
    )
    assert str(shown) == "\n".join(
        [
            "2 working_days: 2026-02-13 16:30 to 2026-02-25 16:30, Asia/Shanghai",
            "  Fri 2026-02-13 16:30  Fri 2026-02-13 18:00  counted",
            "  Fri 2026-02-13 18:00  Sat 2026-02-14 08:00  outside_hours",
            "  Sat 2026-02-14 08:00  Sat 2026-02-14 10:00  counted",
            "  Sat 2026-02-14 10:00  Tue 2026-02-24 10:00  paused",
            "  Tue 2026-02-24 10:00  Tue 2026-02-24 12:00  counted",
            "  Tue 2026-02-24 12:00  Tue 2026-02-24 14:00  midday",
            "  Tue 2026-02-24 14:00  Tue 2026-02-24 18:00  counted",
            "  Tue 2026-02-24 18:00  Wed 2026-02-25 08:00  outside_hours",
            "  Wed 2026-02-25 08:00  Wed 2026-02-25 12:00  counted",
            "  Wed 2026-02-25 12:00  Wed 2026-02-25 14:00  midday",
            "  Wed 2026-02-25 14:00  Wed 2026-02-25 16:30  counted",
            "counted 16 h 00 min of 16 h 00 min",
        ]
    )  # fmt: skip


def test_a_proof_names_the_holiday_and_tells_weekends_from_it() -> None:
    shown = proof(read_limit("1工作时"), local("2025-10-08 09:00"), CALENDAR)
    assert [one.why for one in shown.stretches] == ["国庆节、中秋节", "outside_hours", "counted"]
    shown = proof(read_limit("1工作时"), local("2026-03-07 09:00"), CALENDAR)
    assert [one.why for one in shown.stretches] == ["weekend", "outside_hours", "counted"]


def test_a_proof_until_now_shows_what_has_counted_so_far() -> None:
    shown = proof(read_limit("2工作日"), local("2026-03-02 09:00"), CALENDAR, until=local("2026-03-02 15:00:30"))
    assert isinstance(shown, Proof)
    assert str(shown).endswith("counted 4 h 00 min 30 s of 16 h 00 min")


def test_what_lies_in_a_year_without_a_calendar_is_told_as_that() -> None:
    found = stretches(Unit.WORKING_HOURS, local("2026-12-31 17:00"), local("2027-01-05 09:00"), CALENDAR)
    assert [(one.counted, one.why) for one in found] == [
        (True, "counted"),
        (False, "outside_hours"),
        (False, NO_CALENDAR),
    ]
    assert found[-1].start == local("2027-01-01 00:00")


def test_the_smallest_limit_is_more_than_nothing() -> None:
    start = local("2026-03-02 12:00")
    tiny = read_limit("0.000000000001工作时")
    assert deadline(tiny, start, CALENDAR) == local("2026-03-02 14:00") + timedelta(microseconds=1)


def test_a_minute_of_the_published_years_counts_as_the_calendar_says() -> None:
    days = [date(2025, 1, 1) + timedelta(days=nth) for nth in range(730)]
    # 248 working days in 2025 and in 2026, as the notices of the State Council's office come to.
    assert [sum(CALENDAR.is_worked(day) for day in days if day.year == year) for year in (2025, 2026)] == [248, 248]
    whole = elapsed(Unit.WORKING_HOURS, local("2025-01-01"), local("2026-12-31 23:59:59"), CALENDAR)
    assert whole == 496 * timedelta(hours=8)
