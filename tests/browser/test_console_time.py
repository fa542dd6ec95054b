"""The console at a past moment, from the record: reached, played through, shared and left, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

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
DESK = (1366, 768)
#: When reports were filed: two days ago at noon the first three of them were there.
DAYS_AGO = (9, 9, 3, 1, 1, 0)


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name:
        _published_yesterday(url_of(server_url, name))
        with served(url_of(server_url, name), with_worker=True) as running:
            # The browser's clock is the machine's, and so is the service's here.
            now = datetime.now(UTC)
            for days in DAYS_AGO:
                running.at = now - timedelta(days=days)
                running.file()
            yield running


def _published_yesterday(database_url: str) -> None:
    """A second edition with the same areas, in force since yesterday."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update editions set status = 'retired', effective_at = now() - interval '90 days',"
            " retired_at = now() - interval '1 day'"
        )
        connection.execute(
            "insert into editions (district_id, number, status, made_by, made_at, published_by, effective_at)"
            " select district_id, 2, 'in_force', made_by, made_at, published_by, retired_at from editions"
        )
        connection.execute(
            "insert into edition_areas (edition_id, area_id, version_id, depth, path)"
            " select e.id, area_id, version_id, depth, path from edition_areas, editions e where e.number = 2"
        )


@pytest.fixture(scope="module")
def dispatcher(town: Town) -> Visitor:
    """Signed in with their second factor; made in a thread of its own: the browser holds this one's event loop."""

    def made() -> Visitor:
        someone = visitor(town, Role.DISPATCHER, areas=(polygons.DISTRICT_CODE,), enrolled=True)
        someone.sign_in()
        return someone

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def console(browser: Browser, town: Town, who: Visitor, query: str = "", **more: Any) -> Page:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, **more)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}/console?lang=zh{query}")
    page.wait_for_selector("body[data-ready][data-listed][data-live=live]")
    return page


def noon(days_ago: int) -> str:
    """Noon by the district's clock, as an address holds it."""
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    return f"{day.isoformat()}T04:00Z"


def open_count(page: Page) -> Any:
    return page.locator("[data-queue=all] b")


