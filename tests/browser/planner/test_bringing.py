"""A layer drawn in another tool, brought into a plan by mouse and by keyboard; its problems gone through one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect

from tests.api.routes.planned import CELLS
from tests.api.routes.towns import Town
from tests.browser.planner.office import People, across, opened, pictured, planner, settled

pytestmark = pytest.mark.browser


def taken(page: Page, folder: Path) -> dict[str, Any]:
    with page.expect_download() as download:
        page.click("#take")
    download.value.save_as(folder / "taken.geojson")
    told: dict[str, Any] = json.loads((folder / "taken.geojson").read_text(encoding="utf-8"))
    return told


def test_a_layer_drawn_elsewhere_is_compared_drawn_and_undone(
    browser: Browser, town: Town, people: People, tmp_path: Path
) -> None:
    page = planner(browser, town, people.planner)
    first = opened(page, "画好的")
    page.keyboard.press("s")
    page.locator(f"#grids input[value='{CELLS[4]}']").check()
    above, below = across(page, CELLS[4])
    page.mouse.click(*above)
    page.mouse.move(*below)
    page.mouse.click(*below)
    page.keyboard.press("Enter")
    settled(page, first, 2)
    taken(page, tmp_path)
    page.set_input_files("#bring-file", tmp_path / "taken.geojson")
    page.locator("#bring button").press("Enter")
    expect(page.locator("#brought")).to_contain_text("没有变化")
    page.click("#back")
    second = opened(page, "导入的")
    page.set_input_files("#bring-file", tmp_path / "taken.geojson")
    page.locator("#bring button").click()
    drawing = page.locator("#brought button.main")
    expect(drawing).to_contain_text("画入方案")
    drawing.scroll_into_view_if_needed()
    pictured(page, "planner-brought")
    drawing.press("Enter")
    settled(page, second, 2)
    expect(page.locator("#grids li.created")).to_have_count(1)
    page.locator("#undo").click()
    settled(page, second, 3)
    expect(page.locator("#grids li.created")).to_have_count(0)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_problems_are_gone_through_one_by_one(browser: Browser, town: Town, people: People, tmp_path: Path) -> None:
    page = planner(browser, town, people.planner)
    opened(page, "有问题的")
    told = taken(page, tmp_path)
    for one in told["features"][:2]:
        wide = shapely.buffer(shapely.from_geojson(json.dumps(one["geometry"])), 0.0003)
        one["geometry"] = json.loads(shapely.to_geojson(wide))
    (tmp_path / "broken.geojson").write_text(json.dumps(told), encoding="utf-8")
    page.set_input_files("#bring-file", tmp_path / "broken.geojson")
    page.locator("#bring button").click()
    place = page.locator("#problem-place")
    expect(place).to_contain_text("1 / ")
    count = int(str(place.text_content()).split("/")[1])
    assert count > 1
    page.locator("#planner-map").focus()
    page.keyboard.press("]")
    expect(place).to_have_text(f"2 / {count}")
    pictured(page, "planner-problems")
    page.click("#problem-last")
    expect(place).to_have_text(f"1 / {count}")
    page.keyboard.press("[")
    expect(place).to_have_text(f"{count} / {count}")
    page.click("#problem-close")
    expect(page.locator("#problems")).to_be_hidden()
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()
