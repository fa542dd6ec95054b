"""Planners in a real browser on the real service: who they are, and what they do on the page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from layers.actors import Role
from tests.api.routes.people import Visitor
from tests.api.routes.planned import CELLS, COMMUNITY
from tests.api.routes.towns import Town

DESK, WALL = (1366, 768), (1920, 1080)
IN_FORCE_MS = 20_000
FOLLOWS_S = 20
PICTURES = os.environ.get("WANGGE_PICTURES")
REACH_PX = 130
NEW = f"{COMMUNITY}{len(CELLS) + 1:03d}"


class People(NamedTuple):
    """Who draws, who decides, who sees the map, who has a report in the east of a grid; and that report's number."""

    planner: Visitor
    supervisor: Visitor
    dispatcher: Visitor
    worker: Visitor
    moved: str


ROLES = (Role.PLANNER, Role.SUPERVISOR, Role.DISPATCHER)


def planner(
    browser: Browser, town: Town, who: Visitor, query: str = "", *, size: tuple[int, int] = DESK, **more: Any
) -> Page:
    page = paged(browser, town, who, f"/planner?{query or 'lang=zh'}", size=size, **more)
    page.wait_for_selector("body[data-ready]")
    return page


def paged(browser: Browser, town: Town, who: Visitor, path: str, *, size: tuple[int, int] = DESK, **more: Any) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **more)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}{path}")
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
