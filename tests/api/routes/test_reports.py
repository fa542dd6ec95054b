"""A report is filed over HTTP, found again, and read with everything that was decided about it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position


def test_a_report_is_located_assigned_and_explained(town: Town) -> None:
    answer = town.client.post("/api/v1/reports", json=town.report(subject=position(0, 0)))
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/reports/{told['number']}"
    assert [one["level"] for one in told["where"]["path"]] == ["district", "street", "community", "grid"]
    assert told["where"]["path"][1]["name"] == "西街道"
    assert told["where"]["certainty"] == 1.0
    assert told["where"]["candidates"][0]["name"] == told["where"]["path"][-1]["name"]
    assert told["assignee"] == {"number": "W0001", "role": "grid_worker"}
    assert told["unassigned"] is False
    assert told["reasons"][0] == {
        "number": "W0001",
        "role": "grid_worker",
        "rank": "A",
        "level": "grid",
        "verdict": "taken",
        "on_duty": True,
        "absent": False,
        "open": told["reasons"][0]["open"],
        "cap": 10,
    }
    assert told["rule"].startswith("first-assignment/")


def test_what_was_filed_is_read_again_as_it_was_answered(town: Town) -> None:
    told = town.file()
    assert town.get(f"/reports/{told['number']}") == told | {"secret": None}


def test_the_same_key_and_content_finds_the_first_report(town: Town) -> None:
    report = town.report()
    first = town.client.post("/api/v1/reports", json=report)
    town.later(minutes=3)
    again = town.client.post("/api/v1/reports", json=report)
    assert again.status_code == 200
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json() | {"again": True}
    assert town.sql("select count(*) from reports where client_key = %s", report["client_key"]) == [(1,)]


def test_the_same_key_with_other_content_is_refused(town: Town) -> None:
    report = town.report()
    town.client.post("/api/v1/reports", json=report)
    other = town.client.post("/api/v1/reports", json=report | {"text": "别的"})
    assert other.status_code == 409
    assert other.json()["type"].endswith("#key-reused")
    assert "别的" not in other.text


def test_the_same_key_of_another_sender_is_another_report(town: Town) -> None:
    report, anyone = town.report(), {"Authorization": ""}
    assert town.client.post("/api/v1/reports", json=report).status_code == 201
    assert town.client.post("/api/v1/reports", json=report | {"source": "hotline"}).status_code == 409
    assert town.client.post("/api/v1/reports", json=report, headers=anyone).status_code == 201
    assert town.client.post("/api/v1/reports", json=report | {"source": "hotline"}, headers=anyone).status_code == 201


def test_nobody_on_duty_climbs_to_the_street(town: Town) -> None:
    before = town.at
    try:
        town.later(hours=14)
        told = town.file(subject=position(4, 3))
    finally:
        town.at = before
    assert told["assignee"] == {"number": "S0002", "role": "street_officer"}
    assert told["holder"]["level"] == "street"
    assert {one["verdict"] for one in told["reasons"] if one["level"] == "grid"} == {"off_duty"}


def test_a_position_far_outside_is_filed_unlocated(town: Town) -> None:
    told = town.file(subject=position(0, 0, lon=118.5))
    assert told["where"]["located"] is False
    assert told["where"]["path"] == []
    assert told["assignee"] is None
    assert told["unassigned"] is False
    assert told["reasons"] == []


def test_a_matter_without_a_place_goes_to_the_district(town: Town) -> None:
    told = town.file(kind="L02", subject={"type": "none"})
    assert told["where"]["located"] is True
    assert [one["level"] for one in told["where"]["path"]] == ["district"]
    assert told["assignee"]["role"] == "dispatcher"


def test_an_area_a_place_and_an_address_are_subjects(town: Town) -> None:
    area = town.file(subject={"type": "area", "level": "community", "code": "990101001001"})
    assert area["where"]["path"][-1]["code"] == "990101001001"
    place = town.file(subject={"type": "place", "code": "P990101002002"})
    assert place["where"]["path"][1]["name"] == "中街道"
    address = town.file(subject={"type": "address", "address": "西街道和平路1号2号楼"})
    assert address["where"]["by"] == "address"
    assert address["where"]["matches"][0]["what"] == "building"
    assert town.get(f"/reports/{address['number']}")["where"] == address["where"]


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"kind": "Z99"}, 404, "unknown-kind"),
        ({"subject": {"type": "area", "level": "grid", "code": "1"}}, 404, "unknown-area"),
        ({"subject": {"type": "area", "level": "ward", "code": "1"}}, 404, "unknown-level"),
        ({"subject": {"type": "place", "code": "1"}}, 404, "unknown-place"),
        ({"district": "1"}, 404, "unknown-district"),
        ({"occurred_at": "2025-01-06T11:06:00+08:00"}, 422, "bad-filing"),
        ({"extra": {"colour": "red"}}, 422, "bad-extra"),
        ({"occurred_at": "2025-01-06T10:00:00"}, 422, "invalid"),
        ({"occurred_at": 1736100000}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
        ({"text": "a\u0000b"}, 422, "invalid"),
        ({"text": "\ud800"}, 422, "invalid"),
        ({"subject": {"type": "position", "lon": 117.2, "lat": 36.6}}, 422, "datum-needed"),
        ({"subject": {"type": "position", "lon": 36.6, "lat": 117.2, "datum": "wgs84"}}, 422, "invalid"),
        ({"extra": {"n": 2**70}}, 422, "bad-extra"),
        ({"extra": {"n": [1]}}, 422, "invalid"),
    ],
)
def test_what_cannot_be_filed_says_why(town: Town, changes: dict[str, object], status: int, slug: str) -> None:
    body = json.dumps(town.report(**changes))
    answer = town.client.post("/api/v1/reports", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (status, slug)
    assert answer.headers["content-type"] == "application/problem+json"


def test_personal_fields_are_never_repeated(town: Town) -> None:
    report = town.report(
        text=["秘密"],
        reporter={"name": {"a": "李"}, "phone": 13800000000},
        subject={"type": "position", "lon": 999.25, "lat": 36.6, "datum": "wgs84"},
        source=7,
    )
    answer = town.client.post("/api/v1/reports", json=report)
    assert answer.status_code == 422
    assert not any(secret in answer.text for secret in ("秘密", "李", "13800000000", "999.25"))
    fields = {one["field"]: one for one in answer.json()["errors"]}
    assert fields["source"]["value"] == 7
    assert {"text", "reporter.name", "reporter.phone", "subject.position.lon"} <= fields.keys()


def test_the_record_holds_every_entry_and_notices_a_change(town: Town) -> None:
    number = town.file()["number"]
    record = town.get(f"/reports/{number}/record")
    assert record["holds"] is True
    assert [one["type"] for one in record["entries"]] == ["filed", "assigned"]
    assert all(one["holds"] and len(one["digest"]) == 64 for one in record["entries"])
    assert record["assignments"][0]["considered"][0]["verdict"] == "taken"
    town.sql("alter table journal_entries disable trigger append_only")
    town.sql(
        "update journal_entries set body = replace(convert_from(body, 'utf8'), 'M01', 'C01')::bytea"
        " where position = 1 and report_id = %s",
        int(number.replace("-", "")),
    )
    tampered = town.get(f"/reports/{number}/record")
    assert tampered["holds"] is False
    assert [one["holds"] for one in tampered["entries"]] == [False, False]


def test_a_journal_cut_short_is_noticed(town: Town) -> None:
    number = town.file()["number"]
    town.sql("alter table journal_entries disable trigger append_only")
    town.sql("delete from journal_entries where position = 2 and report_id = %s", int(number.replace("-", "")))
    cut = town.get(f"/reports/{number}/record")
    assert cut["holds"] is False
    assert [one["holds"] for one in cut["entries"]] == [True]


@pytest.mark.parametrize("number", ["20250106-9999999", "nonsense", "99999999-9999999", "２０２５０１０６-0000001"])
def test_an_unknown_number_is_not_found(town: Town, number: str) -> None:
    for path in ("", "/record"):
        answer = town.client.get(f"/api/v1/reports/{number}{path}")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("#unknown-report")


def test_a_report_that_nobody_can_take_is_unassigned(town: Town) -> None:
    town.sql("update people set active = false where number like 'S%%' or number like 'C%%' or number like 'D%%'")
    before = town.at
    try:
        town.later(hours=14)
        told = town.file()
    finally:
        town.at = before
        town.sql("update people set active = true")
    assert (told["assignee"], told["unassigned"], told["status"]) == (None, True, "filed")
    assert {one["verdict"] for one in told["reasons"]} == {"off_duty"}


@pytest.mark.parametrize("changes", [{"text": " \n\u3000"}, {"subject": {"type": "address", "address": "  "}}])
def test_what_is_only_white_space_says_nothing(town: Town, changes: dict[str, Any]) -> None:
    assert town.client.post("/api/v1/reports", json=town.report(**changes)).status_code == 422


def test_a_device_whose_datum_was_declared_may_leave_it_out(town: Town) -> None:
    machine = account(town.database_url, Role.MACHINE)
    town.sql("update devices set datum = 'gcj02' where id = (select max(id) from devices)")
    subject = {name: value for name, value in position(1, 1).items() if name != "datum"}
    filed = town.client.post("/api/v1/reports", json=town.report(subject=subject), headers=bearer(machine))
    assert filed.status_code == 201, filed.text
    [(datum,)] = town.sql("select given_datum from reports where sender like 'device:%%' order by id desc limit 1")
    assert datum == "gcj02"
    where = {name: subject[name] for name in ("lon", "lat")}
    assert town.client.post("/api/v1/locate", json=where, headers=bearer(machine)).status_code == 200
    refused = town.client.post("/api/v1/reports", json=town.report(subject=subject))
    assert (refused.status_code, refused.json()["field"]) == (422, "subject.datum")
    assert town.client.post("/api/v1/locate", json=where).json()["field"] == "datum"
