"""axe on every page and on the states it can be in, light and dark: nothing serious, nothing critical."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.planned import CELLS, COMMUNITY, office, split
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.toytown import polygons

pytestmark = pytest.mark.browser
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOUND = """async (tags) => {
    const said = ({ target, any }) => `${target.join(' ')} ${any.map(({ message }) => message).join('; ')}`;
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${said(node)}`));
}"""
DESK = (1366, 768)
PHONE = (320, 700)


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        for _ in range(6):
            running.file()
        running.file(subject={"type": "address", "address": "不知何处"})
        yield running


@pytest.fixture(scope="module")
def people(town: Town) -> dict[str, Visitor]:
    """Made in a thread: the browser holds this one's event loop."""

    def made() -> dict[str, Visitor]:
        whole = (polygons.DISTRICT_CODE,)
        assignee = town.get("/reports")["reports"][-1]["assignee"]["number"]
        everyone = {
            "dispatcher": visitor(town, Role.DISPATCHER, areas=whole, enrolled=True),
            "planner": visitor(town, Role.PLANNER, areas=whole, enrolled=True),
            "worker": visitor(town, Role.GRID_WORKER, person=assignee),
        }
        for one in everyone.values():
            one.sign_in()
        desk = office(town)
        for _ in range(2):
            desk.draw(desk.opened(), split(CELLS[0]))
        return everyone

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def _report(page: Page) -> None:
    page.wait_for_selector("body[data-listed]")
    page.locator("#list a").first.click()
    page.wait_for_selector("#panel[data-number]")


def _record(page: Page) -> None:
    _report(page)
    for one in page.locator("#panel .history summary").all():
        one.click()
    page.wait_for_selector("#panel .history li")


def _many(page: Page) -> None:
    page.wait_for_selector("body[data-listed]")
    for box in page.locator("#list input").all()[:2]:
        box.check()
    page.keyboard.press("b")
    page.wait_for_selector("#foreseen table, #foreseen li, #foreseen p")


def _call(page: Page) -> None:
    page.wait_for_selector("body[data-listed]")
    page.keyboard.press("n")
    page.wait_for_selector("#panel form")


def _past(page: Page) -> None:
    page.wait_for_selector("body[data-ready][data-listed][data-at]")
    page.locator("#list a").first.click()
    page.wait_for_selector("#panel[data-number]")


def _help(page: Page) -> None:
    page.wait_for_selector("body[data-ready]")
    page.click("#help-button")


def _drawing(page: Page) -> None:
    page.wait_for_selector("body[data-sheet]")
    page.keyboard.press("t")


def _comparing(page: Page) -> None:
    page.wait_for_selector("body[data-sheet]")
    page.select_option("#compare", index=1)
    page.wait_for_selector("body[data-compared$='swipe']")
    page.select_option("#compare-as", "beside")


def _at_rest(page: Page) -> None:
    page.wait_for_load_state("networkidle")


def _tables(page: Page) -> None:
    for one in page.locator("summary").all():
        one.click()


States = dict[str, tuple[str | None, str, Callable[[Page], Any]]]
STATES: States = {
    "home": ("dispatcher", "/?", _at_rest),
    "sign-in": (None, "/sign-in?", _at_rest),
    "follow": (None, "/follow?", _at_rest),
    "docs": (None, "/docs?", _at_rest),
    "account": ("worker", "/account?", _at_rest),
    "tasks": ("worker", "/tasks?", _at_rest),
    "tasks of a desk": ("dispatcher", "/tasks?", _at_rest),
    "figures": ("dispatcher", "/figures?", _at_rest),
    "figures, as tables": ("dispatcher", "/figures?by=kind&", _tables),
    "workload": ("dispatcher", "/maps/workload?", _at_rest),
    "console": ("dispatcher", "/console?", lambda page: page.wait_for_selector("body[data-listed]")),
    "console, a report": ("dispatcher", "/console?", _report),
    "console, a report's record": ("dispatcher", "/console?", _record),
    "console, many at once": ("dispatcher", "/console?", _many),
    "console, a call": ("dispatcher", "/console?", _call),
    "console, at a past moment": ("dispatcher", "/console?at=2025-01-06T02:01Z&", _past),
    "console, help": ("dispatcher", "/console?", _help),
    "wall": ("dispatcher", "/wall?", lambda page: page.wait_for_selector("body[data-turn]")),
    "planner": ("planner", "/planner?", lambda page: page.wait_for_selector("body[data-ready]")),
    "planner, drawing": ("planner", f"/planner?plan=1&area={COMMUNITY}&", _drawing),
    "planner, comparing": ("planner", f"/planner?plan=1&area={COMMUNITY}&", _comparing),
    "planner, help": ("planner", f"/planner?plan=1&area={COMMUNITY}&", _help),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(
    browser: Browser, town: Town, people: dict[str, Visitor], state: str, theme: str
) -> None:
    who, path, reach = STATES[state]
    page = _opened(browser, town, people.get(who or ""), f"{path}lang={'zh' if theme == 'light' else 'en'}", theme)
    reach(page)
    assert _violations(page) == []
    page.context.close()


@pytest.mark.parametrize(
    "state",
    [
        "console",
        "console, a report's record",
        "console, many at once",
        "planner",
        "planner, drawing",
        "tasks",
        "figures",
    ],
)
def test_pages_reflow_at_320_pixels(browser: Browser, town: Town, people: dict[str, Visitor], state: str) -> None:
    who, path, reach = STATES[state]
    page = _opened(browser, town, people.get(who or ""), f"{path}lang=zh", "light", PHONE)
    reach(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert _violations(page) == []
    page.context.close()


def test_axe_is_awake(page: Page) -> None:
    """A test that cannot fail would say nothing."""
    page.set_content("<html lang=en><title>x</title><img src=x><button></button></html>")
    assert {one.split(":")[0] for one in _violations(page)} >= {"image-alt", "button-name"}


def _opened(
    browser: Browser, town: Town, who: Visitor | None, path: str, theme: str, size: tuple[int, int] = DESK
) -> Page:
    scheme: Any = theme
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    if who is not None:
        context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page = context.new_page()
    page.goto(f"{town.client.base_url}{path}")
    return page


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FOUND, RULES)
    return found
