"""What a planner weighs before drawing: plans beside each other, what balancing heeds, orders on grids."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.api.routes.planned import CELLS, COMMUNITY
from tests.api.routes.towns import Town
from tests.browser.planner.office import People, across, opened, pictured, planner, settled

pytestmark = pytest.mark.browser


def test_plans_are_compared_under_a_slider_and_side_by_side(browser: Browser, town: Town, people: People) -> None:
    page = planner(browser, town, people.planner)
    first = opened(page, "甲案")
    page.keyboard.press("b")
    page.locator(f"#grids input[value='{CELLS[1]}']").check()
    page.click("#apply")
    settled(page, first, 2)
    page.click("#back")
    second = opened(page, "乙案")
    page.select_option("#compare", str(first))
    page.wait_for_selector(f"body[data-compared='{first}/swipe']")
    # The first plan has one grid more; its number stands right of the line alone.
    names = page.locator(".leaflet-comparedNames-pane .cell-name")
    expect(names).to_have_count(page.locator(".leaflet-marker-pane .cell-name").count() + 1)
    clips = [page.locator(f".leaflet-{one}-pane").evaluate("one => one.style.clip") for one in ("compared", "marker")]
    assert all(one.startswith("rect(") for one in clips) and clips[0] != clips[1]
    expect(page.locator("#compared")).to_contain_text(f"#{first}")
    pictured(page, "planner-swipe")
    page.select_option("#compare-as", "beside")
    page.wait_for_selector(f"body[data-compared='{first}/beside']")
    expect(page.locator("#second .cell-name").first).to_be_visible()
    page.locator("#planner-map").focus()
    before = page.locator("#second .cell-name").first.bounding_box()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "x => document.querySelector('#second .cell-name').getBoundingClientRect().x < x", arg=before and before["x"]
    )
    pictured(page, "planner-beside")
    page.select_option("#compare", "")
    expect(page.locator("#second")).to_be_hidden()
    assert second != first and not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_balancing_heeds_what_is_kept_and_barriers_and_orders_are_given(
    browser: Browser, town: Town, people: People
) -> None:
    page = planner(browser, town, people.planner)
    number = opened(page, "均衡")
    page.keyboard.press("k")
    page.locator(f"#grids input[value='{CELLS[0]}']").click()
    above, below = across(page, CELLS[4])
    page.keyboard.press("w")
    page.mouse.click(*above)
    page.mouse.click(*below)
    page.keyboard.press("Enter")
    expect(page.locator("#heeded-text")).to_contain_text("保持不动 1 · 障碍线 1")
    with page.expect_request(lambda one: one.url.endswith("/options")) as asked:
        page.locator("#balance button:not([type])").click()
    sent = asked.value.post_data_json or {}
    assert sent["locks"] == [CELLS[0]] and len(sent["barriers"]) == 1 and len(sent["barriers"][0]) == 2
    expect(page.locator("#options li")).not_to_have_count(0)
    pictured(page, "planner-barrier")
    page.click("#forget")
    expect(page.locator("#heeded")).to_be_hidden()
    page.context.close()
    page = planner(browser, town, people.supervisor, f"lang=zh&plan={number}&area={COMMUNITY}")
    page.wait_for_selector("body[data-sheet]")
    page.locator(f"#grids input[value='{CELLS[5]}']").check()
    page.fill("#lock-reason", "划界争议")
    page.click("#lock-do")
    expect(page.locator("#lock-why")).to_contain_text("划界争议")
    expect(page.locator(".cell-name.fast")).to_have_count(1)
    page.click("#lock-do")
    expect(page.locator(".cell-name.fast")).to_have_count(0)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_last_year_is_replayed_on_the_plan(browser: Browser, town: Town, people: People) -> None:
    page = planner(browser, town, people.planner)
    number = opened(page, "演练")
    expect(page.locator("#replay")).to_be_hidden()
    page.keyboard.press("b")
    page.locator(f"#grids input[value='{CELLS[4]}']").check()
    page.click("#apply")
    settled(page, number, 2)
    page.locator("#replay").press("Enter")
    expect(page.locator("#replayed")).to_contain_text("去年涉及社区的事件")
    page.locator("#replayed").scroll_into_view_if_needed()
    pictured(page, "planner-replayed")
    page.locator("#undo").click()
    settled(page, number, 3)
    expect(page.locator("#replayed")).to_be_empty()
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
