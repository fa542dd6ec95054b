"""A planner's afternoon in a real browser on the real service: drawn, weighed, approved, in force, taken back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.routes.planned import CELLS
from tests.api.routes.towns import Town
from tests.browser.planner.office import (
    DESK,
    NEW,
    REACH_PX,
    WALL,
    People,
    across,
    opened,
    paged,
    pictured,
    planner,
    settled,
)
from tests.toytown import polygons

pytestmark = pytest.mark.browser
IN_FORCE_MS = 20_000
FOLLOWS_S = 20


def test_a_plan_is_drawn_weighed_approved_comes_in_force_and_is_taken_back(
    browser: Browser, town: Town, people: People
) -> None:
    drawing, deciding = people.planner, people.supervisor
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
    _followed(browser, town, people, grids=len(polygons.grids().codes) + 1, edition=2, cell=NEW)
    back = planner(browser, town, drawing)
    number = _taken_back(back)
    for step, version in (("检查", 2), ("提交审批", 3)):
        back.get_by_role("button", name=step, exact=True).click()
        settled(back, number, version)
    assert not back.errors  # type: ignore[attr-defined]
    back.context.close()
    other = planner(browser, town, deciding, f"lang=zh&plan={number}")
    settled(other, number, 3)
    other.get_by_role("button", name="批准", exact=True).click()
    settled(other, number, 4)
    _in_force(other, town, 3)
    other.context.close()
    _followed(browser, town, people, grids=len(polygons.grids().codes), edition=3, cell=CELLS[4])


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


def _followed(browser: Browser, town: Town, people: People, *, grids: int, edition: int, cell: str) -> None:
    """The figures, the report in the east of the grid, its worker's tasks and the dispatcher's map follow."""
    wide = {"level": "grid", "metric": "open"}
    waited = time.monotonic() + FOLLOWS_S
    while (told := town.client.get("/maps/figures", params=wide).json())["edition"] != edition:
        assert time.monotonic() < waited, "the service does not follow"
        time.sleep(0.1)
    assert told["count"] == grids
    assert town.get(f"/reports/{people.moved}")["where"]["path"][-1]["code"] == cell
    page = paged(browser, town, people.dispatcher, f"/console?level=grid&report={people.moved}")
    expect(page.locator("#panel")).to_contain_text(f"第{cell[-3:]}网格")
    page.fill("#search", cell)
    expect(page.locator("#hits")).to_contain_text(f"第{cell[-3:]}网格")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
    page = paged(browser, town, people.worker, f"/tasks/{people.moved}")
    expect(page.locator("dl.facts").first).to_contain_text(f"第{cell[-3:]}网格")
    page.context.close()


def _taken_back(page: Page) -> int:
    """A plan that puts the first edition in force again: what it would change is told, and nothing can be drawn."""
    page.fill("[name=name]", "恢复")
    page.select_option("[name=restores]", "1")
    page.click("#new-plan button.main")
    page.wait_for_selector("body[data-sheet$='/1']")
    expect(page.locator("#sheet")).to_contain_text(NEW[-6:])
    expect(page.locator("#tools")).to_be_hidden()
    return int(page.locator("body").get_attribute("data-sheet").split("/")[0])  # type: ignore[union-attr]


def _in_force(page: Page, town: Town, edition: int) -> None:
    waited = 0
    while town.sql("select number from editions where status = 'in_force'") != [(edition,)]:
        page.wait_for_timeout(200)
        waited += 200
        assert waited < IN_FORCE_MS


def test_a_refusal_is_said_and_shown_where_it_is(browser: Browser, town: Town, people: People) -> None:
    page = planner(browser, town, people.planner)
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


def test_a_grid_is_split_by_keyboard_alone(browser: Browser, town: Town, people: People) -> None:
    page = planner(browser, town, people.planner)
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
def test_the_page_holds_at_every_size(browser: Browser, town: Town, people: People, name: str) -> None:
    query, size, more = SIZES[name]
    number = town.sql("select min(id) from plans")[0][0]
    page = planner(browser, town, people.planner, f"{query}&plan={number}", size=size, **more)
    page.wait_for_selector("body[data-sheet]")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    pictured(page, name)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
