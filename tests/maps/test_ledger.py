"""The ledger of grids in words, and on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from geo.four_bounds import Side
from layers.roster.ledger import Answers, Ledger, LedgerRow
from maps.ledger import COLUMNS, WIDTHS, WORDS, cells, headings, ledger_page

ROW = LedgerRow(
    code="990101001001001",
    name="<一>网格",
    parents=("西街道", "西一社区"),
    bounds={Side.EAST: ("二", None), Side.SOUTH: ("三",), Side.WEST: (None,), Side.NORTH: (None,)},
    area_m2=43_210.6,
    households=None,
    residents=1165,
    people=(Answers("A", "W1", "grid_worker"), Answers("O", "I1", "information_officer"), Answers("D", "X", "巡逻员")),
)


def ledger(*rows: LedgerRow) -> Ledger:
    return Ledger("玩具城", "网格", "Grid", 3, date(2026, 1, 2), rows)


def rows_of(streets: int, cells_each: int) -> list[LedgerRow]:
    return [replace(ROW, parents=(f"街道{place}", "社区")) for place in range(streets) for _ in range(cells_each)]


def test_a_row_in_chinese() -> None:
    said = dict(zip(headings("zh"), cells(ROW, "zh"), strict=True))
    assert said == {
        "编码": "990101001001001",
        "名称": "<一>网格",
        "所属": "西街道 › 西一社区",
        "东至": "二、区界",
        "南至": "三",
        "西至": "区界",
        "北至": "区界",
        "面积（m²）": 43_211,
        "户数": None,
        "人口": 1165,
        "责任人": "A角 W1 网格员；信息员 I1；值班 X 巡逻员",
    }


def test_a_row_in_english_and_a_cell_without_anybody() -> None:
    said = dict(zip(headings("en"), cells(replace(ROW, people=()), "en"), strict=True))
    assert (said["East"], said["Who answers"]) == ("二, district's edge", "nobody")


def test_every_column_has_a_heading_and_a_width() -> None:
    assert set(COLUMNS) <= set(WORDS["zh"])
    assert len(WIDTHS) == len(COLUMNS)


def test_the_page_escapes_names_counts_cells_and_loads_nothing() -> None:
    page = ledger_page(ledger(*rows_of(2, 3)), "zh")
    assert "&lt;一&gt;网格" in page
    assert "共 6 个网格" in page
    assert page.count("<section>") == 2
    assert not re.search(r"(src|href)=|url\(|@import", page)


def test_a_district_without_levels_between_is_one_list() -> None:
    page = ledger_page(ledger(replace(ROW, parents=())), "zh")
    assert page.count("<section>") == 1
    assert "<h2>" not in page


@pytest.mark.browser
def test_on_paper_each_street_begins_a_sheet_of_a4_across(page: Page, tmp_path: Path) -> None:
    (tmp_path / "ledger.html").write_text(ledger_page(ledger(*rows_of(3, 40)), "zh"), encoding="utf-8")
    page.goto((tmp_path / "ledger.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert sheets >= 6
    assert sheets % 3 == 0
    sizes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert {(round(float(wide) / 10), round(float(high) / 10)) for wide, high in sizes} == {(84, 59)}


@pytest.mark.browser
def test_on_a_narrow_screen_the_table_scrolls_and_the_page_does_not(page: Page, tmp_path: Path) -> None:
    (tmp_path / "ledger.html").write_text(ledger_page(ledger(ROW), "zh"), encoding="utf-8")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((tmp_path / "ledger.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("getComputedStyle(document.querySelector('td.code')).whiteSpace") == "nowrap"
