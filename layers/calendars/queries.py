"""Questions about calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.calendars.tables import CalendarYearRow
from layers.calendars.working_time import Calendar
from layers.districts.records import District


async def calendar_of(
    connection: AsyncConnection, district: District, versions: Mapping[int, int] | None = None
) -> Calendar:
    """The calendar of a district: the newest version of each year, or the one named for it in `versions`."""
    statement = (
        select(CalendarYearRow.year, CalendarYearRow.version, CalendarYearRow.days)
        .where(CalendarYearRow.district_id == district.id)
        .order_by(CalendarYearRow.year, CalendarYearRow.version.desc())
    )
    if versions is None:
        rows = (await connection.execute(statement.ext(distinct_on(CalendarYearRow.year)))).all()
    else:
        rows = [row for row in await connection.execute(statement) if versions.get(row.year) == row.version]
    days = {date.fromisoformat(day): name for row in rows for day, name in row.days.items()}
    return Calendar(district.zone, days, {row.year: row.version for row in rows})
