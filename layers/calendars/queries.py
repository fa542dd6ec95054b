"""Questions about calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.calendars.hours import read_hours
from layers.calendars.records import CalendarYear, StatedYear
from layers.calendars.tables import CalendarYearRow
from layers.calendars.working_time import Calendar
from layers.districts.records import District


async def calendar_of(
    connection: AsyncConnection, district: District, versions: Mapping[int, int] | None = None
) -> Calendar:
    """The calendar of a district: the newest version of each year, or the one named for it in `versions`."""
    if versions is None:
        years = await newest_years(connection, district)
    else:
        every = [_year(row) for row in await connection.execute(_versions(district))]
        years = {one.stated.year: one for one in every if versions.get(one.stated.year) == one.version}
    return Calendar(
        district.zone,
        {day: name for one in years.values() for day, name in one.stated.days.items()},
        {year: one.version for year, one in years.items()},
        {year: one.stated.hours for year, one in years.items()},
    )


async def newest_years(connection: AsyncConnection, district: District) -> dict[int, CalendarYear]:
    """The years a district's calendar covers, each in its newest version."""
    found = await connection.execute(_versions(district).ext(distinct_on(CalendarYearRow.year)))
    return {row.year: _year(row) for row in found}


def _versions(district: District) -> Select[int, int, dict[str, Any], str]:
    mine = select(CalendarYearRow.year, CalendarYearRow.version, CalendarYearRow.days, CalendarYearRow.hours)
    newest_first = CalendarYearRow.year, CalendarYearRow.version.desc()
    return mine.where(CalendarYearRow.district_id == district.id).order_by(*newest_first)


def _year(row: Any) -> CalendarYear:
    days = {date.fromisoformat(day): name for day, name in row.days.items()}
    return CalendarYear(row.version, StatedYear(row.year, days, read_hours(row.hours)))
