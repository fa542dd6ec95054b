"""Figures of whole levels and the maps made of them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime
from statistics import median
from typing import Any

import pytest

from tests.api.routes.towns import Town, position

LEVELS = ("district", "street", "community", "grid")


@pytest.fixture(scope="module")
def busy(town: Town) -> Town:
    """Reports in cells, one held by a community, one by the district, one nowhere; an hour passes between them."""
    for number in range(9):
        town.later(hours=0.25)
        town.file(subject=position(number, number % 7))
    town.file(subject={"type": "area", "level": "community", "code": "990101001001"}, kind="L01")
    town.file(kind="L02", subject={"type": "none"})
    town.file(subject=position(0, 0, lon=118.5))
    return town


def test_every_level_accounts_for_every_open_report(busy: Town) -> None:
    told = {level: busy.get("/workload", level=level) for level in LEVELS}
    sums = {level: sum(row["open"] for row in one["rows"]) for level, one in told.items()}
    assert sums == {"district": 11, "street": 10, "community": 10, "grid": 9}
    assert {level: one["held_above"] for level, one in told.items()} == {
        "district": 0,
        "street": 1,
        "community": 1,
        "grid": 2,
    }
    assert {one["unlocated"] for one in told.values()} == {1}
    assert {sums[level] + one["held_above"] for level, one in told.items()} == {11}


def test_figures_of_an_area_are_counted_right(busy: Town) -> None:
    rows = {row["code"]: row for row in busy.get("/workload", level="street")["rows"]}
    row = rows["990101001000"]
    assert (row["open"], row["residents"], row["workers"]) == (4, 21 * 165, 9)
    reports = busy.get("/reports", level="street", area="990101001000", limit=200)["reports"]
    assert len(reports) == row["open"]


def test_the_median_is_that_of_the_ages(busy: Town) -> None:
    told = busy.get("/workload", level="street", metric="median_age_open_h")
    as_of = datetime.fromisoformat(told["as_of"])
    for row in told["rows"]:
        reports = busy.get("/reports", level="street", area=row["code"], limit=200)["reports"]
        ages_h = [(as_of - datetime.fromisoformat(one["filed_at"])).total_seconds() / 3600 for one in reports]
        assert row["value"] == pytest.approx(median(ages_h))


def test_an_area_with_nothing_open_has_no_median(busy: Town) -> None:
    empty = [row for row in busy.get("/workload", level="grid")["rows"] if row["open"] == 0]
    assert empty
    assert {row["median_age_open_h"] for row in empty} == {None}


@pytest.mark.parametrize("metric", ["open", "unassigned", "open_per_worker", "open_per_1000_residents"])
def test_each_metric_is_told_for_each_area(busy: Town, metric: str) -> None:
    told = busy.get("/workload", metric=metric)
    assert len(told["rows"]) == 63
    assert told["metric"] == metric
    assert (told["total"] is None) == (metric not in {"open", "unassigned"})


def page_settings(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="config-json">(.*?)</script>', page, re.S)
    assert found
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def test_the_page_leads_to_outlines_that_never_change(busy: Town) -> None:
    page = busy.client.get("/maps/workload", params={"level": "grid", "lang": "en"})
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["content-security-policy"]
    settings = page_settings(page.text)
    outlines = busy.client.get(settings["outlinesUrl"])
    assert outlines.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert outlines.headers["content-encoding"] == "gzip"
    assert len(outlines.json()["features"]) == 63
    plain = busy.client.get(settings["outlinesUrl"], headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == outlines.json()


def test_outlines_and_figures_are_of_the_same_areas(busy: Town) -> None:
    settings = page_settings(busy.client.get("/maps/workload", params={"level": "community"}).text)
    figures = busy.client.get(settings["figuresUrl"] + "&metric=open&breaks=natural&classes=4")
    assert figures.status_code == 200
    assert figures.json()["order"] == busy.client.get(settings["outlinesUrl"]).json()["order"]
    assert "open/natural/4" in figures.json()["classes"]


def test_who_looks_within_a_second_shares_the_figures(busy: Town) -> None:
    first = busy.client.get("/maps/figures", headers={"cache-control": "no-cache"}).json()
    busy.later(hours=0.1)
    assert busy.client.get("/maps/figures").json()["as_of"] == first["as_of"]
    assert busy.client.get("/maps/figures?level=street").json()["as_of"] > first["as_of"]
    assert busy.client.get("/maps/figures", headers={"cache-control": "no-cache"}).json()["as_of"] > first["as_of"]


def test_figures_say_what_no_area_counts(busy: Town) -> None:
    told = busy.client.get("/maps/figures", headers={"cache-control": "no-cache"}).json()["elsewhere"]
    assert (told["held_above"]["open"], told["unlocated"]["open"]) == (2, 1)


def test_figures_are_packed_and_known_again(busy: Town) -> None:
    packed = busy.client.get("/maps/figures", headers={"cache-control": "no-cache"})
    plain = busy.client.get("/maps/figures", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.headers["etag"]) == ("gzip", plain.headers["etag"])
    assert packed.json() == plain.json()
    again = busy.client.get("/maps/figures", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_outlines_of_another_content_are_not_there(busy: Town) -> None:
    url = page_settings(busy.client.get("/maps/workload").text)["outlinesUrl"]
    other = url.replace(url.rpartition("-")[2], "0" * 20 + ".json")
    for path in (other, "/maps/outlines/x.json", "/maps/outlines/1-ward-ab.json"):
        assert busy.client.get(path).json()["type"].endswith("#unknown-outlines")


def test_the_file_needs_nothing_else(busy: Town) -> None:
    answer = busy.client.get("/maps/workload.html", params={"level": "street", "metric": "open_per_worker"})
    assert answer.headers["content-disposition"] == 'attachment; filename="workload-street-20250106.html"'
    assert "connect-src" not in answer.headers["content-security-policy"]
    assert "src=" not in re.sub(r"<script>.*?</script>", "", answer.text, flags=re.S)


@pytest.mark.parametrize("path", ["/maps/workload", "/maps/workload.html", "/maps/figures", "/api/v1/workload"])
def test_what_cannot_be_drawn_is_refused(busy: Town, path: str) -> None:
    refused = {"metric=none": 422, "level=ward": 404, "edition=9": 404, "colour=red": 422}
    for query, status in refused.items():
        assert busy.client.get(f"{path}?{query}").status_code == status, query


def test_large_answers_are_packed_for_those_who_take_it(busy: Town) -> None:
    with busy.client.stream("GET", "/api/v1/areas?limit=200") as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(packed))["areas"]) == 76
