"""Importing calendars: each year a table states whole becomes a new version, and none that is in use is altered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.calendars.hours import hours_text
from layers.calendars.queries import newest_years
from layers.calendars.reading import FEWEST_HOLIDAYS, CalendarRead
from layers.calendars.records import CalendarYear, StatedYear
from layers.calendars.tables import CalendarYearRow
from layers.calendars.working_time import USUAL_HOURS, Hours
from layers.districts.records import District
from layers.districts.tables import DistrictRow

WORKED = "worked"


@dataclass(frozen=True, slots=True)
class YearImported:
    """A year of a table beside what was stored of it, and its version: the old one where nothing differs."""

    version: int
    before: StatedYear | None
    after: StatedYear

    @property
    def is_unchanged(self) -> bool:
        """Whether it was stored like this already."""
        return self.before is not None and self.before.digest == self.after.digest

    @property
    def changes(self) -> dict[date, tuple[str | None, str | None]]:
        """Days that differ, with what they were and are: a holiday's name, `worked`, None for a day like others."""
        before, after = _told(self.before.days if self.before else {}), _told(self.after.days)
        every = sorted(before.keys() | after.keys())
        return {day: (before.get(day), after.get(day)) for day in every if before.get(day) != after.get(day)}


@dataclass(frozen=True, slots=True)
class CalendarImported:
    """What importing a calendar came to; `parts` are years of which the table states too few days to be all."""

    years: tuple[YearImported, ...]
    parts: tuple[int, ...]


async def import_calendar(
    connection: AsyncConnection,
    *,
    district: District,
    read: CalendarRead,
    hours: Hours | None = None,
    actor: str,
    now: datetime,
) -> CalendarImported:
    """Store the years that were read whole; clocks that run keep the versions they were computed with.

    Without `hours` a year keeps its own, else it has those of the last year that is stored.
    """
    # One import at a time: versions are numbered without a gap.
    await connection.execute(select(DistrictRow.id).where(DistrictRow.id == district.id).with_for_update())
    stored = await newest_years(connection, district)
    whole = {year: days for year, days in read.years.items() if _holidays(days) >= FEWEST_HOLIDAYS}
    years = tuple(
        _beside(StatedYear(year, days, hours or _hours(stored, year)), stored) for year, days in whole.items()
    )
    rows = [_row(one, district, actor, now) for one in years if not one.is_unchanged]
    if rows:
        await connection.execute(insert(CalendarYearRow), rows)
    return CalendarImported(years, tuple(sorted(read.years.keys() - whole.keys())))


def _holidays(days: Mapping[date, str | None]) -> int:
    return sum(name is not None for name in days.values())


def _hours(stored: Mapping[int, CalendarYear], year: int) -> Hours:
    one = stored.get(year) or stored.get(max(stored, default=year))
    return one.stated.hours if one else USUAL_HOURS


def _beside(after: StatedYear, stored: Mapping[int, CalendarYear]) -> YearImported:
    before = stored.get(after.year)
    if before is None:
        return YearImported(1, None, after)
    is_same = before.stated.digest == after.digest
    return YearImported(before.version + (not is_same), before.stated, after)


def _row(one: YearImported, district: District, actor: str, now: datetime) -> dict[str, object]:
    return {
        "district_id": district.id,
        "year": one.after.year,
        "version": one.version,
        "days": one.after.stored_days,
        "hours": hours_text(one.after.hours),
        "digest": one.after.digest,
        "made_by": actor,
        "made_at": now,
    }


def _told(days: Mapping[date, str | None]) -> dict[date, str]:
    return {day: WORKED if name is None else name for day, name in days.items()}
