"""From the rows of a table of holidays to years, each read as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from layers.calendars.dates import Unreadable, days_through, is_worked, read_day, read_year, years_meant
from layers.calendars.working_time import SATURDAY
from layers.read.rows import RefusedRow

NEEDED = ("date", "kind")
#: `last` ends a holiday of several days; `year` goes with dates such as 1月1日.
OPTIONAL = ("name", "last", "year")
#: Known names of the columns, in small letters.
NAMES: Mapping[str, Sequence[str]] = {
    "date": ("date", "day", "日期", "开始日期", "起始日期", "放假日期"),
    "kind": ("kind", "type", "isoffday", "类型", "类别", "性质", "休/班"),
    "name": ("name", "holiday", "名称", "节日", "节假日", "节日名称"),
    "last": ("last", "until", "结束日期", "截止日期"),
    "year": ("year", "年份", "年度", "年"),
}
USUAL_NAME = "节假日"
#: No holiday is as long; more is a mistake in one of its ends.
LONGEST_DAYS = 31
#: A year with fewer days off is a part of one, such as the last days of December in the list of the next year.
FEWEST_HOLIDAYS = 5
Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class CalendarRead:
    """What a table states: the days of each year that was read whole, and the rows that cannot be used.

    `broken` are years with such a row: none of their days is taken. A row without a readable year breaks all.
    """

    years: Mapping[int, Mapping[date, str | None]]
    refused: tuple[RefusedRow, ...]
    broken: tuple[int, ...]


@dataclass
class _Reading:
    days: dict[date, str | None] = field(default_factory=dict)
    stood: dict[date, int] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    breaks_all: bool = False

    def break_years(self, named: set[int]) -> None:
        """The years a refused row names are not read; where it names none it may be about any."""
        self.broken |= named
        self.breaks_all |= not named


class _BadCell(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, name: str, why: str, remedy: str) -> None:
        super().__init__(name, why, remedy)
        self.name, self.why, self.remedy = name, why, remedy


def read_calendar(rows: Iterable[Row], columns: Mapping[str, str], *, lost: Sequence[RefusedRow] = ()) -> CalendarRead:
    """Read a table of days, its rows by fields; `columns` gives the column of each field that has one.

    `lost` are rows that could not be read as rows; footnotes break no year.
    """
    reading = _Reading(refused=list(lost))
    for one in lost:
        named = _years_meant({name: one.cells.get(column, "") for name, column in columns.items()})
        if named or sum(map(bool, one.cells.values())) > 1:
            reading.break_years(named)
    for number, row in rows:
        try:
            _take(reading, number, row)
        except _BadCell as bad:
            column, value = columns.get(bad.name, bad.name), row.get(bad.name, "")
            reason = f"{column} is {value!r}: {bad.why}. {bad.remedy}"
            reading.refused.append(RefusedRow(number, reason, dict(row)))
            reading.break_years(_years_meant(row))
    years = sorted({day.year for day in reading.days} | reading.broken)
    broken = tuple(year for year in years if reading.breaks_all or year in reading.broken)
    whole = {year: {day: name for day, name in reading.days.items() if day.year == year} for year in years}
    refused = tuple(sorted(reading.refused, key=lambda row: row.number))
    return CalendarRead({year: days for year, days in whole.items() if year not in broken}, refused, broken)


def _take(reading: _Reading, number: int, row: Mapping[str, str]) -> None:
    first, last, worked = _span(row)
    for day in days_through(first, last):
        if day in reading.stood:
            raise _BadCell("date", f"{day} stands in row {reading.stood[day]} already", "Leave one of them out.")
    if worked and first.isoweekday() < SATURDAY:
        why = f"{first} is a weekday, which is worked anyway"
        raise _BadCell("kind", why, "Correct the date; a day that is off is 节假日 (holiday).")
    for day in days_through(first, last):
        reading.days[day] = None if worked else row.get("name", "").strip() or USUAL_NAME
        reading.stood[day] = number


def _span(row: Mapping[str, str]) -> tuple[date, date, bool]:
    """The first and the last day of a row, and whether they are worked."""
    name = "year"
    try:
        year = read_year(row.get("year", ""))
        name = "date"
        first = read_day(row["date"], year)
        name = "last"
        last = read_day(row["last"], year) if row.get("last", "").strip() else first
        name = "kind"
        worked = is_worked(row["kind"])
    except Unreadable as bad:
        raise _BadCell(name, bad.why, bad.remedy) from bad
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise _BadCell("last", f"no holiday goes from {first} to then", "Correct one of the two days.")
    if worked and first != last:
        raise _BadCell("last", "days that are worked are written one by one", "Give each a row.")
    return first, last, worked


def _years_meant(row: Mapping[str, str]) -> set[int]:
    return years_meant(row.get("year", ""), row.get("date", ""))