def test_by_mouse_to_a_past_moment_through_its_day_and_back(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    now = open_count(page).inner_text()
    page.click("#look-back")
    expect(page.locator("#past")).to_be_visible()
    expect(page.locator("#past-words")).to_contain_text("不是现在")
    page.fill("#time-at", noon(2).replace("T04:00Z", "T12:00"))
    expect(open_count(page)).to_have_text("3")
    expect(page.locator("#legend-unit")).to_contain_text("3")
    assert re.search(r"[?&]at=\d{4}-\d\d-\d\dT04%3A00Z", page.url)
    # Nothing can be done to what is over, and what happens now does not change the picture.
    expect(page.locator("#new-call")).to_be_disabled()
    expect(page.locator("#in-view")).to_be_disabled()
    expect(page.locator("#list input").first).to_be_hidden()
    _heard(page, town)
    expect(open_count(page)).to_have_text("3")
    page.locator("#list a").first.click()
    expect(page.locator("#panel")).to_contain_text("不能在此办理")
    expect(page.locator("#doing")).to_have_count(0)
    page.click("#past-now")
    expect(page.locator("#past")).to_be_hidden()
    expect(open_count(page)).to_have_text(str(int(now) + 1))
    expect(page.locator("#new-call")).to_be_enabled()
    page.wait_for_selector("#doing")
    assert "at=" not in page.url
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def _heard(page: Page, town: Town) -> None:
    before = int(page.evaluate("() => document.body.dataset.heard ?? '0'"))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(town.file).result()
    page.wait_for_function("before => Number(document.body.dataset.heard ?? 0) > before", arg=before)


def test_by_keyboard_alone(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, f"&at={noon(2)}")
    expect(open_count(page)).to_have_text("3")
    page.keyboard.press("[")
    page.wait_for_selector("body[data-at$='T03:00Z']")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.wait_for_selector("body[data-at$='T05:00Z']")
    # To the slider, and on it minute by minute.
    page.keyboard.press("t")
    expect(page.locator("#time-of-day")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("body[data-at$='T05:01Z']")
    # What would do something does nothing.
    for key in ("n", "b", "a", "s", "x"):
        page.keyboard.press(key)
    expect(page.locator("#panel form")).to_have_count(0)
    page.keyboard.press("0")
    expect(page.locator("#past")).to_be_hidden()
    expect(page.locator("#look-back")).to_be_focused()
    page.keyboard.press("[")
    expect(page.locator("#past")).to_be_visible()
    page.keyboard.press("]")
    expect(page.locator("#past")).to_be_hidden()
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_day_plays_to_its_end_and_stands_still_when_asked(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, f"&at={noon(3).replace('T04:00', 'T15:00')}")
    page.select_option("#time-speed", "30")
    page.keyboard.press("Escape")
    page.locator("#time-of-day").focus()
    page.keyboard.press("p")
    page.wait_for_selector("body[data-playing]")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_selector("body:not([data-playing])[data-at$='T15:59Z']")
    # What it was drawn of was there; only the address follows in the end.
    assert [url for url in asked if "/api/v1/open-reports" in url or "/maps/" in url] == []
    assert "T15%3A59Z" in page.url
    # From the end it begins again, and stops where one says so.
    page.keyboard.press("p")
    page.wait_for_function("() => !document.body.dataset.at.endsWith('T15:59Z')")
    page.keyboard.press("p")
    page.wait_for_selector("body:not([data-playing])")
    stood = page.get_attribute("body", "data-at")
    page.wait_for_timeout(400)
    assert page.get_attribute("body", "data-at") == stood
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_the_address_shows_a_colleague_the_same_moment(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, f"&at={noon(2)}&metric=overdue&level=grid")
    page.wait_for_selector("body[data-ready='grid/overdue']")
    other = console(browser, town, dispatcher)
    other.goto(page.url)
    other.wait_for_selector("body[data-ready='grid/overdue'][data-at]")
    assert other.get_attribute("body", "data-at") == page.get_attribute("body", "data-at") == noon(2)
    expect(open_count(other)).to_have_text("3")
    # Back and forth in the history of the tab.
    other.click("#past-now")
    expect(other.locator("#past")).to_be_hidden()
    other.go_back()
    expect(other.locator("#past")).to_be_visible()
    for one in (page, other):
        assert not one.errors  # type: ignore[attr-defined]
        one.context.close()


def test_the_borders_are_those_of_then_and_it_is_said(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    expect(page.locator("#legend-note")).not_to_contain_text("版边界")
    with page.expect_request(re.compile(r"/maps/outlines\?edition=1&level=street")):
        page.goto(f"{town.client.base_url}/console?lang=zh&at={noon(2)}")
    expect(page.locator("#legend-note")).to_contain_text("第 1 版边界")
    # A street of then, with the communities that lay in it.
    page.goto(f"{town.client.base_url}/console?lang=zh&at={noon(2)}&area={polygons.street_code(0)}&areaLevel=street")
    page.wait_for_selector("body[data-ready='community/open'][data-listed]")
    page.keyboard.press("0")
    expect(page.locator("#legend-note")).not_to_contain_text("版边界")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_figures_that_no_record_holds_are_not_offered(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, f"&at={noon(2)}&metric=satisfaction_30d")
    page.wait_for_selector("body[data-ready='street/open'][data-at]")
    usable = page.eval_on_selector_all("#metric option:not(:disabled)", "all => all.map(one => one.value)")
    assert usable == ["open", "overdue", "due_soon", "unassigned"]
    page.context.close()


def test_an_address_of_the_future_is_now(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, "&at=2099-01-01T00:00Z")
    expect(page.locator("#past")).to_be_hidden()
    assert "at=" not in page.url
    page.context.close()


def test_kept_classes_hold_in_the_past(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, f"&level=grid&breaks=fixed%2F0%2C2%2C4&at={noon(2)}")
    expect(page.locator("#past")).to_be_visible()
    ranges = page.locator("#classes th")
    expect(ranges).to_have_text(["0", "1–2", "3–4", "≥ 5", re.compile(".")])
    page.click("#past-now")
    expect(page.locator("#past")).to_be_hidden()
    expect(ranges).to_have_text(["0", "1–2", "3–4", "≥ 5", re.compile(".")])
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
