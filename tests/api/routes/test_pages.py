"""The service's own pages: what waits is shown loudly, in both languages, under a strict policy."""

from __future__ import annotations

import re

import pytest

from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.test_workload import page_settings
from tests.api.routes.towns import Town, position, served

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def waiting(town: Town) -> dict[str, str]:
    """One report that nobody could take, one that lies nowhere, one in good hands."""
    town.file()
    town.sql("update people set active = false where role <> 'grid_worker'")
    town.later(hours=14)
    unassigned = town.file(subject=position(3, 3))
    town.sql("update people set active = true")
    unlocated = town.file(subject=position(0, 0, lon=118.5))
    matched = town.file(subject={"type": "address", "address": "没有这条路9号"})
    town.later(hours=2)
    return {name: one["number"] for name, one in (("nobody", unassigned), ("nowhere", unlocated), ("where", matched))}


def test_the_start_page_counts_and_shows_what_waits(town: Town, waiting: dict[str, str]) -> None:
    page = town.client.get("/", headers=BROWSER)
    assert page.status_code == 200
    counts = re.findall(r"<dt>(.*?)</dt>\s*<dd>([\d,]+)</dd>", page.text)
    assert dict(counts) == {"未结事件": "4", "未派单": "1", "未定位": "2", "今日立案": "3"}
    for number in waiting.values():
        assert number in page.text
    assert "2 人不在岗" in page.text
    assert "附近没有网格" in page.text


def test_the_start_page_is_english_behind_one_switch(town: Town, waiting: dict[str, str]) -> None:
    page = town.client.get("/?lang=en")
    assert '<html lang="en">' in page.text
    assert "Toy Town" in page.text
    assert "2 off duty" in page.text


def test_the_embedded_map_is_there(town: Town) -> None:
    page = town.client.get("/").text
    found = re.search(r'<iframe src="([^"]+)"', page)
    assert found
    embedded = town.client.get(found[1].replace("&amp;", "&"))
    assert page_settings(embedded.text)["embedded"] is True
    assert "frame-ancestors 'self'" in embedded.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("key", "present", "absent"), [("unassigned", "nobody", "nowhere"), ("unlocated", "where", "nobody")]
)
def test_a_queue_shows_its_own_reports(
    town: Town, waiting: dict[str, str], key: str, present: str, absent: str
) -> None:
    page = town.client.get(f"/queues/{key}").text
    assert waiting[present] in page
    assert waiting[absent] not in page
    assert "已等待 2 小时" in page


def test_pages_run_no_script_and_load_nothing_foreign(town: Town) -> None:
    for path in ("/", "/queues/unassigned", "/nothing"):
        page = town.client.get(path, headers=BROWSER)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert " style=" not in page.text
        links = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        assert links
        assert all(link.startswith(("/", "#")) for link in links)
        for link in {one for one in links if one.startswith("/static/")}:
            assert town.client.get(link).status_code == 200, link


def test_a_browser_gets_a_page_for_a_problem_and_a_script_facts(town: Town) -> None:
    page = town.client.get("/maps/workload?level=ward", headers=BROWSER | {"accept-language": "zh-CN"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个层级" in page.text
    facts = town.client.get("/maps/workload?level=ward")
    assert facts.headers["content-type"] == "application/problem+json"
    api = town.client.get("/api/v1/areas/ward/1", headers=BROWSER)
    assert api.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "accepted", "says"),
    [
        ("?level=ward", "zh-CN", "没有这个层级"),
        ("?level=ward", "en-GB,en;q=0.9,zh;q=0.8", "No such level"),
        ("?level=ward", "fr,zh-TW;q=0.3,en;q=0.2", "没有这个层级"),
        ("?level=ward", "zh;q=0, en", "No such level"),
        ("?level=ward", "fr", "没有这个层级"),
        ("?level=ward&lang=en", "zh-CN", "No such level"),
        ("?level=ward&lang=zh", "en", "没有这个层级"),
    ],
)
def test_the_page_of_a_problem_is_in_the_language_asked_for(town: Town, query: str, accepted: str, says: str) -> None:
    page = town.client.get(f"/maps/workload{query}", headers=BROWSER | {"accept-language": accepted})
    assert says in page.text
    assert f'<html lang="{"zh-CN" if says[0] == "没" else "en"}">' in page.text


def test_a_queue_that_is_none_is_not_there(town: Town) -> None:
    answer = town.client.get("/queues/x")
    assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems#unknown-queue")
    assert "unassigned" in answer.json()["remedy"]


def test_the_embedded_map_names_its_district(town: Town) -> None:
    assert "district=990101000000" in town.client.get("/").text


def test_the_ways_out_of_a_page_keep_district_and_language(town: Town) -> None:
    page = town.client.get("/queues/unlocated?lang=en&district=990101000000").text
    assert 'href="/?district=990101000000&amp;lang=en"' in page
    linked = town.client.get("/maps/workload?lang=en&district=990101000000").text
    assert 'href="/?district=990101000000&amp;lang=en"' in linked
    assert '<span id="district">Toy Town</span>' in linked


def test_the_reference_tells_every_address(town: Town) -> None:
    page = town.client.get("/docs?lang=en", headers=BROWSER)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script" not in page.text
    for path, methods in town.get("/openapi.json")["paths"].items():
        for method, operation in methods.items():
            assert f'<span class="method">{method.upper()}</span> <code>{path}</code>' in page.text
            assert f'id="{operation["operationId"]}"' in page.text


def test_fixed_classes_without_limits_are_refused_by_the_page_too(town: Town) -> None:
    answer = town.client.get("/maps/workload?breaks=fixed")
    assert (answer.status_code, answer.json()["field"]) == (422, "limits")


def test_without_boundaries_the_start_page_says_what_to_do(db_url: str) -> None:
    with served(db_url) as running:
        page = running.client.get("/", headers=BROWSER, follow_redirects=True)
        assert page.status_code == 404
        assert "./wangge district" in page.text


def test_whoever_has_no_territory_sees_no_map_on_the_start_page(town: Town) -> None:
    resident = bearer(account(town.database_url, Role.RESIDENT))
    page = town.client.get("/", headers=BROWSER | resident)
    assert page.status_code == 200
    assert "<iframe" not in page.text and "/maps/workload" not in page.text
    assert "<iframe" in town.client.get("/", headers=BROWSER).text
