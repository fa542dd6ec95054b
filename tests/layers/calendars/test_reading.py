"""Tables of holidays: what is read, what is refused row by row, and that no year is half read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from api.demo import FOLDER
from layers.calendars.dates import Unreadable, is_worked, read_day
from layers.calendars.day_files import read_day_file
from layers.calendars.reading import CalendarRead, read_calendar
from layers.read.refusals import UnreadableFile
from layers.read.rows import RefusedRow
from tests.layers.calendars.years import PUBLISHED

COLUMNS = {"date": "日期", "kind": "类型", "name": "节日", "last": "至", "year": "年份"}


def read(*rows: Mapping[str, str]) -> CalendarRead:
    return read_calendar(enumerate(rows, 1), COLUMNS)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        *(("2026-02-14", None), ("2026/2/14", None), ("2026.2.14", None), ("2026年2月14日", None), ("20260214", None)),
        *(("２０２６－０２－１４", None), ("2026-02-14T00:00:00", None), ("2026-02-14 00:00:00", None)),
        *(("2月14日", 2026), ("02月14", 2026), ("2026年2月14日（星期六）", None), ("2月14日(周六)", 2026)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, year: int | None) -> None:
    assert read_day(text, year) == date(2026, 2, 14)


@pytest.mark.parametrize(
    ("text", "year", "why"),
    [
        ("", None, "empty"),
        ("2月14日", None, "no year"),
        ("2025-02-14", 2026, "column of years"),
        ("2026-02-30", None, "no such day"),
        ("2026-02/14", None, "no day"),
        ("14.2.2026", None, "no day"),
        ("2026-02-14 08:00:00", None, "no day"),
        ("2026-02-14（星期日）", None, "星期六"),
        ("46067", None, "perhaps for 2026-02-14"),
        ("2月14日至23日", 2026, "no day"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text: str, year: int | None, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as refused:
        read_day(text, year)
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["working", "调休", "班", "补班", "上班", "False", " 工作日 "])
def test_kinds_that_are_worked(text: str) -> None:
    assert is_worked(text)


@pytest.mark.parametrize("text", ["holiday", "节假日", "休", "放假", "True"])
def test_kinds_that_are_off(text: str) -> None:
    assert not is_worked(text)


def test_what_is_no_kind_is_refused() -> None:
    with pytest.raises(Unreadable, match="no kind"):
        is_worked("半天")


def test_holidays_and_days_worked_for_them() -> None:
    found = read(
        {"date": "2月15日", "last": "2月17日", "year": "2026年", "kind": "休", "name": "春节"},
        {"date": "2026-02-14", "last": "", "year": "", "kind": "班", "name": "春节调休"},
        {"date": "2025-12-31", "kind": "holiday", "name": " "},
    )
    assert found.years == {
        2025: {date(2025, 12, 31): "节假日"},
        2026: {**{date(2026, 2, day): "春节" for day in (15, 16, 17)}, date(2026, 2, 14): None},
    }
    assert not found.refused
    assert not found.broken


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"date": "2026-02-31"}, "日期 is '2026-02-31': there is no such day. Write"),
        ({"kind": "也许"}, "类型 is '也许': it is no kind of day. Write 节假日 (holiday) or 调休 (working)."),
        ({"date": "2026-02-16", "kind": "班"}, "类型 is '班': 2026-02-16 is a weekday, which is worked anyway."),
        ({"last": "2026-02-13"}, "至 is '2026-02-13': no holiday goes from 2026-02-14 to then."),
        ({"last": "2026-04-01"}, "至 is '2026-04-01': no holiday goes from 2026-02-14 to then."),
        ({"last": "2026-02-15", "kind": "班"}, "written one by one"),
        ({"date": "2026-05-01"}, "日期 is '2026-05-01': 2026-05-01 stands in row 1 already."),
        ({"year": "26"}, "年份 is '26': it is no year."),
    ],
)
def test_a_refused_row_names_its_column_value_and_remedy_and_its_year_stays(row: dict[str, str], said: str) -> None:
    found = read(
        {"date": "2026-05-01", "kind": "休", "name": "劳动节"},
        {"date": "2026-02-14", "kind": "休"} | row,
        {"date": "2025-05-01", "kind": "休", "name": "劳动节"},
    )
    [refused] = found.refused
    assert refused.number == 2
    assert said in refused.reason
    assert refused.reason.endswith(".")
    assert (list(found.years), found.broken) == ([2025], (2026,))


def test_a_row_of_two_years_breaks_both() -> None:
    rows: list[dict[str, str]] = [{"date": f"{year}-05-01", "kind": "休"} for year in (2024, 2025, 2026)]
    found = read(*rows, {"date": "2026-02-14", "year": "2025", "kind": "休"})
    assert (list(found.years), found.broken) == ([2024], (2025, 2026))
    assert "the column of years says 2025" in found.refused[0].reason


def test_a_row_without_a_year_breaks_all_years_and_a_footnote_none() -> None:
    good: dict[str, str] = {"date": "2026-05-01", "kind": "休"}
    found = read(good, {"date": "某天", "kind": "休"})
    assert (found.years, found.broken) == ({}, (2026,))
    note = RefusedRow(3, "it says only '注'", {"日期": "注：以上为公布数", "类型": ""})
    found = read_calendar([(1, good)], COLUMNS, lost=[note])
    assert list(found.years) == [2026]
    assert not found.broken
    assert found.refused == (note,)
    lost = RefusedRow(3, "one cell stands for both", {"日期": "2026-05-02", "类型": "休"})
    found = read_calendar([(1, good)], COLUMNS, lost=[lost])
    assert (found.years, found.broken) == ({}, (2026,))


def test_the_demo_has_the_calendar_as_it_was_published() -> None:
    with (FOLDER / "calendar.csv").open(encoding="utf-8") as lines:
        found = read_calendar(enumerate(csv.DictReader(lines), 1), {})
    assert not found.refused
    assert {day: name for days in found.years.values() for day, name in days.items()} == PUBLISHED
    assert found.years.keys() == {2025, 2026}


TOML = """
hours = "08:30-12:00 13:30-17:30"
days = [
    { date = 2026-02-15, last = 2026-02-17, kind = "holiday", name = "春节" },
    { date = "2026-02-14", kind = "调休" },
]
"""
JSON = """{"year": 2026, "papers": [], "days": [
    {"name": "春节", "date": "2026-02-14", "isOffDay": false},
    {"name": "春节", "date": "2026-02-15", "isOffDay": true}
]}"""


def test_a_file_of_toml_or_json_holds_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TOML, encoding="utf-8")
    file = read_day_file(tmp_path / "a.toml")
    assert file.hours == "08:30-12:00 13:30-17:30"
    days = {date(2026, 2, day): "春节" for day in (15, 16, 17)}
    assert read_calendar(file.rows, {}).years == {2026: {**days, date(2026, 2, 14): None}}
    (tmp_path / "a.json").write_text(JSON, encoding="utf-8")
    file = read_day_file(tmp_path / "a.json")
    assert read_calendar(file.rows, {}).years == {2026: {date(2026, 2, 14): None, date(2026, 2, 15): "春节"}}
    assert file.hours is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{", "cannot be read"),
        ("a.toml", "days = 3", "holds no list of days"),
        ("a.json", "[]", "holds no list of days"),
        ("a.json", '{"days": [1]}', "holds no list of days"),
        ("a.json", "[" * 100_000, "cannot be read"),
        ("a.json", " " * 1_100_000, "larger"),
        ("b.json", None, "is no file"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said) as refused:
        read_day_file(tmp_path / name)
    assert name in refused.value.message
    assert refused.value.remedy
