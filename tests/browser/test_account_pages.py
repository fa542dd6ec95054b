"""Signing in and one's own account in a real browser without scripts, on a phone and at a desk, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from api.cluster_database import url_of
from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.layers.access.counter import PASSWORD

pytestmark = pytest.mark.browser
#: Each size in one language, a phone in both.
SCREENS = [(390, 844, "zh"), (390, 844, "en"), (1366, 768, "en"), (1920, 1080, "zh")]
DISTRICT, STREET = "990101000000", "990101001000"


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        yield running


def someone(town: Town, role: Role, *areas: str, enrolled: bool = False) -> Visitor:
    """Made in a thread of its own: the browser holds this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: visitor(town, role, areas=areas, enrolled=enrolled)).result()


@pytest.fixture(params=SCREENS, ids=lambda one: f"{one[0]}-{one[2]}")
def screen(request: pytest.FixtureRequest) -> tuple[int, int, str]:
    found: tuple[int, int, str] = request.param
    return found


@pytest.fixture
def language(screen: tuple[int, int, str]) -> str:
    return screen[2]


@pytest.fixture
def sized(screen: tuple[int, int, str], browser: Browser) -> Iterator[Page]:
    width, height, _ = screen
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def sign_in(page: Page, town: Town, who: Visitor, language: str, wanted: str) -> None:
    page.goto(f"{town.client.base_url}{wanted}")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
    page.fill("[name=login]", who.login)
    page.fill("[name=password]", PASSWORD)
    page.click("button.main")


def fits(page: Page) -> None:
    """Nothing sticks out to the side, and what is pressed with a thumb is large enough."""
    view = page.viewport_size
    assert view is not None
    for box in (one.bounding_box() for one in page.locator("input:visible, button:visible, .card").all()):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= view["width"]
    for box in (one.bounding_box() for one in page.locator("form input:visible, button.main").all()):
        assert box is not None
        assert box["height"] >= 40


def test_a_dispatcher_comes_to_the_page_they_wanted(sized: Page, town: Town, language: str) -> None:
    dispatcher = someone(town, Role.DISPATCHER, DISTRICT, enrolled=True)
    wanted = f"/queues/unassigned?lang={language}"
    sign_in(sized, town, dispatcher, language, wanted)
    expect(sized.locator("[name=code]")).to_be_focused()
    fits(sized)
    town.later(seconds=60)
    sized.fill("[name=code]", dispatcher.code)
    sized.press("[name=code]", "Enter")
    sized.wait_for_url(f"**{wanted}")
    expect(sized.locator("h1")).to_contain_text("未派" if language == "zh" else "nassigned")


def test_a_second_factor_fits_the_screen(sized: Page, town: Town, language: str) -> None:
    planner = someone(town, Role.PLANNER, DISTRICT)
    sign_in(sized, town, planner, language, f"/account?lang={language}")
    picture = sized.locator("img.qr")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.naturalWidth") > 100, "the policy lets the picture be shown"
    fits(sized)


def test_an_officer_looks_after_their_account(sized: Page, town: Town, language: str) -> None:
    officer = someone(town, Role.STREET_OFFICER, STREET)
    sign_in(sized, town, officer, language, f"/account?lang={language}")
    fits(sized)
    sized.fill("form.row [name=name]", "工作手机")
    sized.click("form.row button")
    expect(sized.locator(".token code")).to_have_text(re.compile(r"^wgd_"))
    sized.locator("button.alarm").click()
    expect(sized.locator(".done")).to_be_visible()
    expect(sized.locator(".state.lost")).to_have_count(1)
    fits(sized)
    sized.locator(".card-head form button").click()
    expect(sized.locator("h1")).to_have_text("您已退出" if language == "zh" else "You are signed out")
    sized.go_back()
    assert sized.goto(f"{town.client.base_url}/account?lang={language}") is not None
    expect(sized.locator("[name=login]")).to_be_visible()


def test_a_refusal_is_said_and_the_login_is_kept(page: Page, town: Town) -> None:
    page.goto(f"{town.client.base_url}/sign-in")
    page.fill("[name=login]", "nobody-here")
    page.fill("[name=password]", "not the one")
    page.click("button.main")
    expect(page.get_by_role("alert")).to_contain_text("登录失败")
    expect(page.locator("[name=login]")).to_have_value("nobody-here")
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.locator("[name=password]")).to_be_focused()
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Sign in")


def test_a_page_of_another_site_cannot_send_our_forms(page: Page, town: Town) -> None:
    """A foreign page posts to us: the browser says where it comes from, and sends no cookie of ours along."""
    officer = someone(town, Role.STREET_OFFICER, STREET)
    sign_in(page, town, officer, "zh", "/account?lang=zh")
    host = str(town.client.base_url).replace("127.0.0.1", "localhost").rstrip("/")
    own = str(town.client.base_url).rstrip("/")
    form = f'<form method="post" action="{own}/account/devices"><input name="name" value="x"><button>go</button></form>'
    page.route(f"{host}/made", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(f"{host}/made")
    with page.expect_navigation() as navigation:
        page.click("button")
    assert navigation.value is not None
    assert navigation.value.status == 403
    page.goto(f"{own}/account")
    expect(page.locator(".phones")).to_have_count(0)
