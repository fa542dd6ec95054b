"""The workload map in a real browser: as a page from a small server, and as one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.workload.metrics import METRICS
from maps.breaks import class_counts, classify
from maps.figures import ClassChoice, as_carried, metric_breaks
from maps.workload import workload_file
from tests.browser.map_site import OUTLINES, SHEET, Site, open_site
from tests.maps.pictures import district

pytestmark = pytest.mark.browser


ROWS = SHEET.figures.rows()


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as served:
        yield served


@pytest.fixture
def faults(page: Page) -> Iterator[None]:
    """An error in a page's script fails the test."""
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    yield
    assert not seen


@pytest.fixture
def workload(page: Page, site: Site, faults: None) -> Page:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{site.address}/map?level=grid")
    shown(page, "open/quantile/5")
    return page


@pytest.fixture
def file(page: Page, tmp_path: Path, faults: None) -> Page:
    path = tmp_path / "工作量.html"
    path.write_text(workload_file(SHEET, OUTLINES, metric="open", choice=ClassChoice()), encoding="utf-8")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    shown(page, "open/quantile/5")
    return page


def shown(page: Page, key: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-ready", key)


def legend_counts(page: Page) -> list[int]:
    return [int(text.replace(",", "")) for text in page.locator("#classes .count").all_inner_texts()]


def counted(metric: str, choice: ClassChoice) -> list[int]:
    """Counts per class and without data, as Python has them."""
    made = metric_breaks(as_carried(SHEET), metric, choice)
    counts, no_data = class_counts(classify(as_carried(SHEET).figures.values(metric), made), made)
    return [*counts, no_data]


def test_the_page_loads_each_half_once_and_draws_it(workload: Page, site: Site) -> None:
    assert site.asked.count("/outlines.json") == 1
    assert site.asked.count("/figures") == 1
    assert workload.locator("#as-of").inner_text() == "截至 2026/03/18 14:30"
    assert workload.locator("#edition").inner_text() == "第 3 版边界"
    assert "120 个网格" in workload.locator("#legend-note").inner_text()
    expect(workload.locator("#notice")).to_be_hidden()


def test_the_legend_counts_every_area_once_as_python_does(workload: Page) -> None:
    for metric in METRICS:
        workload.locator(f"#metrics a[href*='metric={metric}&']").click()
        shown(workload, f"{metric}/quantile/5")
        assert legend_counts(workload) == counted(metric, ClassChoice())
        assert sum(legend_counts(workload)) == len(ROWS)


def test_the_legend_says_what_no_area_counts(workload: Page) -> None:
    beside = workload.locator("#legend-elsewhere")
    expect(beside).to_have_text("另有 7 件由更高层级处置 · 1,234 件未定位，不在任何区域内")
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    expect(beside).to_have_text("另有 2 件由更高层级处置")
    workload.locator("#metrics a[href*='metric=median_age_open_h&']").click()
    expect(beside).to_be_hidden()


def test_classes_are_changed_without_loading_the_page_again(workload: Page, site: Site) -> None:
    workload.get_by_text("自然间断").click()
    shown(workload, "open/natural/5")
    workload.locator("#class-number").select_option("3")
    shown(workload, "open/natural/3")
    assert legend_counts(workload) == counted("open", ClassChoice("natural", 3))
    assert "breaks=natural&lang=zh&classes=3" in workload.url
    workload.go_back()
    shown(workload, "open/natural/5")
    assert site.asked.count("/map") == 1


def test_the_address_brings_the_view_back(workload: Page) -> None:
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    shown(workload, "unassigned/quantile/5")
    workload.reload()
    shown(workload, "unassigned/quantile/5")


def test_kept_classes_are_fixed_at_their_limits(workload: Page) -> None:
    limits = metric_breaks(as_carried(SHEET), "open", ClassChoice()).limits
    workload.locator("#freeze").click()
    shown(workload, ClassChoice("fixed", limits=limits).key.replace("fixed", "open/fixed"))
    assert sum(legend_counts(workload)) == len(ROWS)
    workload.reload()
    expect(workload.locator("#methods [aria-current]")).to_have_text("固定")


def test_a_click_opens_the_figures_of_an_area(workload: Page) -> None:
    box = workload.locator(".folium-map").bounding_box()
    assert box is not None
    workload.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = workload.locator(".area-card")
    expect(card).to_be_visible()
    code = card.locator("p").inner_text()
    row = next(row for row in ROWS if row.code == code)
    assert card.locator("h3").inner_text() == row.name
    terms = dict(zip(card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts(), strict=True))
    assert terms["未结事件"] == str(row.open)
    assert terms["网格员"] == str(row.workers)


def test_every_area_is_reached_by_keyboard_through_the_table(workload: Page) -> None:
    first = workload.locator("#figures tbody .area").first
    name = first.inner_text()
    first.focus()
    workload.keyboard.press("Enter")
    expect(workload.locator(".area-card h3")).to_have_text(name)
    # Near enough, areas have room for their names.
    expect(workload.locator("canvas.names")).to_have_attribute("data-names", re.compile("[1-9]"))
    assert max(row.open or 0 for row in ROWS) == next(row.open for row in ROWS if row.name == name)
    workload.keyboard.press("Escape")
    expect(workload.locator(".area-card")).to_have_count(0)


def test_the_table_holds_every_figure_and_is_sorted_and_searched(workload: Page) -> None:
    workload.locator("#show-all").click()
    expect(workload.locator("#figures tbody tr")).to_have_count(len(ROWS))
    workload.locator('#figures [data-key="residents"]').click()
    expect(workload.locator("#figures th.residents")).to_have_attribute("aria-sort", "descending")
    texts = workload.locator("#figures td.residents").all_inner_texts()
    known = [int(text.replace(",", "")) for text in texts if text != "–"]
    assert known == sorted((row.residents for row in ROWS if row.residents is not None), reverse=True)
    assert texts[len(known) :] == ["–"] * (len(texts) - len(known))
    workload.locator("#search").fill("第007")
    expect(workload.locator("#figures tbody tr")).to_have_count(1)


def test_the_table_follows_the_figure_of_the_map_until_a_column_is_chosen(workload: Page) -> None:
    sorted_by = workload.locator("#figures [aria-sort=descending]")
    expect(sorted_by).to_have_class("open")
    workload.locator("#metrics a[href*='metric=open_per_worker&']").click()
    expect(sorted_by).to_have_class("metric")
    texts = [text for text in workload.locator("#figures td.metric").all_inner_texts() if text != "–"]
    assert [float(text) for text in texts] == sorted((float(text) for text in texts), reverse=True)
    workload.locator('#figures [data-key="residents"]').click()
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    expect(sorted_by).to_have_class("residents")


def test_the_language_is_switched_in_place(workload: Page) -> None:
    workload.locator("#language").click()
    expect(workload.locator("html")).to_have_attribute("lang", "en")
    assert workload.title() == "Jinpu · Open reports · Workload map"
    assert workload.locator("#district").inner_text() == "Jinpu"
    assert "lang=en" in workload.url
    words = workload.evaluate(
        "document.querySelector('.choices').innerText + document.querySelector('.legend').innerText"
    )
    assert not re.search("[一-鿿]", words)


def test_what_leads_away_takes_the_choice_along(workload: Page) -> None:
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    workload.locator("#language").click()
    expect(workload.locator("#home")).to_have_attribute("href", re.compile(r"/\?district=1&lang=en$"))
    address = workload.locator("#file").get_attribute("href") or ""
    assert "/file?district=1&level=grid&" in address
    assert {"metric=unassigned", "lang=en", "breaks=quantile", "classes=5"} <= set(address.split("&"))


def test_figures_that_cannot_be_refreshed_are_said_to_be_old(workload: Page, site: Site) -> None:
    site.failing = True
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    expect(workload.locator("#notice")).to_contain_text("数字未能更新，仍为 2026/03/18 14:30")
    shown(workload, "open/quantile/5")
    site.failing = False
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    shown(workload, "unassigned/quantile/5")
    expect(workload.locator("#notice")).to_be_hidden()


def test_figures_of_other_boundaries_are_not_drawn_on_these(workload: Page, site: Site) -> None:
    site.sheet, _ = district(3, 3)
    workload.locator("#metrics a[href*='metric=unassigned&']").click()
    expect(workload.locator("#notice")).to_contain_text("边界已更新")
    assert sum(legend_counts(workload)) == len(ROWS)


def test_nothing_is_cut_off_at_any_width(workload: Page) -> None:
    for width, height in [(1920, 1080), (1366, 768), (390, 844)]:
        workload.set_viewport_size({"width": width, "height": height})
        assert workload.evaluate("document.documentElement.scrollWidth") <= width
        legend, drawn = workload.locator("#legend").bounding_box(), workload.locator(".folium-map").bounding_box()
        assert legend is not None and drawn is not None
        assert legend["x"] + legend["width"] <= drawn["x"] + 1 or legend["y"] >= drawn["y"] + drawn["height"] - 1
        assert drawn["height"] >= 320


def test_the_file_needs_no_server_and_holds_every_choice(file: Page) -> None:
    for metric in METRICS:
        file.locator(f"#metrics a[href*='metric={metric}&']").click()
        shown(file, f"{metric}/quantile/5")
        assert legend_counts(file) == counted(metric, ClassChoice())
    file.get_by_text("自然间断").click()
    file.locator("#class-number").select_option("7")
    shown(file, "unassigned/natural/7")
    expect(file.locator("#legend-elsewhere")).to_have_text("另有 2 件由更高层级处置")
    file.locator("#language").click()
    expect(file.locator("#legend-elsewhere")).to_have_text("2 more in hand above this level")
    expect(file.locator("html")).to_have_attribute("lang", "en")
    file.locator("#figures tbody .area").first.click()
    expect(file.locator(".area-card")).to_be_visible()
    file.reload()
    shown(file, "unassigned/natural/7")


def test_the_file_asks_nothing_of_anyone(file: Page) -> None:
    asked = file.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [url for url in asked if not url.startswith("data:")] == []
