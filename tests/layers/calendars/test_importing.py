"""Calendars in the database: versions that are never altered, and deadlines computed again from the one they used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.calendars.hours import read_hours
from layers.calendars.importing import CalendarImported, import_calendar
from layers.calendars.limits import read_limit
from layers.calendars.queries import calendar_of, newest_years
from layers.calendars.reading import CalendarRead
from layers.calendars.working_time import USUAL_HOURS, Hours, NoCalendar, deadline
from layers.districts.queries import district as district_of
from layers.districts.records import District
from tests.layers.calendars.years import PUBLISHED

NOW = datetime(2026, 1, 5, tzinfo=UTC)
YEARS = {year: {day: name for day, name in PUBLISHED.items() if day.year == year} for year in (2025, 2026)}


@pytest.fixture
async def town(toytown: AsyncConnection) -> District:
    return await district_of(toytown, None)


async def stored(
    connection: AsyncConnection,
    district: District,
    years: Mapping[int, Mapping[date, str | None]],
    hours: Hours | None = None,
) -> CalendarImported:
    read = CalendarRead(years, (), ())
    return await import_calendar(connection, district=district, read=read, hours=hours, actor="test", now=NOW)


async def test_the_calendar_comes_back_as_it_was_imported(toytown: AsyncConnection, town: District) -> None:
    done = await stored(toytown, town, YEARS)
    assert [(one.version, one.before, one.is_unchanged) for one in done.years] == [(1, None, False)] * 2
    calendar = await calendar_of(toytown, town)
    assert (calendar.days, calendar.versions) == (PUBLISHED, {2025: 1, 2026: 1})
    assert calendar.zone == town.zone
    assert calendar.hours_in(2026) == USUAL_HOURS
    start = datetime(2026, 2, 12, 8, 30, tzinfo=UTC)
    assert deadline(read_limit("5工作日"), start, calendar) == datetime(2026, 2, 26, 8, 30, tzinfo=UTC)


async def test_the_same_year_again_changes_nothing(toytown: AsyncConnection, town: District) -> None:
    await stored(toytown, town, YEARS)
    again = await stored(toytown, town, YEARS)
    assert [(one.version, one.is_unchanged, one.changes) for one in again.years] == [(1, True, {})] * 2
    assert {one.version for one in (await newest_years(toytown, town)).values()} == {1}


async def test_another_year_leaves_the_first_and_an_altered_one_is_a_new_version(
    toytown: AsyncConnection, town: District
) -> None:
    await stored(toytown, town, {2025: YEARS[2025]})
    start = datetime(2025, 5, 4, 1, tzinfo=UTC)
    limit = read_limit("1工作日")
    with pytest.raises(NoCalendar):
        (await calendar_of(toytown, town)).is_worked(date(2026, 1, 5))
    altered = {**YEARS[2025], date(2025, 5, 6): "劳动节", date(2025, 4, 27): "劳动节"}
    del altered[date(2025, 1, 1)]
    [one] = (await stored(toytown, town, {2025: altered})).years
    assert (one.version, one.is_unchanged) == (2, False)
    assert one.changes == {
        date(2025, 1, 1): ("元旦", None),
        date(2025, 4, 27): ("worked", "劳动节"),
        date(2025, 5, 6): (None, "劳动节"),
    }
    newest, first = await calendar_of(toytown, town), await calendar_of(toytown, town, {2025: 1})
    assert (newest.versions, first.versions) == ({2025: 2}, {2025: 1})
    assert deadline(limit, start, newest) - deadline(limit, start, first) == timedelta(days=1)


async def test_hours_belong_to_a_version_and_are_carried_into_the_next_year(
    toytown: AsyncConnection, town: District
) -> None:
    short = read_hours("08:30-12:00 13:30-17:00")
    await stored(toytown, town, {2025: YEARS[2025]})
    [one] = (await stored(toytown, town, {2025: YEARS[2025]}, short)).years
    assert (one.version, one.is_unchanged, one.changes) == (2, False, {})
    [later] = (await stored(toytown, town, {2026: YEARS[2026]})).years
    assert later.after.hours == short
    calendar, former = await calendar_of(toytown, town), await calendar_of(toytown, town, {2025: 1})
    assert (calendar.hours_in(2025), calendar.hours_in(2026)) == (short, short)
    assert former.hours_in(2025) == USUAL_HOURS


async def test_a_few_days_are_no_year(toytown: AsyncConnection, town: District) -> None:
    done = await stored(
        toytown, town, {2026: YEARS[2026], 2025: {date(2025, 12, 31): "元旦", date(2025, 12, 28): None}}
    )
    assert ([one.after.year for one in done.years], done.parts) == ([2026], (2025,))
    assert (await newest_years(toytown, town)).keys() == {2026}


async def test_a_version_is_never_altered(toytown: AsyncConnection, town: District) -> None:
    await stored(toytown, town, YEARS)
    for statement in ("update calendar_years set days = '{}'", "delete from calendar_years"):
        with pytest.raises(DBAPIError):
            async with toytown.begin_nested():
                await toytown.execute(text(statement))
    assert (await calendar_of(toytown, town)).days == PUBLISHED


async def test_the_digest_is_of_the_content(toytown: AsyncConnection, town: District) -> None:
    done = await stored(toytown, town, YEARS)
    digests = (await toytown.execute(text("select digest from calendar_years order by year"))).scalars().all()
    assert digests == [one.after.digest for one in done.years]
    assert len({*digests, *(one.after.digest for one in done.years)}) == 2
