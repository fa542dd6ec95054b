"""A planner's afternoon in a real browser on the real service: drawn, weighed, approved, in force, taken back."""

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
from tests.api.routes.planned import CELLS, COMMUNITY, within
from tests.api.routes.towns import Town, served
from tests.toytown import polygons
from tests.toytown.fixtures import _clone

pytestmark = pytest.mark.browser
DESK, WALL = (1366, 768), (1920, 1080)
IN_FORCE_MS = 20_000
PICTURES = os.environ.get("WANGGE_PICTURES")
REACH_PX = 130
NEW = f"{COMMUNITY}{len(CELLS) + 1:03d}"


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with (
        _clone(admin, toytown_template, worker_id) as name,
        served(url_of(server_url, name), with_worker=True) as running,
    ):
        for code in CELLS:
            running.file(subject=within(code))
        yield running


@pytest.fixture(scope="module")
def people(town: Town) -> tuple[Visitor, Visitor]:
    """A planner and a supervisor of the whole town; made in a thread: the browser holds this one's event loop."""

    def made() -> tuple[Visitor, Visitor]:
        both = [visitor(town, role, areas=(polygons.DISTRICT_CODE,), enrolled=True) for role in ROLES]
        for one in both:
            one.sign_in()
        return both[0], both[1]

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


ROLES = (Role.PLANNER, Role.SUPERVISOR)


def planner(
    browser: Browser, town: Town, who: Visitor, query: str = "", *, size: tuple[int, int] = DESK, **more: Any
) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}/planner?{query or 'lang=zh'}")
    page.wait_for_selector("body[data-ready]")
    return page


def opened(page: Page, name: str) -> int:
    """Open a plan for the community, on the page."""
    page.fill("[name=name]", name)
    page.select_option("[name=area]", COMMUNITY)
    page.click("#new-plan button.main")
    page.wait_for_selector("body[data-sheet$='/1']")
    return int(page.locator("body").get_attribute("data-sheet", timeout=1_000).split("/")[0])  # type: ignore[union-attr]


def settled(page: Page, number: int, version: int) -> None:
    page.wait_for_selector(f"body[data-sheet='{number}/{version}']")


def across(page: Page, code: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Points on the screen above and below a grid, so that a line between them cuts it off the middle."""
    box = page.locator(".cell-name", has_text=code[-3:]).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2 + 18, box["y"] + box["height"] / 2
    return (x, y - REACH_PX), (x, y + REACH_PX)


def pictured(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_plan_is_drawn_weighed_approved_comes_in_force_and_is_taken_back(
    browser: Browser, town: Town, people: tuple[Visitor, Visitor]
) -> None:
    drawing, deciding = people
    page = planner(browser, town, drawing)
    pictured(page, "planner-plans")
    number = opened(page, "第一社区调整")
    _split(page, number)
    page.keyboard.press("Escape")
    page.locator("#panel").click(position={"x": 5, "y": 5})
    page.keyboard.press("z")
    settled(page, number, 3)
    page.keyboard.press("y")
    settled(page, number, 4)
    pictured(page, "planner-drawn")
    page.fill("#said-of-it", "此处为学校")
    page.click("#comment button")
    expect(page.locator("#comments li")).to_have_count(1)
    for step, version in (("检查", 5), ("提交审批", 6)):
        page.get_by_role("button", name=step, exact=True).click()
        settled(page, number, version)
    expect(page.locator("#tools")).to_be_hidden()
    page.context.close()
    other = planner(browser, town, deciding, f"lang=zh&plan={number}")
    settled(other, number, 6)
    other.get_by_role("button", name="批准", exact=True).click()
    settled(other, number, 7)
    assert not page.errors and not other.errors  # type: ignore[attr-defined]
    _in_force(other, town, 2)
    other.reload()
    expect(other.locator("#facts")).to_contain_text("已生效")
    pictured(other, "planner-in-force")
    other.context.close()
    back = planner(browser, town, drawing)
    _taken_back(back)
    assert not back.errors  # type: ignore[attr-defined]
    back.context.close()


def _split(page: Page, number: int) -> None:
    page.keyboard.press("s")
    page.locator(f"#grids input[value='{CELLS[4]}']").check()
    above, below = across(page, CELLS[4])
    page.mouse.click(*above)
    page.mouse.move(*below)
    expect(page.locator("#prompt")).not_to_be_empty()
    page.mouse.click(*below)
    expect(page.locator("#measure")).to_contain_text("m")
    pictured(page, "planner-drawing")
    page.keyboard.press("Enter")
    settled(page, number, 2)
    expect(page.locator("#log li")).to_have_count(1)
    expect(page.locator(f"#grids input[value='{NEW}']")).to_have_count(1)
    expect(page.locator("#sheet")).to_contain_text(NEW[-6:])


def _taken_back(page: Page) -> None:
    """A plan that puts the first edition in force again: what it would change is told, and nothing can be drawn."""
    page.fill("[name=name]", "恢复")
    page.select_option("[name=restores]", "1")
    page.click("#new-plan button.main")
    page.wait_for_selector("body[data-sheet$='/1']")
    expect(page.locator("#sheet")).to_contain_text(NEW[-6:])
    expect(page.locator("#tools")).to_be_hidden()


def _in_force(page: Page, town: Town, edition: int) -> None:
    waited = 0
    while town.sql("select number from editions where status = 'in_force'") != [(edition,)]:
        page.wait_for_timeout(200)
        waited += 200
        assert waited < IN_FORCE_MS


def test_a_refusal_is_said_and_shown_where_it_is(browser: Browser, town: Town, people: tuple[Visitor, Visitor]) -> None:
    page = planner(browser, town, people[0])
    number = opened(page, "画短了")
    page.keyboard.press("s")
    page.locator(f"#grids input[value='{CELLS[4]}']").check()
    (x, top), _ = across(page, CELLS[4])
    page.mouse.click(x, top + REACH_PX - 20)
    page.mouse.click(x, top + REACH_PX + 20)
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_be_visible()
    assert page.locator("body").get_attribute("data-sheet") == f"{number}/1"
    pictured(page, "planner-refused")
    page.context.close()


def test_a_grid_is_split_by_keyboard_alone(browser: Browser, town: Town, people: tuple[Visitor, Visitor]) -> None:
    page = planner(browser, town, people[0])
    number = opened(page, "键盘")
    page.locator("#grids").focus()
    page.keyboard.press("b")
    page.locator(f"#grids input[value='{CELLS[1]}']").focus()
    page.keyboard.press("Space")
    page.locator("#apply").focus()
    page.keyboard.press("Enter")
    settled(page, number, 2)
    # And by the cross on the map: pick what lies under it, then set points with the space bar.
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")
    for _ in range(2):
        page.keyboard.press(" ")
        for _ in range(6):
            page.keyboard.press("ArrowUp")
    expect(page.locator("#grids input:checked")).not_to_have_count(0)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


SIZES: dict[str, tuple[str, tuple[int, int], dict[str, Any]]] = {
    "planner-en": ("lang=en", DESK, {}),
    "planner-phone": ("lang=zh", (390, 844), {}),
    "planner-dark": ("lang=zh", WALL, {"color_scheme": "dark"}),
}


@pytest.mark.parametrize("name", SIZES)
def test_the_page_holds_at_every_size(browser: Browser, town: Town, people: tuple[Visitor, Visitor], name: str) -> None:
    query, size, more = SIZES[name]
    number = town.sql("select min(id) from plans")[0][0]
    page = planner(browser, town, people[0], f"{query}&plan={number}", size=size, **more)
    page.wait_for_selector("body[data-sheet]")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    pictured(page, name)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
