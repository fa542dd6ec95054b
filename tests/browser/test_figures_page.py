"""The drawings of a period in a real browser without scripts: at a desk and on a phone, light and dark, in both
languages: nothing is wider than the screen, numbers stay readable, each drawing leads to its table, its definition and
its list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from api.cluster_database import url_of
from tests.api.routes.towns import Town, position, served
from tests.databases import clone

pytestmark = pytest.mark.browser
SCREENS = [(1920, 1080), (1366, 768), (390, 844)]
LANGUAGES = ("zh", "en")
ASKED = "period=2024-12-20..2025-01-06&level=street"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Names of the axes that touch each other, in every large drawing.
TOUCHING = """() => [...document.querySelectorAll('svg.chart:not(.small)')].flatMap(drawing => {
    const boxes = [...drawing.querySelectorAll('text')].map(one => one.getBoundingClientRect());
    const hit = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
    return boxes.filter((a, n) => boxes.slice(n + 1).some(b => hit(a, b)));
}).length"""
INSIDE = "one => (({x, y, width, height}) => ({x, y, width, height}))(one.getBBox())"
SMALLEST_PX = 10.5


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        for number in range(24):
            running.file(subject=position(number % 9, number % 7))
        running.sql(
            """update reports r set filed_at = filed_at - nth * interval '13 hours',
            status = case when nth %% 3 = 0 then status else 'closed' end,
            closed_at = case when nth %% 3 > 0 then filed_at - nth * interval '9 hours' end
            from (select id, row_number() over (order by id) as nth from reports) n where n.id = r.id returning 1"""
        )
        yield running


def opened(browser: Browser, town: Town, screen: tuple[int, int], language: str, **more: Any) -> Page:
    width, height = screen
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False, **more)
    page = context.new_page()
    page.set_extra_http_headers({"Authorization": town.client.headers["authorization"]})
    page.goto(f"{town.client.base_url}/figures?{ASKED}&lang={language}")
    return page


@pytest.fixture(
    params=[(screen, one) for screen in SCREENS for one in LANGUAGES], ids=lambda one: f"{one[0][0]}-{one[1]}"
)
def shown(request: pytest.FixtureRequest, browser: Browser, town: Town) -> Iterator[Page]:
    page = opened(browser, town, *request.param)
    yield page
    page.context.close()


def drawings(page: Page) -> list[Locator]:
    return page.locator("svg.chart:not(.small)").all()


def test_drawings_fit_the_screen_and_can_be_read(shown: Page) -> None:
    assert shown.evaluate(WIDER) == 0
    assert len(drawings(shown)) == 6
    assert shown.evaluate(TOUCHING) == 0
    sizes = "() => [...document.querySelectorAll('svg.chart text')].map(one => one.getBoundingClientRect().height)"
    assert min(shown.evaluate(sizes)) >= SMALLEST_PX
    for one in drawings(shown):
        box, inside = one.bounding_box(), one.evaluate(INSIDE)
        assert box is not None
        assert 200 <= box["width"] <= 700
        width, height = map(float, (one.get_attribute("viewBox") or "").split()[2:])
        assert inside["x"] >= 0
        assert inside["x"] + inside["width"] <= width
        assert inside["y"] + inside["height"] <= height


def test_each_drawing_is_told_in_words_and_in_a_table(shown: Page) -> None:
    for card in shown.locator(".chart-card").all():
        drawing = card.locator("svg.chart")
        title, told = (drawing.get_attribute("aria-labelledby") or "").split()
        assert (shown.locator(f"#{title}").text_content() or "").strip()
        assert len(shown.locator(f"#{told}").text_content() or "") > 8
        expect(card.locator("table")).to_be_hidden()
        card.locator("summary").click()
        expect(card.locator("table")).to_be_visible()
        expect(card.locator("tbody tr")).to_have_count(18)
    assert shown.evaluate(WIDER) == 0


def test_each_drawing_leads_to_its_definition_and_its_list(shown: Page, town: Town) -> None:
    for card in shown.locator(".chart-card").all():
        for link in card.locator("a.defined").all():
            assert shown.locator(f"dt{link.get_attribute('href')}").count() == 1
        for href in (one.get_attribute("href") for one in card.locator(".lists a").all()):
            answer = town.client.get(href or "")
            assert answer.headers["content-type"].startswith("text/csv")
            assert len(answer.text.splitlines()) > 1


def test_a_row_leads_to_its_course_and_back(shown: Page) -> None:
    shown.locator("#course-by a.row-name").first.click()
    shown.wait_for_url(re.compile("area="))
    expect(shown.locator("#course-by")).to_have_count(0)
    shown.locator(".course-head a").click()
    expect(shown.locator("#course-by")).to_have_count(1)


def test_a_longer_step_is_chosen_without_scripts(shown: Page) -> None:
    shown.select_option("[name=step]", "week")
    shown.locator("form.choices button").click()
    shown.wait_for_url(re.compile("step=week"))
    expect(shown.locator("#chart-flow tbody tr")).to_have_count(4)
    expect(shown.locator("#chart-flow .mark.hollow")).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_stand_out_from_the_paper(browser: Browser, town: Town, scheme: Any) -> None:
    page = opened(browser, town, SCREENS[1], "zh", color_scheme=scheme)
    paper = page.locator(".chart-card").first.evaluate("one => getComputedStyle(one).backgroundColor")
    for style in (1, 2, 3):
        stroke = page.locator(f"#chart-rates .line-{style}").last.evaluate("one => getComputedStyle(one).stroke")
        assert contrast(paper, stroke) >= 3
    words = page.locator(".chart text").first.evaluate("one => getComputedStyle(one).fill")
    assert contrast(paper, words) >= 4.5
    page.context.close()


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, as WCAG counts it."""
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
