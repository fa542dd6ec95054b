"""The trail, who looked, positions that are shared, what everybody sees, and erasing: over HTTP, role by role."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position

PHONE = "13900001234"


@contextmanager
def signed_in(town: Town, role: Role, **given: Any) -> Iterator[httpx.Client]:
    """A client of a role; its areas are the whole district unless others are given."""
    root = town.sql("select code from districts order by id limit 1")[0][0]
    token = account(town.database_url, role, **{"areas": [root]} | given)
    with httpx.Client(base_url=town.client.base_url, headers=bearer(token), timeout=30, trust_env=False) as client:
        yield client


def events(town: Town) -> list[tuple[str, dict[str, Any]]]:
    rows = town.sql("select event, body from traces order by place")
    return [(event, json.loads(body)["facts"]) for event, body in rows]


def new_worker(town: Town) -> str:
    """The number of a grid worker who has no account yet."""
    rows = town.sql(
        "select number from people where role = 'grid_worker' "
        "and id not in (select person_id from accounts where person_id is not null) order by number limit 1"
    )
    return str(rows[0][0])


def test_the_trail_is_read_page_by_page_by_the_audit_administrator_alone(town: Town) -> None:
    number = town.file(reporter={"phone": PHONE})["number"]
    for _ in range(3):
        read = town.client.post(f"/api/v1/reports/{number}/personal", json={"purpose": "verify"})
        assert read.status_code == 200, read.text
    with signed_in(town, Role.AUDIT_ADMINISTRATOR, areas=[]) as auditor:
        asked: dict[str, Any] = {"event": "personal_read", "subject": f"report:{number}", "limit": 2}
        first = auditor.get("/api/v1/trail", params=asked).json()
        assert [one["subject"] for one in first["traces"]] == [f"report:{number}"] * 2
        second = auditor.get("/api/v1/trail", params=asked | {"cursor": first["next"]}).json()
        assert len(second["traces"]) == 1 and second["next"] is None
        assert first["traces"][0]["place"] > second["traces"][0]["place"]
        assert first["traces"][0]["facts"]["purpose"] == "verify"
        newest = auditor.get("/api/v1/trail", params={"limit": 1}).json()["traces"]
        assert newest[0]["event"] == "trail_read"
        assert newest[0]["facts"] == {"by": []}
        assert (
            auditor.get(
                "/api/v1/trail", params={"since": "2025-01-02T00:00Z", "until": "2025-01-01T00:00Z"}
            ).status_code
            == 422
        )
        assert auditor.get(f"/api/v1/reports/{number}").status_code == 403
    assert PHONE not in json.dumps([first, second])
    assert town.client.get("/api/v1/trail").status_code == 403


def test_the_whole_trail_comes_as_a_table_and_that_is_in_the_trail(town: Town) -> None:
    with signed_in(town, Role.AUDIT_ADMINISTRATOR, areas=[]) as auditor:
        answer = auditor.get("/api/v1/trail.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        places = [int(row["place"]) for row in rows]
        assert places == sorted(places, reverse=True)
        assert all(len(row["digest"]) == 64 for row in rows)
        [(newest, _)] = events(town)[-1:]
        assert newest == "exported"
    assert town.client.get("/api/v1/trail.csv").status_code == 403


def test_residents_see_who_looked_at_their_reports_without_names(town: Town) -> None:
    with signed_in(town, Role.RESIDENT, areas=[]) as resident, signed_in(town, Role.RESIDENT, areas=[]) as other:
        filed = resident.post("/api/v1/reports", json=town.report(reporter={"phone": PHONE}))
        assert filed.status_code == 201, filed.text
        number = filed.json()["number"]
        assert resident.get("/api/v1/my/traces").json() == {"looks": [], "next": None}
        town.client.post(f"/api/v1/reports/{number}/personal", json={"purpose": "call_back"})
        resident.post(f"/api/v1/reports/{number}/personal", json={"purpose": "own"})
        [look] = resident.get("/api/v1/my/traces").json()["looks"]
        assert (look["report"], look["role"], look["purpose"]) == (number, "dispatcher", "call_back")
        assert "reporter_phone" in look["fields"]
        [name] = town.sql("select name from districts order by id limit 1")[0]
        assert look["units"] == [name]
        assert look.keys() == {"at", "report", "fields", "purpose", "role", "units"}
        assert other.get("/api/v1/my/traces").json()["looks"] == []


def test_a_journal_names_no_resident_and_no_position(town: Town) -> None:
    with signed_in(town, Role.RESIDENT, areas=[]) as resident:
        number = resident.post("/api/v1/reports", json=town.report()).json()["number"]
    record = town.get(f"/reports/{number}/record")
    [filed, *_] = record["entries"]
    assert (filed["actor"], filed["version"]) == ("resident", 3)
    assert not {"position", "given", "sender", "client_key", "candidates", "extra"} & filed["facts"].keys()
    [sender] = town.sql("select sender from reports order by id desc limit 1")[0]
    assert sender.startswith("account:")
    assert sender not in json.dumps(record)


def share(town: Town, client: httpx.Client, cell: tuple[int, int] = (0, 0), **changed: Any) -> httpx.Response:
    at = {one: value for one, value in position(*cell).items() if one != "type"}
    body = at | {"purpose": "patrol", "until": (town.at + timedelta(hours=4)).isoformat()} | changed
    return client.post("/api/v1/my/position", json=body)


def test_a_position_is_shared_seen_written_down_and_stopped(town: Town) -> None:
    number = new_worker(town)
    with signed_in(town, Role.GRID_WORKER, areas=[], person=number) as worker:
        assert worker.get("/api/v1/my/position").status_code == 404
        assert share(town, worker).status_code == 204
        assert worker.get("/api/v1/my/position").json()["number"] == number
        seen = town.get("/positions", purpose="dispatch")
        assert [one["number"] for one in seen["positions"]] == [number]
        assert seen["more"] is False
        [look] = worker.get("/api/v1/my/traces").json()["looks"]
        assert (look["fields"], look["purpose"], look["role"], look["report"]) == (
            ["position"],
            "dispatch",
            "dispatcher",
            None,
        )
        assert worker.get("/api/v1/positions", params={"purpose": "dispatch"}).status_code == 403
        assert town.client.get("/api/v1/positions").status_code == 422, "a purpose is stated"
        assert worker.delete("/api/v1/my/position").status_code == 204
        assert town.get("/positions", purpose="dispatch")["positions"] == []
        assert worker.get("/api/v1/my/position").status_code == 404


def test_a_position_is_seen_in_the_territory_alone_and_for_half_an_hour(town: Town) -> None:
    number = new_worker(town)
    with signed_in(town, Role.GRID_WORKER, areas=[], person=number) as worker:
        share(town, worker)
        streets = [code for (code,) in town.sql("select code from areas where depth = 1 order by code")]
        shown = []
        for code in streets:
            with signed_in(town, Role.STREET_OFFICER, areas=[code]) as officer:
                found = officer.get("/api/v1/positions", params={"purpose": "dispatch"}).json()["positions"]
                shown.append(len(found))
        assert sorted(shown) == [0] * (len(streets) - 1) + [1]
        town.later(minutes=31)
        assert town.get("/positions", purpose="dispatch")["positions"] == []
        worker.delete("/api/v1/my/position")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"datum": None}, 422),
        ({"until": "2020-01-01T00:00:00Z"}, 422),
        ({"purpose": "curiosity"}, 422),
        ({"lon": 200.0}, 422),
        ({"track": True}, 422),
    ],
)
def test_a_position_that_cannot_be_shared_is_refused(town: Town, changed: dict[str, Any], status: int) -> None:
    number = new_worker(town)
    with signed_in(town, Role.GRID_WORKER, areas=[], person=number) as worker:
        assert share(town, worker, **changed).status_code == status
        assert share(town, worker, until=(town.at + timedelta(hours=13)).isoformat()).status_code == 422
    with signed_in(town, Role.GRID_WORKER, areas=[]) as stranger:
        assert share(town, stranger).status_code == 422
    assert share(town, town.client).status_code == 403, "a dispatcher shares none"


def test_erasing_needs_a_supervisor_and_is_seen_in_the_record(town: Town) -> None:
    filed = town.file(client_key="once", reporter={"name": "canary", "phone": PHONE})
    address = f"/api/v1/reports/{filed['number']}"
    assert town.client.delete(f"{address}/personal").status_code == 403
    with signed_in(town, Role.SUPERVISOR) as supervisor:
        assert supervisor.delete(f"{address}/personal").status_code == 204
        assert supervisor.delete(f"{address}/personal").status_code == 204
        assert supervisor.delete("/api/v1/reports/20200101-0000001/personal").status_code == 404
    record = town.get(f"/reports/{filed['number']}/record")
    assert record["holds"] is True
    assert [one["type"] for one in record["entries"]].count("personal_erased") == 1
    read = town.client.post(f"{address}/personal", json={"purpose": "dispatch"}).json()
    assert (read["text"], read["reporter_name"], read["reporter_phone"]) == ("", None, None)
    again = town.client.post("/api/v1/reports", json=town.report(client_key="once"))
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/problems#key-reused")
    told = town.get(f"/reports/{filed['number']}")["where"]
    assert told["path"] == filed["where"]["path"]
    assert told["position"] != filed["where"]["position"]


def test_everybody_sees_months_and_nothing_to_follow(town: Town) -> None:
    with httpx.Client(base_url=town.client.base_url, timeout=30, trust_env=False) as anyone:
        month = town.at.strftime("%Y-%m")
        for _ in range(6):
            town.file()
        figures = anyone.get("/api/v1/public/figures", params={"level": "street"}).json()
        assert (figures["month"], figures["level"], figures["least"]) == (month, "street", 5)
        assert all(one["reports"] is None or one["reports"] >= 5 for one in figures["areas"])
        listed = anyone.get("/api/v1/public/reports", params={"month": month}).json()
        assert all(one.keys() == {"day", "kind", "status", "position"} for one in listed["reports"])
        assert anyone.get("/api/v1/public/reports", params={"month": "1999-01"}).json()["reports"] == []
        for level, status in [("grid", 404), ("moon", 404), ("community", 200)]:
            assert anyone.get("/api/v1/public/figures", params={"level": level}).status_code == status
        for wrong in ("2026-13", "2026", "0000-00"):
            assert anyone.get("/api/v1/public/reports", params={"month": wrong}).status_code == 422


def test_the_trail_of_another_district_is_not_seen(town: Town) -> None:
    town.sql("insert into districts (code, name, time_zone) values ('777', '邻区', 'UTC') on conflict do nothing")
    elsewhere = {"areas": [], "district": "777"}
    with signed_in(town, Role.AUDIT_ADMINISTRATOR, **elsewhere) as auditor:
        assert auditor.get("/api/v1/trail").status_code == 200
        found = auditor.get("/api/v1/trail", params={"limit": 200}).json()["traces"]
        assert {one["event"] for one in found} <= {"trail_read", "retention_done"}
