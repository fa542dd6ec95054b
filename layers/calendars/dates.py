"""Days and kinds of days as tables of holidays write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

#: 2026-01-01, 2026/1/1, 2026年1月1日, 20260101, and 1月1日 with a year beside it; then 00:00:00 or （星期四）.
_BEHIND = r"(?:[T ]00:00(?::00(?:\.0+)?)?)? ?[(]?(?:(?:星期|周)(?P<weekday>[一二三四五六日天]))?[)]?"
_FULL = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.]|年)(?P<month>\d{1,2})(?:(?P=mark)|月)(?P<day>\d{1,2})日?" + _BEHIND)
_PLAIN = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)" + _BEHIND)
_SHORT = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日?" + _BEHIND)
_WEEKDAYS = "一二三四五六日"
_SERIAL = re.compile(r"\d{5}")
_SPREADSHEET_BEGAN = date(1899, 12, 30)
_YEAR = re.compile(r"(\d{4})年?")
_YEAR_FIRST = re.compile(r"(\d{4})(?:\D|\d{4}(?!\d)|$)")

OFF = {"holiday", "off", "休", "休息", "休假", "放假", "假", "节假日", "法定节假日", "节日", "公休", "true"}
WORKED = {
    "working",
    "worked",
    "work",
    "make-up",
    "班",
    "上班",
    "补班",
    "调休",
    "调休上班",
    "调休补班",
    "工作日",
    "false",
}


class Unreadable(ValueError):  # noqa: N818 - named for what a text is
    """Why a text is no day, year or kind, and what to write instead."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


def read_day(text: str, year: int | None = None) -> date:
    """A day as people write it; `year` is the one a table states beside it.

    Raises:
        Unreadable: it is no day, its weekday is another one, or the years differ.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _FULL.fullmatch(plain) or _PLAIN.fullmatch(plain) or _SHORT.fullmatch(plain)
    if found is None:
        raise Unreadable(*_no_day(plain))
    own = int(found["year"]) if "year" in found.groupdict() else year
    if own is None:
        raise Unreadable("it says no year", "Write the year before it, or in a column year (年份).")
    if year is not None and own != year:
        raise Unreadable(f"the column of years says {year}", "Let both say the same.")
    try:
        day = date(own, int(found["month"]), int(found["day"]))
    except ValueError as error:
        raise Unreadable("there is no such day", "Write a day of the calendar: 2026-01-31.") from error
    weekday = found["weekday"]
    if weekday and _WEEKDAYS[day.weekday()] != weekday.replace("天", "日"):
        raise Unreadable(f"that day is a 星期{_WEEKDAYS[day.weekday()]}", "Correct the date, or its weekday.")
    return day


def _no_day(plain: str) -> tuple[str, str]:
    if _SERIAL.fullmatch(plain):
        meant = _SPREADSHEET_BEGAN + timedelta(days=int(plain))
        return f"it is a spreadsheet's number, perhaps for {meant}", "Format the column as a date, or write it out."
    return ("it is empty" if not plain else "it is no day"), "Write it as 2026-01-01, 2026/1/1 or 2026年1月1日."


def read_year(text: str) -> int | None:
    """The year a table states, None where it states none; raises `Unreadable`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _YEAR.fullmatch(plain)
    if plain and not found:
        raise Unreadable("it is no year", "Write four digits: 2026.")
    return int(found[1]) if found else None


def years_meant(*texts: str) -> set[int]:
    """The years that texts begin with, whatever follows."""
    found = (_YEAR_FIRST.match(unicodedata.normalize("NFKC", text).strip()) for text in texts)
    return {int(one[1]) for one in found if one}


def is_worked(text: str) -> bool:
    """Whether a kind of day means that it is worked, not that it is off; raises `Unreadable`."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in WORKED or plain in OFF:
        return plain in WORKED
    raise Unreadable("it is no kind of day", "Write 节假日 (holiday) or 调休 (working).")


def days_through(first: date, last: date) -> Iterator[date]:
    """Every day from the first through the last."""
    return (first + timedelta(days=nth) for nth in range((last - first).days + 1))
