"""Every page of the app in a real browser under its own policy: nothing is blocked, and nothing inline would run."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest
from playwright.sync_api import Page

from api.cluster_database import url_of
from tests.api.routes.towns import Town, served
from tests.databases import clone

pytestmark = pytest.mark.browser

PAGES = ("/", "/figures", "/queues/unassigned", "/maps/workload", "/docs", "/follow", "/sign-in", "/nothing-here")
BLOCKED = "addEventListener('securitypolicyviolation', e => console.error('BLOCKED ' + e.violatedDirective))"


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        yield running


@pytest.fixture
def seen(page: Page, town: Town) -> list[str]:
    """What the browser complains of."""
    complaints: list[str] = []
    page.set_extra_http_headers({"Authorization": town.client.headers["authorization"]})
    page.add_init_script(BLOCKED)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_lives_under_its_policy(page: Page, town: Town, seen: list[str], path: str) -> None:
    page.goto(f"{town.client.base_url}{path}", wait_until="networkidle")
    assert not [one for one in seen if "404" not in one], seen


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_app_allows_what_stands_in_it(town: Town, path: str) -> None:
    answer = town.client.get(path, headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    rules = policy(answer)
    assert rules["default-src"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert rules["frame-ancestors"] == ("'self'" if path == "/maps/workload" else "'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert not any(inline in answer.text for inline in ("<style", ' style="', "<script>", " onclick=", "javascript:"))


def test_a_script_in_a_page_would_be_blocked(page: Page, town: Town, seen: list[str]) -> None:
    page.goto(f"{town.client.base_url}/maps/workload", wait_until="networkidle")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None
    assert any("BLOCKED script-src" in one for one in seen)


def test_the_file_that_is_sent_on_loads_and_sends_nothing(town: Town) -> None:
    rules = policy(town.client.get("/maps/workload.html"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["form-action"] == "'none'"
    assert "connect-src" not in rules
