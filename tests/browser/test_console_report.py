"""What a report's panel holds beside its steps: record, photos, and on the map the cells it may lie in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect

from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, position
from tests.browser.test_console_layers import console, dispatcher, town
from tests.layers.read.made_photos import encoded, picture
from tests.toytown import polygons

__all__ = ["dispatcher", "town"]

pytestmark = pytest.mark.browser
LOOKS = "select count(*) from traces where event = 'personal_read' and subject = %s"


def test_the_record_is_read_and_photos_are_looked_at_when_asked_for(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    number = town.file()["number"]
    address = f"/api/v1/reports/{number}/photos"
    sent = town.client.post(
        address, params={"taken": "before"}, content=encoded(picture()), headers={"Content-Type": "image/jpeg"}
    )
    assert sent.status_code == 201, sent.text
    page = console(browser, town, dispatcher, f"lang=zh&report={number}")
    record, photos = (page.locator("#panel .history details").nth(nth) for nth in (0, 1))
    page.wait_for_selector("#panel .history")
    before = town.sql(LOOKS, f"report:{number}")[0][0]
    record.locator("summary").click()
    expect(record.locator("li")).to_have_count(3)
    expect(record).to_contain_text("立案")
    expect(record).to_contain_text("共 3 条，链条完整")
    assert town.sql(LOOKS, f"report:{number}")[0][0] == before, "nobody's photo was looked at yet"
    photos.locator("summary").click()
    image = photos.locator("img")
    expect(image).to_have_count(1)
    page.wait_for_function("() => document.querySelector('#panel figure img').naturalWidth > 0")
    expect(photos).to_contain_text("处置前")
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_the_cells_a_report_may_lie_in_are_drawn_with_their_share(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    corner = polygons.cell_polygon(2, 2).exterior.coords[0]
    subject = position(0, 0, lon=corner[0], lat=corner[1], accuracy_m=40.0)
    doubtful, sure = town.file(subject=subject), town.file(subject=position(3, 3, accuracy_m=5.0))
    candidates = town.get(f"/reports/{doubtful['number']}")["where"]["candidates"]
    assert len(candidates) > 1
    page = console(browser, town, dispatcher, f"lang=zh&report={doubtful['number']}")
    shares = page.locator(".share")
    expect(shares).to_have_count(min(4, len(candidates)))
    expect(shares.first).to_have_text(f"{round(candidates[0]['share'] * 100)} %")
    page.locator(f'#list li[data-number="{sure["number"]}"] a').click()
    page.wait_for_selector(f'#panel[data-number="{sure["number"]}"]')
    expect(shares).to_have_count(0)
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_two_who_have_the_same_report_open_are_told_of_each_other(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(_another_dispatcher, town).result()
    number = town.file()["number"]
    first = console(browser, town, dispatcher, f"lang=zh&report={number}")
    first.wait_for_selector(f'#panel[data-number="{number}"]')
    expect(first.locator("#also-open")).to_be_empty()
    second = console(browser, town, other, f"lang=zh&report={number}")
    expect(second.locator("#also-open")).to_have_text("另有 1 人正在查看：调度员")
    first.reload()
    expect(first.locator("#also-open")).to_have_text("另有 1 人正在查看：调度员")
    for page in (first, second):
        assert not page.errors  # type: ignore[attr-defined]
        page.context.close()


def _another_dispatcher(town: Town) -> Visitor:
    someone = visitor(town, Role.DISPATCHER, areas=(polygons.DISTRICT_CODE,), enrolled=True)
    someone.sign_in()
    return someone
