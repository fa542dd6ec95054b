"""How the console's map is classed: by quantiles, natural breaks, or limits that are kept to compare days."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.routes.people import Visitor
from tests.api.routes.towns import Town, position
from tests.browser.test_console_layers import console, dispatcher, town

__all__ = ["dispatcher", "town"]

pytestmark = pytest.mark.browser


def ranges(page: Page) -> list[str]:
    """The classes as the legend names them, without "no data"."""
    return page.locator("#classes th").all_inner_texts()[:-1]


def test_classes_that_are_kept_stay_whatever_comes(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    for times, column in ((1, 3), (3, 4), (6, 5)):
        for _ in range(times):
            town.file(subject=position(column, 4))
    page = console(browser, town, dispatcher, "lang=zh&level=grid")
    with page.expect_response(re.compile("breaks=natural&classes=5")):
        page.select_option("#breaks", "natural")
    assert "breaks=natural" in page.url
    page.select_option("#breaks", "fixed")
    page.wait_for_url(re.compile(r"breaks=fixed%2F[\d%C,]+"))
    # A class that is kept has no upper end.
    expect(page.locator("#classes")).to_contain_text("≥")
    kept = ranges(page)
    assert len(kept) > 2
    for _ in range(9):
        town.file(subject=position(6, 4))
    page.reload()
    page.wait_for_selector("body[data-ready][data-listed]")
    expect(page.locator("#breaks")).to_have_value("fixed")
    assert ranges(page) == kept
    assert "breaks=fixed" in (page.locator("#as-pdf").get_attribute("href") or "")
    # Limits are of a figure and a level: for another the classes are made anew.
    page.select_option("#metric", "closed_30d")
    page.wait_for_selector('body[data-ready="grid/closed_30d"]')
    expect(page.locator("#breaks")).to_have_value("quantile")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


@pytest.mark.parametrize("wrong", ["fixed", "fixed/a", "fixed/1;2", "best"])
def test_what_no_classes_are_is_as_usual(browser: Browser, town: Town, dispatcher: Visitor, wrong: str) -> None:
    page = console(browser, town, dispatcher, f"lang=zh&breaks={wrong}")
    expect(page.locator("#breaks")).to_have_value("quantile")
    page.context.close()
