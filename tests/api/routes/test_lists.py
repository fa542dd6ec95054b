"""Lists of reports: narrowed, paged, stable while new reports come in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.routes.towns import Town, position


@pytest.fixture(scope="module")
def filed(town: Town) -> list[dict[str, Any]]:
    """Reports over the whole town, one each minute, oldest first."""
    reports = []
    for number in range(12):
        town.later(minutes=1)
        reports.append(town.file(subject=position(number % 9, number % 7), kind="L01" if number % 3 else "M01"))
    reports.append(town.file(subject=position(0, 0, lon=118.5)))
    reports.append(town.file(kind="L02", subject={"type": "none"}))
    return reports


def numbers(told: dict[str, Any]) -> list[str]:
    return [one["number"] for one in told["reports"]]


def test_newest_first_and_oldest_first(town: Town, filed: list[dict[str, Any]]) -> None:
    expected = [one["number"] for one in filed]
    assert numbers(town.get("/reports", limit=200)) == expected[::-1]
    assert numbers(town.get("/reports", limit=200, order="oldest")) == expected


def test_reports_in_lists_are_those_that_were_filed(town: Town, filed: list[dict[str, Any]]) -> None:
    listed = {one["number"]: one for one in town.get("/reports", limit=200)["reports"]}
    for one in filed:
        assert listed[one["number"]] == {key: one[key] for key in listed[one["number"]]}


def test_pages_hold_everything_once_while_reports_come_in(town: Town, filed: list[dict[str, Any]]) -> None:
    expected = [one["number"] for one in filed][::-1]
    page = town.get("/reports", limit=5)
    seen = numbers(page)
    while page["next"]:
        page = town.get("/reports", limit=5, cursor=page["next"])
        seen += numbers(page)
        town.sql("update reports set row_version = row_version + 1")
    assert seen == expected
    first = town.get("/reports", limit=5)
    extra = town.file(source="late")
    after = numbers(town.get("/reports", limit=5, cursor=first["next"]))
    assert after == expected[5:10]
    filed.append(extra)


def test_an_area_holds_everything_below_it(town: Town, filed: list[dict[str, Any]]) -> None:
    for level, depth in (("district", 0), ("street", 1), ("community", 2), ("grid", 3)):
        chosen = filed[0]["where"]["path"][depth]
        expected = {one["number"] for one in filed if chosen in one["where"]["path"]}
        assert set(numbers(town.get("/reports", level=level, area=chosen["code"], limit=200))) == expected
        assert expected


@pytest.mark.parametrize(
    ("parameters", "fits"),
    [
        ({"kind": "L01"}, lambda one: one["kind"] == "L01"),
        ({"located": "false"}, lambda one: not one["where"]["located"]),
        ({"assigned": "false"}, lambda one: one["assignee"] is None),
        ({"located": "true", "assigned": "true"}, lambda one: one["where"]["located"] and one["assignee"]),
        ({"assignee": "W0001"}, lambda one: one["assignee"] and one["assignee"]["number"] == "W0001"),
        ({"status": "dispatched"}, lambda one: one["status"] == "dispatched"),
        ({"status": "filed"}, lambda one: one["status"] == "filed"),
        ({"open": "true"}, lambda one: True),
        ({"open": "false"}, lambda one: False),
        (
            {"filed_from": "2025-01-06T10:04:00+08:00", "filed_to": "2025-01-06T10:07:00+08:00"},
            lambda one: "2025-01-06T02:04" <= one["filed_at"] < "2025-01-06T02:07",
        ),
        (
            {"bbox": "117.2,36.6,117.2072,36.62"},
            lambda one: one["where"]["position"] and one["where"]["position"]["lon"] < 117.2072,
        ),
    ],
)
def test_each_filter_keeps_exactly_what_fits(
    town: Town, filed: list[dict[str, Any]], parameters: dict[str, str], fits: Any
) -> None:
    assert set(numbers(town.get("/reports", limit=200, **parameters))) == {one["number"] for one in filed if fits(one)}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"area": "990101001000"}, 422),
        ({"level": "street", "area": "1"}, 404),
        ({"level": "ward", "area": "1"}, 404),
        ({"level": "street", "area": "990101001000", "edition": "9"}, 404),
        ({"edition": "1"}, 422),
        ({"kind": "nothing"}, 404),
        ({"bbox": "117,36,121,37"}, 422),
        ({"bbox": "117.3,36,117.2,37"}, 422),
        ({"bbox": "117.3,36"}, 422),
        ({"filed_from": "2025-01-06T10:04:00+08:00", "filed_to": "2025-01-06T10:04:00+08:00"}, 422),
        ({"closed_from": "2025-01-06T10:04:00+08:00", "closed_to": "2025-01-06T10:04:00+08:00"}, 422),
        ({"filed_from": "2025-01-06"}, 422),
        ({"limit": "201"}, 422),
        ({"limit": "1_0"}, 422),
        ({"open": "yes"}, 422),
        ({"cursor": "1"}, 422),
        ({"stauts": "filed"}, 422),
        ({"district": "5"}, 404),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(town: Town, parameters: dict[str, str], status: int) -> None:
    answer = town.client.get("/api/v1/reports", params=parameters)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_coordinates_that_come_again_and_again_are_listed(town: Town, filed: list[dict[str, Any]]) -> None:
    for _ in range(3):
        town.file(subject=position(8, 6, lon=117.2210001))
    found = town.get("/reports/repeated-positions", at_least=3)
    assert [(one["position"]["lon"], one["reports"]) for one in found["positions"]] == [(117.2210001, 3)]
    assert town.get("/reports/repeated-positions") == {"limit": 30, "positions": []}


def test_an_unknown_kind_is_named_with_what_to_do(town: Town, filed: list[dict[str, Any]]) -> None:
    told = town.client.get("/api/v1/reports", params={"kind": "nothing"}).json()
    assert (told["field"], told["value"], told["remedy"]) == ("kind", "nothing", "GET /api/v1/kinds lists them.")
    town.sql("update kinds set active = false where code = 'L01'")
    listed = town.get("/reports", kind="L01", limit=200)["reports"]
    town.sql("update kinds set active = true")
    assert {one["kind"] for one in listed} == {"L01"}
