"""The wall of the command centre in a real browser: figures, map, events as they happen, turning; nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.toytown import polygons

pytestmark = pytest.mark.browser
SECRET = "三单元老人跌倒"


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with (
        clone(admin, toytown_template, worker_id) as name,
        served(url_of(server_url, name), with_worker=True) as running,
    ):
        for _ in range(4):
            running.file()
        yield running


@pytest.fixture(scope="module")
def supervisor(town: Town) -> Visitor:
    """Made in a thread: the browser holds this one's event loop."""

    def made() -> Visitor:
        someone = visitor(town, Role.SUPERVISOR, areas=(polygons.DISTRICT_CODE,), enrolled=True)
        someone.sign_in()
        return someone

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def wall(browser: Browser, town: Town, who: Visitor, size: tuple[int, int], query: str = "lang=zh") -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}/wall?{query}")
    page.wait_for_selector("body[data-turn='district'][data-live='live']")
    return page


def test_figures_events_as_they_happen_and_nothing_personal(browser: Browser, town: Town, supervisor: Visitor) -> None:
    page = wall(browser, town, supervisor, (1920, 1080), "lang=zh&seconds=600")
    open_now = town.sql("select count(*) from reports where status not in ('closed', 'void', 'linked')")[0][0]
    expect(page.locator(".figure.open dd")).to_have_text(str(open_now))
    expect(page.locator("#legend li")).not_to_have_count(0)
    expect(page.locator("#quiet")).to_be_visible()
    filed = town.file(text=SECRET, reporter={"name": "某某", "phone": "13812345678"})
    expect(page.locator("#events li").first).to_be_visible()
    shown = page.locator("body").inner_text()
    assert "暴露垃圾" in shown or filed["kind_name"] in shown
    assert not any(secret in shown for secret in (SECRET, "某某", "138", filed["number"], "W0"))
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_it_turns_by_itself_and_by_keys_and_stands_still_when_told(
    browser: Browser, town: Town, supervisor: Visitor
) -> None:
    page = wall(browser, town, supervisor, (1920, 1080), "lang=en&seconds=5")
    page.wait_for_selector(f"body[data-turn='{polygons.street_code(0)}']")
    page.keyboard.press("p")
    expect(page.locator("#pause")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"body[data-turn='{polygons.street_code(1)}']")
    page.wait_for_timeout(6_000)
    assert page.locator("body").get_attribute("data-turn") == polygons.street_code(1)
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f"body[data-turn='{polygons.street_code(0)}']")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (390, 844)], ids=str)
def test_it_fits_every_screen(browser: Browser, town: Town, supervisor: Visitor, size: tuple[int, int]) -> None:
    page = wall(browser, town, supervisor, size)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    figure = page.locator(".figure dd").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert figure >= min(size[0] / 30, 200)
    page.context.close()
