"""What is laid over the dispatcher's map, measured on it, taken along: in a real browser on the real service."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, position, served
from tests.databases import clone
from tests.toytown import polygons

pytestmark = pytest.mark.browser
WALL = (1920, 1080)
COLOURED = """(name) => {
    const canvas = document.querySelector(name);
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let seen = 0;
    for (let i = 3; i < pixels.length; i += 4) seen += pixels[i] > 0;
    return seen;
}"""


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        for _ in range(5):
            running.file()
        yield running


@pytest.fixture(scope="module")
def dispatcher(town: Town) -> Visitor:
    """With a worker who shares where they are; made in a thread: the browser holds this one's event loop."""

    def made() -> Visitor:
        worker = visitor(town, Role.GRID_WORKER, person=town.get("/reports")["reports"][0]["assignee"]["number"])
        worker.sign_in()
        place = {name: value for name, value in position(1, 1).items() if name != "type"}
        until = (town.now() + timedelta(minutes=20)).isoformat()
        sharing = place | {"purpose": "handling", "until": until}
        answer = worker.client.post("/api/v1/my/position", json=sharing, headers={"x-csrf-token": worker.csrf or ""})
        assert answer.status_code == 204, answer.text
        someone = visitor(town, Role.DISPATCHER, areas=(polygons.DISTRICT_CODE,), enrolled=True)
        someone.sign_in()
        return someone

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def console(browser: Browser, town: Town, who: Visitor, query: str = "lang=zh") -> Page:
    context = browser.new_context(viewport={"width": WALL[0], "height": WALL[1]})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}/console?{query}")
    page.wait_for_selector("body[data-ready][data-listed]")
    page.click("#extras summary")
    return page


def test_density_service_points_and_who_shares_where_they_are(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    page = console(browser, town, dispatcher)
    page.check("#over-heat")
    page.wait_for_selector("canvas.heat")
    assert page.evaluate(COLOURED, "canvas.heat") > 500
    page.uncheck("#over-heat")
    expect(page.locator("canvas.heat")).to_have_count(0)
    with page.expect_response(lambda answer: "/api/v1/service-points" in answer.url) as told:
        page.check("#over-services")
    assert told.value.json()["service_points"]
    looks = "select count(*) from traces where position('dispatch' in convert_from(body, 'UTF8')) > 0"
    before = town.sql(looks)[0][0]
    page.select_option("#over-people", "dispatch")
    expect(page.locator("#over-count")).to_contain_text("1 人共享位置")
    assert town.sql(looks)[0][0] == before + 1
    page.select_option("#over-people", "")
    expect(page.locator("#over-count")).to_be_empty()
    assert not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_a_line_is_measured_and_ended_by_a_key(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    page.click("#ruler")
    box: Any = page.locator("#console-map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for step in (0, 120):
        page.mouse.click(middle[0] + step, middle[1])
    expect(page.locator("#measured")).to_contain_text("m")
    area = page.url
    page.keyboard.press("Escape")
    expect(page.locator("#measured")).to_be_empty()
    assert "area=" not in area, "a click that measures chooses no area"
    page.context.close()


def test_the_view_is_in_the_address_and_a_colleague_sees_it(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    page = console(browser, town, dispatcher)
    page.locator("#console-map").hover()
    page.mouse.wheel(0, -600)
    page.wait_for_timeout(600)
    at = page.evaluate("location.hash")
    page.context.close()
    again = console(browser, town, dispatcher, f"lang=zh{at}")
    again.wait_for_timeout(300)
    shown = again.evaluate("location.hash")
    ours, theirs = ([float(part) for part in one.strip("#").split(",")] for one in (at, shown))
    assert ours == pytest.approx(theirs, abs=1e-3)
    again.context.close()


def test_the_map_and_the_order_are_printed_as_the_page_links_them(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    page = console(browser, town, dispatcher)
    street = polygons.street_code(1)
    page.goto(f"{town.client.base_url}/console?lang=zh&area={street}&areaLevel=street")
    page.wait_for_selector("body[data-ready='community/open'][data-listed]")
    href = page.get_attribute("#as-pdf", "href") or ""
    assert f"area={street}" in href and "level=community" in href
    page.context.close()
    document = pypdfium2.PdfDocument(io.BytesIO(_fetched(town, dispatcher, href)))
    assert len(document) == 1
    number = town.get("/reports")["reports"][0]["number"]
    page = console(browser, town, dispatcher, f"lang=en&report={number}")
    link = page.get_by_role("link", name="Work order (PDF)")
    assert _fetched(town, dispatcher, link.get_attribute("href") or "").startswith(b"%PDF")
    page.context.close()


def _fetched(town: Town, who: Visitor, path: str) -> bytes:
    with httpx.Client(base_url=town.client.base_url, trust_env=False, timeout=30) as client:
        answer = client.get(path, headers={"Cookie": f"wangge_session={who.token}"})
    assert answer.status_code == 200, answer.text
    return answer.content


def test_an_address_is_completed_in_the_search_and_in_a_call(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    [(address,)] = town.sql("select address from buildings where address <> '' order by code limit 1")
    page = console(browser, town, dispatcher)
    page.fill("#search", address)
    hit = page.locator("#hits button", has_text=address).first
    expect(hit).to_be_visible()
    hit.click()
    page.keyboard.press("n")
    page.fill("[name=address]", address)
    first = page.locator("#call-matches button", has_text=address).first
    expect(first).to_be_visible()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#call-place")).to_contain_text("›")
    expect(page.locator("#call-matches button")).to_have_count(0)
    assert address not in page.url and not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_what_a_number_called_about_before_is_listed_and_traced(
    browser: Browser, town: Town, dispatcher: Visitor
) -> None:
    filed = town.file(reporter={"name": "某某", "phone": "13812345678"})
    page = console(browser, town, dispatcher)
    page.keyboard.press("n")
    page.fill("[name=phone]", "138-1234-5678")
    page.locator("[name=phone]").press("Tab")
    expect(page.locator("#call-before a", has_text=filed["number"])).to_be_visible()
    read = "select count(*) from traces where event = 'personal_read' and subject = %s"
    assert town.sql(read, f"report:{filed['number']}")[0][0] == 1
    assert "138" not in page.url and not page.errors  # type: ignore[attr-defined]
    page.context.close()


def test_what_was_said_is_read_for_a_purpose_and_traced(browser: Browser, town: Town, dispatcher: Visitor) -> None:
    with ThreadPoolExecutor(1) as thread:
        number = thread.submit(_with_notes, town).result()
    page = console(browser, town, dispatcher, f"lang=zh&report={number}")
    said = page.locator("#panel .said")
    expect(said).to_contain_text("查阅将被记录")
    expect(said).not_to_contain_text("三楼")
    said.get_by_role("button", name="调度").click()
    expect(said).to_contain_text("三楼堆了杂物")
    expect(said.locator("a[href='tel:0411123']")).to_have_text("0411-123")
    expect(said.locator("ol")).to_contain_text("另一位 · 111 · 也看到了")
    statement = "select count(*) from traces where event = 'personal_read' and subject = %s"
    assert town.sql(statement, f"report:{number}") == [(1,)]
    assert page.errors == []  # type: ignore[attr-defined]


def _with_notes(town: Town) -> str:
    told = town.file(text="三楼堆了杂物", reporter={"name": "某人", "phone": "0411-123"})
    number = str(told["number"])
    caller = {"caller_name": "另一位", "caller_phone": "111", "note": "也看到了"}
    step = {"action": "attach_caller", "client_key": "another", **caller}
    assert town.client.post(f"/api/v1/reports/{number}/steps", json=step).status_code == 200
    return number
