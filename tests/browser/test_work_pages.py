"""An ordinary report from given to closed, by two people on the pages: by keyboard alone, on a phone, without scripts.

And the pages on a phone and at a desk, in both languages: everything has a name, nothing is wider than the screen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.layers.access.counter import PASSWORD
from tests.toytown import polygons

pytestmark = pytest.mark.browser
SCREENS = [(390, 844, "zh"), (390, 844, "en"), (1366, 768, "en"), (1366, 768, "zh")]
#: More than any page of these has.
MOST_STOPS = 80
#: Form fields without a name that a reader could be told, links and buttons that say nothing.
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]),select,textarea,button,a,summary')]
    .filter(one => !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label')))
    .map(one => one.outerHTML)"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        running.sql(
            "insert into calendar_years select id, y, 1, '{}', 'test', 'test', now() from districts,"
            " generate_series(2024, 2026) y"
        )
        yield running


def someone(town: Town, role: Role, *areas: str, person: str | None = None) -> Visitor:
    """Made in a thread of its own: the browser holds this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: visitor(town, role, areas=areas, person=person)).result()


@pytest.fixture(scope="module")
def worker(town: Town) -> Visitor:
    return someone(town, Role.GRID_WORKER, person=town.file()["assignee"]["number"])


@pytest.fixture(scope="module")
def officer(town: Town) -> Visitor:
    return someone(town, Role.STREET_OFFICER, polygons.street_code(0))


def signed_in(browser: Browser, town: Town, who: Visitor, screen: tuple[int, int, str]) -> Page:
    width, height, language = screen
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{town.client.base_url}/tasks?lang={language}")
    page.fill("[name=login]", who.login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/tasks**")
    return page


def reach(page: Page, wanted: Locator) -> None:
    """Go on by the tabulator until the element has the focus, and see that the focus shows."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            outline = wanted.evaluate("one => getComputedStyle(one).outlineStyle")
            assert outline not in {"none", "hidden"}, "the focus is not to be seen"
            return
    raise AssertionError("no way to it by the keyboard")


def step(page: Page, action: str, **choices: str) -> None:
    """Take a step by its form, with the keyboard alone."""
    form = page.locator(f"details.step:has(input[name=action][value={action}])")
    if form.get_attribute("open") is None:
        reach(page, form.locator("summary"))
        page.keyboard.press("Enter")
    for name, text in choices.items():
        field = form.locator(f"[name={name}]")
        reach(page, field)
        if field.evaluate("one => one.tagName") == "SELECT":
            while field.input_value() != text:
                page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type(text)
    reach(page, form.locator("button"))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_two_people_carry_a_report_to_its_end_by_keyboard(
    browser: Browser, town: Town, worker: Visitor, officer: Visitor
) -> None:
    number = town.file()["number"]
    phone = (390, 844, "zh")
    page = signed_in(browser, town, worker, phone)
    reach(page, page.locator(f"a[href='/tasks/{number}']"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h2#facts")).to_contain_text("已派单")
    step(page, "accept")
    expect(page.locator("[role=status]")).to_contain_text("接单")
    step(page, "arrive")
    step(page, "report_back", outcome="removed", note="已清运")
    expect(page.locator("h2#facts")).to_contain_text("已反馈")
    expect(page.locator("input[name=action][value=verify]")).to_have_count(0)
    page.context.close()

    desk = signed_in(browser, town, officer, phone)
    reach(desk, desk.locator(f"section:has(#list-to_verify) a[href='/tasks/{number}']"))
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    step(desk, "verify", note="现场已看")
    expect(desk.locator("h2#facts")).to_contain_text("已结案")
    expect(desk.locator("ol.record")).to_contain_text("核查结案")
    desk.context.close()
    told = town.get(f"/reports/{number}/record")
    assert [one["type"] for one in told["entries"]] == [
        *("filed", "assigned", "accepted", "arrived", "reported_back", "closed")
    ]
    assert told["holds"]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one[0]}-{one[2]}")
def test_the_pages_fit_and_everything_on_them_has_a_name(
    browser: Browser, town: Town, worker: Visitor, officer: Visitor, screen: tuple[int, int, str]
) -> None:
    number = town.file()["number"]
    for who, name in ((worker, "worker"), (officer, "officer")):
        page = signed_in(browser, town, who, screen)
        for path in ("/tasks", f"/tasks/{number}"):
            page.goto(f"{town.client.base_url}{path}?lang={screen[2]}")
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert page.evaluate(WIDER) <= 0, f"{path} is wider than the screen"
            assert page.evaluate(NAMELESS) == []
            assert page.locator("h1").count() == 1
            _picture(page, f"{name}-{path.count('/')}-{screen[0]}-{screen[2]}")
        page.context.close()


def _picture(page: Page, name: str) -> None:
    """Kept where someone asks to look at them."""
    if folder := os.environ.get("WANGGE_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
