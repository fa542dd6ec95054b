"""A dispatcher's day on the console, in a real browser on the real service: by mouse, by keyboard, live, cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
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
DESK, WALL = (1366, 768), (1920, 1080)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPILLING = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(one => `${one.tagName} ${one.id} ${one.className}`).slice(0, 8)"""
PICTURES = os.environ.get("WANGGE_PICTURES")


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with (
        clone(admin, toytown_template, worker_id) as name,
        served(url_of(server_url, name), with_worker=True) as running,
    ):
        running.sql(
            "insert into calendar_years select id, y, 1, '{}', 'test', 'test', now() from districts,"
            " generate_series(2024, 2026) y"
        )
        for _ in range(12):
            running.file()
        yield running


@pytest.fixture(scope="module")
def dispatcher(town: Town) -> Visitor:
    """Signed in with their second factor; made in a thread of its own: the browser holds this one's event loop."""

    def made() -> Visitor:
        someone = visitor(town, Role.DISPATCHER, areas=(polygons.DISTRICT_CODE,), enrolled=True)
        someone.sign_in()
        return someone

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def one(town: Town, statement: str, *values: object) -> Any:
    """The first value of what a statement finds."""
    return town.sql(statement, *values)[0][0]


def id_of(number: str) -> int:
    return int(number.replace("-", ""))


def console(browser: Browser, town: Town, who: Visitor, size: tuple[int, int] = DESK, **more: Any) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}/console?lang=zh")
    page.wait_for_selector("body[data-ready][data-listed]")
    page.wait_for_selector("body[data-live=live]")
    return page


def pictured(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_what_is_open_is_counted_listed_and_opened(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, WALL)
    open_now = one(town, "select count(*) from reports where status not in ('closed', 'void', 'linked')")
    expect(page.locator("[data-queue=all] b")).to_have_text(str(open_now))
    page.locator("#list a").first.click()
    page.wait_for_selector("#panel[data-number]")
    number = page.locator("#panel").get_attribute("data-number")
    assert number and f"report={number}" in page.url
    pictured(page, "console-wall")
    # A colleague gets the address, and sees the same.
    page.reload()
    page.wait_for_selector(f"#panel[data-number='{number}']")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_the_map_goes_down_to_the_grids_and_up_again(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    street = polygons.street_code(0)
    page.goto(f"{town.client.base_url}/console?area={street}&areaLevel=street")
    page.wait_for_selector("body[data-ready^='community/']")
    expect(page.locator("#crumbs [aria-current]")).not_to_be_empty()
    inside = page.locator("[data-queue=all] b").inner_text()
    wanted = one(
        town,
        "select count(*) from reports r join areas a on a.code = %s where r.area_path like '%%.' || a.id || '.%%'",
        street,
    )
    assert int(inside) == wanted
    page.keyboard.press("u")
    page.wait_for_selector("body[data-ready^='street/']")
    page.select_option("#level", "grid")
    page.wait_for_selector("body[data-ready^='grid/']")
    page.select_option("#metric", "closed_30d")
    page.wait_for_selector("body[data-ready='grid/closed_30d']")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_report_is_assigned_by_keyboard_alone(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    number = town.file()["number"]
    page = console(browser, town, dispatcher)
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.wait_for_selector("#hits button")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#panel[data-number='{number}'] .candidates")
    page.keyboard.press("2")
    expect(page.locator("#notice")).to_contain_text(number)
    last = "select type from journal_entries where report_id = %s order by position desc limit 1"
    assert one(town, last, id_of(number)) == "transferred"
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).not_to_have_attribute("data-number", number)
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_call_is_filed_from_the_map(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    page.keyboard.press("n")
    page.keyboard.type("M01")
    page.keyboard.press("Tab")
    page.keyboard.type("楼道堆物")
    box = page.locator("#console-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    pictured(page, "console-call")
    expect(page.locator("#call-place")).to_contain_text("›")
    page.locator("form.call button.main").click()
    page.wait_for_selector("#panel[data-number]")
    number = page.locator("#panel").get_attribute("data-number") or ""
    assert town.sql("select source, located from reports where id = %s", id_of(number)) == [("hotline", True)]
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_many_are_given_at_once_and_given_back(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    for box in page.locator("#list input").all()[:3]:
        box.check()
    page.keyboard.press("b")
    page.fill("form.call [name=person]", "W0002")
    page.locator("form.call button", has_text="预览负荷").click()
    expect(page.locator("#foreseen")).to_contain_text("W0002")
    pictured(page, "console-bulk")
    page.locator("form.call button.main").click()
    undo = page.locator("#foreseen button")
    undo.click()
    expect(page.locator("#foreseen")).to_contain_text("3")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_loop_is_drawn_around_reports(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    before = page.url
    box = page.locator("#console-map").bounding_box()
    assert box
    left, right, top, bottom = (
        box["x"] + 40,
        box["x"] + box["width"] - 80,
        box["y"] + 140,
        box["y"] + box["height"] - 40,
    )
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    placed = one(
        town, "select count(*) from reports where geom is not null and status not in ('closed', 'void', 'linked')"
    )
    expect(page.locator("#give-many")).to_contain_text(str(placed))
    assert page.url == before, "the map was not dragged, and no area was chosen"
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_change_is_seen_at_once_and_after_a_cut(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    before = int(page.locator("[data-queue=all] b").inner_text())
    town.file()
    expect(page.locator("[data-queue=all] b")).to_have_text(str(before + 1))
    page.context.set_offline(True)
    page.evaluate("() => 0")
    town.file()
    page.context.set_offline(False)
    expect(page.locator("[data-queue=all] b")).to_have_text(str(before + 2), timeout=20_000)
    page.context.close()


def test_every_question_that_names_no_report_names_its_district(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    """The service may hold several, and then refuses to guess."""
    page = console(browser, town, dispatcher)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto(f"{town.client.base_url}/console?area={polygons.street_code(0)}&areaLevel=street")
    page.wait_for_selector("body[data-ready][data-listed]")
    page.fill("#search", "西")
    page.wait_for_selector("#hits button")
    free = ("/console", "/static/", "/events", "/session")
    named = [url for url in asked if not any(part in url for part in free)]
    assert len(named) >= 7
    code = polygons.DISTRICT_CODE
    assert [url for url in named if f"district={code}" not in url and f'"district":"{code}"' not in url] == []
    page.context.close()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (683, 384), (390, 844), (320, 640)])
def test_nothing_is_wider_than_the_screen(
    browser: Browser, town: Town, dispatcher: Visitor, width: int, height: int
) -> None:
    page = console(browser, town, dispatcher, (width, height), color_scheme="dark" if width == 390 else "light")
    page.locator("#list a").first.click()
    page.wait_for_selector("#panel[data-number]")
    pictured(page, f"console-{width}")
    assert page.evaluate(WIDER) <= 0, page.evaluate(SPILLING)
    page.context.close()
