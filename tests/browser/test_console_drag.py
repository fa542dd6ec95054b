"""A report dragged from the list onto the console's map: to a person, to an area, to its place. In a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.routes.people import Visitor
from tests.api.routes.towns import Town, position
from tests.browser.test_console_layers import WALL, dispatcher, town

__all__ = ["dispatcher", "town"]

pytestmark = pytest.mark.browser


def console_at(browser: Browser, town: Town, who: Visitor, column: int, row: int) -> Page:
    """The grids, with the middle of a cell in the middle of the map."""
    context = browser.new_context(viewport={"width": WALL[0], "height": WALL[1]})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    at = position(column, row)
    page.goto(f"{town.client.base_url}/console?lang=zh&level=grid#{at['lat']},{at['lon']},17")
    page.wait_for_selector("body[data-ready][data-listed]")
    return page


def drop(page: Page, number: str, *, right_px: int = 0) -> None:
    box: Any = page.locator("#console-map").bounding_box()
    middle: Any = {"x": box["width"] / 2 + right_px, "y": box["height"] / 2}
    page.drag_and_drop(f'#list li[data-number="{number}"] a', "#console-map", target_position=middle)


def holder(town: Town, number: str) -> str:
    return str(town.get(f"/reports/{number}")["assignee"]["number"])


def test_dropped_on_a_person_it_is_theirs_by_one_key(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    number = town.file(subject=position(4, 4))["number"]
    page = console_at(browser, town, dispatcher, 1, 1)
    page.click("#extras summary")
    page.select_option("#over-people", "dispatch")
    expect(page.locator("#over-count")).to_contain_text("1 人共享位置")
    sharing = town.sql("select p.number from positions s join people p on p.id = s.person_id")[0][0]
    assert holder(town, number) != sharing
    drop(page, number)
    expect(page.locator("form.call [name=person]")).to_have_value(sharing)
    expect(page.locator("#foreseen")).to_contain_text(sharing)
    assert holder(town, number) != sharing, "letting go does nothing yet"
    page.keyboard.press("Enter")
    expect(page.locator("#foreseen button")).to_be_visible()
    assert holder(town, number) == sharing
    page.locator("#foreseen button").click()
    expect(page.locator("#foreseen")).to_contain_text("1")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_dropped_on_an_area_it_goes_to_who_answers_for_it(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    number = town.file(subject=position(0, 0))["number"]
    page = console_at(browser, town, dispatcher, 5, 4)
    drop(page, number)
    located = town.client.get("/api/v1/locate", params={k: v for k, v in position(5, 4).items() if k != "type"}).json()
    grid = located["path"][-1]
    answering = town.get(f"/areas/{grid['level']}/{grid['code']}")["answering"]
    expect(page.locator("form.call")).to_contain_text(f"{grid['name']}：{len(answering)} 人负责")
    expect(page.locator("form.call [name=person]")).to_have_value(answering[0]["number"])
    page.keyboard.press("Enter")
    expect(page.locator("#foreseen button")).to_be_visible()
    assert holder(town, number) == answering[0]["number"]
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_what_has_no_place_is_put_where_it_is_dropped(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    number = town.file(subject=position(0, 0, lon=118.5))["number"]
    page = console_at(browser, town, dispatcher, 2, 3)
    drop(page, number)
    page.click("#put-here")
    page.wait_for_selector(f'#panel[data-number="{number}"]')
    expect(page.locator("#notice")).to_contain_text(number)
    there = {name: value for name, value in position(2, 3).items() if name != "type"}
    cell = town.client.get("/api/v1/locate", params=there).json()["path"][-1]["code"]
    assert town.get(f"/reports/{number}")["where"]["path"][-1]["code"] == cell
    assert town.sql("select located from reports where id = %s", int(number.replace("-", ""))) == [(True,)]
    page.context.close()


def test_dropped_outside_the_district_it_stays(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    number = town.file(subject=position(0, 0))["number"]
    page = console_at(browser, town, dispatcher, 0, 0)
    drop(page, number, right_px=-600)
    expect(page.locator("#notice")).to_contain_text("不在本区范围内")
    page.context.close()


def test_who_is_on_the_map_is_found_by_their_number(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console_at(browser, town, dispatcher, 5, 4)
    sharing = town.sql("select p.number from positions s join people p on p.id = s.person_id")[0][0]
    page.fill("#search", sharing.lower())
    page.wait_for_timeout(500)
    expect(page.locator("#hits button", has_text=sharing)).to_have_count(0)
    page.click("#extras summary")
    page.select_option("#over-people", "dispatch")
    expect(page.locator("#over-count")).to_contain_text("1 人共享位置")
    page.fill("#search", "")
    page.fill("#search", sharing.lower())
    before = page.evaluate("location.hash")
    page.locator("#hits button", has_text=sharing).click()
    page.wait_for_function("before => location.hash !== before", arg=before)
    lat, lon, _ = (float(part) for part in page.evaluate("location.hash").strip("#").split(","))
    there = position(1, 1)
    assert (lon, lat) == pytest.approx((there["lon"], there["lat"]), abs=1e-3)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
