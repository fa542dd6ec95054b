"""The areas of a map lie on two sheets: another figure colours one of them anew, and both go where the map goes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.routes.people import Visitor
from tests.api.routes.towns import Town
from tests.browser.test_console_layers import console, dispatcher, town

__all__ = ["dispatcher", "town"]

pytestmark = pytest.mark.browser
#: A digest of what a canvas shows, and how much of it is not empty.
SHOWN = """(name) => {
    const canvas = document.querySelector(name);
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let digest = 0, drawn = 0;
    for (let i = 0; i < pixels.length; i += 4) {
        const colour = pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2];
        digest = (digest * 31 + colour * (pixels[i + 3] || 1)) % 2147483647;
        drawn += pixels[i + 3] > 0;
    }
    return [digest, drawn / (pixels.length / 4)];
}"""
FILLS, BORDERS = "canvas.fills", ".leaflet-overlay-pane canvas:not(.fills):not(.names):not(.heat)"
#: Where several canvases lie, at one moment.
LIE = """(names) => names.map(name => {
    const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
    return [x, y, width, height];
})"""


def shown(page: Page, name: str) -> Any:
    page.wait_for_timeout(200)
    return page.evaluate(SHOWN, name)


def test_another_figure_changes_colours_and_no_border(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, "lang=zh&level=grid")
    colours, borders = shown(page, FILLS), shown(page, BORDERS)
    assert colours[1] > 0.2, "the areas are filled"
    assert 0 < borders[1] < colours[1], "and have borders"
    page.select_option("#metric", "closed_30d")
    page.wait_for_selector('body[data-ready="grid/closed_30d"]')
    assert shown(page, FILLS)[0] != colours[0]
    assert shown(page, BORDERS) == borders
    page.select_option("#metric", "open")
    page.wait_for_selector('body[data-ready="grid/open"]')
    assert shown(page, FILLS) == colours
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_both_sheets_go_with_the_map(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, "lang=zh&level=grid")
    before = shown(page, FILLS)
    box: Any = page.locator("#console-map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(700)
    page.mouse.down()
    page.mouse.move(middle[0] + 150, middle[1] + 60, steps=6)
    page.mouse.up()
    page.wait_for_timeout(300)
    assert len({tuple(one) for one in page.evaluate(LIE, [FILLS, BORDERS])}) == 1
    assert shown(page, FILLS)[1] > before[1], "nearer, the areas are larger"
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_timeout(300)
    assert len({tuple(one) for one in page.evaluate(LIE, [FILLS, BORDERS])}) == 1
    page.context.close()


def test_what_was_chosen_recedes_with_its_border(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher, "lang=zh&level=grid")
    before = shown(page, BORDERS)
    street = town.get("/areas", level="street")["areas"][0]["code"]
    page.goto(
        f"{page.url.split('?')[0]}?lang=zh&level=grid&area={street}&areaLevel=street{page.evaluate('location.hash')}"
    )
    page.wait_for_selector("body[data-ready][data-listed]")
    expect(page.locator("#crumbs li")).to_have_count(2)
    assert shown(page, BORDERS)[0] != before[0]
    page.context.close()
