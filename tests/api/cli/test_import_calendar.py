"""`./wangge import --as calendar`: a notice's table, what it changes, and what keeps a year out."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import psycopg
import pytest

from api.demo import FOLDER
from tests.api.cli.test_import_kinds import workbook
from tests.api.test_import_command import run

CALENDAR = FOLDER / "calendar.csv"
SHEET: list[list[object]] = [
    ["2026年节假日安排"],
    ["日期", "结束日期", "类型", "节日"],
    [datetime.date(2026, 1, 1), datetime.date(2026, 1, 3), "休", "元旦"],
    ["2026年1月4日（星期日）", "", "班", "元旦"],
    ["2026/2/15", "2026/2/23", "休", "春节"],
    ["2026-02-14", "", "调休", "春节"],
    ["注：其他假期另行通知"],
]
MAP = ("--map", "date=日期,kind=类型,name=节日,last=结束日期")


@pytest.fixture
def url(toytown_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    return toytown_url


def kept(url: str) -> list[tuple[int, int, int, str]]:
    with psycopg.connect(url) as connection:
        statement = (
            "select year, version, (select count(*)::int from jsonb_object_keys(days)), hours "
            "from calendar_years order by 1, 2"
        )
        return connection.execute(statement).fetchall()


def test_a_dry_run_stores_nothing_and_commit_stores_the_years(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", CALENDAR, "--as", "calendar") == 0
    said = capsys.readouterr().out
    assert "calendar 2026, version 1: 33 days off, 6 worked to make up, hours 08:00-12:00 14:00-18:00." in said
    assert "Nothing stored: add --commit." in said
    assert kept(url) == []
    assert run("import", CALENDAR, "--as", "calendar", "--commit") == 0
    usual = "08:00-12:00 14:00-18:00"
    assert kept(url) == [(2025, 1, 33, usual), (2026, 1, 39, usual)]
    with psycopg.connect(url) as connection:
        traced = connection.execute("select subject from traces where event = 'imported' order by place").fetchall()
    assert traced == [("calendar:2025",), ("calendar:2026",)]
    capsys.readouterr()
    assert run("import", CALENDAR, "--as", "calendar", "--commit") == 0
    assert capsys.readouterr().out.count("Nothing changes.") == 2
    assert len(kept(url)) == 2


def test_a_sheet_as_people_keep_it(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = workbook(tmp_path / "c.xlsx", SHEET, ("A1:D1",))
    assert run("import", file, "--as", "calendar") == 0
    assert "date=日期,kind=类型,name=节日,last=结束日期" in capsys.readouterr().out
    assert run("import", file, "--as", "calendar", *MAP, "--hours", "8:30-12:00 13:30-17:30", "--commit") == 0
    said = capsys.readouterr().out
    assert "it says only '注：其他假期另行通知'" in said
    assert "12 days off, 2 worked to make up" in said
    assert kept(url) == [(2026, 1, 14, "08:30-12:00 13:30-17:30")]


def test_a_refused_row_keeps_its_year_out_and_is_written_to_be_mended(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = CALENDAR.read_text(encoding="utf-8").replace("2026-02-28,working", "2026-02-29,working")
    (tmp_path / "c.csv").write_text(lines, encoding="utf-8")
    refused = tmp_path / "refused.csv"
    assert run("import", tmp_path / "c.csv", "--as", "calendar", "--refused", refused, "--commit") == 0
    said = capsys.readouterr().out
    assert "calendar 2026: left as it is. A year is imported whole: mend its rows in the table." in said
    assert [year for year, *_ in kept(url)] == [2025]
    [row] = list(csv.DictReader(refused.open(encoding="utf-8-sig")))
    assert row["date"] == "2026-02-29"
    assert row["reason"] == ("date is '2026-02-29': there is no such day. Write a day of the calendar: 2026-01-31.")


def test_what_changes_is_shown_and_a_year_without_make_up_days_is_said(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", CALENDAR, "--as", "calendar", "--commit") == 0
    rows = [{"date": f"2026-05-0{day}", "kind": "holiday", "name": "劳动节"} for day in range(1, 7)]
    rows += [{"date": "2025-12-31", "kind": "holiday", "name": "元旦"}]
    (tmp_path / "c.json").write_text(json.dumps({"days": rows}), encoding="utf-8")
    capsys.readouterr()
    assert run("import", tmp_path / "c.json", "--as", "calendar", "--commit") == 0
    said = capsys.readouterr().out
    assert "calendar 2026, version 2: 6 days off, 0 worked to make up" in said
    assert "2026-05-06" in said
    assert "Clocks that run keep the version they were computed with." in said
    assert "Warning: no day of 2026 is worked" in said
    assert "calendar 2025: left as it is. The table has fewer than 5 days off in it." in said
    assert [(year, version) for year, version, *_ in kept(url)] == [(2025, 1), (2026, 1), (2026, 2)]


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--hours", "8-12"), "The working hours cannot be read."), (("--map", "date=天"), "no field '天'")],
)
def test_an_option_that_cannot_be_used_is_refused(
    url: str, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", CALENDAR, "--as", "calendar", *options) != 0
    assert said in capsys.readouterr().err
    assert kept(url) == []
