"""Personal fields for a purpose, with a line in the access log; and hand-overs, through the real service."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from api.cluster_database import url_of
from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position, served
from tests.databases import clone
from tests.toytown import polygons

HERE, THERE = polygons.street_code(0), polygons.street_code(2)
REPORTER = {"name": "canary name", "phone": "canary phone"}


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        yield running


def signed_in(town: Town, role: Role, *areas: str, person: str | None = None) -> httpx.Client:
    token = account(town.database_url, role, areas=areas, person=person)
    return httpx.Client(base_url=town.client.base_url, headers=bearer(token), trust_env=False)


def read(client: httpx.Client, number: str, purpose: str) -> httpx.Response:
    return client.post(f"/api/v1/reports/{number}/personal", json={"purpose": purpose})


def test_whoever_handles_it_reads_all_and_the_log_has_the_line(town: Town) -> None:
    told = town.file(reporter=REPORTER)
    holder = signed_in(town, Role.GRID_WORKER, person=told["assignee"]["number"])
    answer = read(holder, told["number"], "handle")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["reporter_phone"], answer.json()["text"]) == ("canary phone", "楼道内堆放杂物")
    [(event, facts)] = town.sql(
        "select event, convert_from(body, 'utf8')::jsonb -> 'facts' from traces where subject = %s",
        f"report:{told['number']}",
    )
    assert event == "personal_read"
    assert facts["fields"] == ["text", "address", "reporter_name", "reporter_phone", "notes", "callers"]
    assert facts["purpose"] == "handle"
    assert "canary" not in str(facts)


def test_the_deputy_sees_the_matter_and_not_the_person(town: Town) -> None:
    told = town.file(reporter=REPORTER)
    deputy = signed_in(town, Role.GRID_WORKER, told["where"]["path"][-1]["code"])
    answer = read(deputy, told["number"], "handle").json()
    assert answer["fields"] == ["text", "address", "notes"]
    assert answer["callers"] is None
    assert answer["reporter_name"] is None
    assert answer["reporter_phone"] is None


@pytest.mark.parametrize(
    ("role", "purpose", "status"),
    [
        (Role.SUPERVISOR, "supervise", 200),
        (Role.SUPERVISOR, "handle", 403),
        (Role.PLANNER, "supervise", 403),
        (Role.DISPATCHER, "handle", 403),
        (Role.DISPATCHER, "call_back", 200),
        (Role.SYSTEM_ADMINISTRATOR, "supervise", 403),
    ],
)
def test_each_role_has_its_purposes(town: Town, role: Role, purpose: str, status: int) -> None:
    number = town.file()["number"]
    before = town.sql("select count(*) from traces")
    answer = read(signed_in(town, role, polygons.DISTRICT_CODE), number, purpose)
    assert answer.status_code == status, answer.text
    assert (town.sql("select count(*) from traces") != before) == (status == 200)


def test_another_street_sees_it_only_while_it_is_handed_over(town: Town) -> None:
    number = town.file()["number"]
    here, there = (signed_in(town, Role.STREET_OFFICER, code) for code in (HERE, THERE))
    assert there.get(f"/api/v1/reports/{number}").status_code == 404
    to = {"level": "street", "code": THERE}
    address = f"/api/v1/reports/{number}/hand-overs"
    assert there.post(address, json=to | {"reason": "mine now"}).status_code == 404
    assert here.post(address, json=to | {"reason": "the drain begins there"}).status_code == 204
    assert there.get(f"/api/v1/reports/{number}").status_code == 200
    assert number in {one["number"] for one in there.get("/api/v1/reports").json()["reports"]}
    record = here.get(f"/api/v1/reports/{number}/record").json()
    assert record["holds"] and record["entries"][-1]["type"] == "handed_over"
    assert here.post(f"{address}/end", json=to).status_code == 204
    assert there.get(f"/api/v1/reports/{number}").status_code == 404
    assert here.post(f"{address}/end", json=to).status_code == 404
    record = here.get(f"/api/v1/reports/{number}/record").json()
    assert record["holds"] and record["entries"][-1]["type"] == "hand_over_ended"


def test_a_person_can_be_handed_a_report(town: Town) -> None:
    number = town.file(subject=position(0, 0))["number"]
    department = signed_in(town, Role.DEPARTMENT_HANDLER, person="W0018")
    assert department.get(f"/api/v1/reports/{number}").status_code == 404
    body = {"person": "W0018", "reason": "needs a plumber"}
    address = f"/api/v1/reports/{number}/hand-overs"
    assert town.client.post(address, json=body).status_code == 204
    assert department.get(f"/api/v1/reports/{number}").status_code == 200
    assert town.client.post(address, json=body | {"person": "nobody"}).status_code == 404
    assert town.client.post(address, json={"reason": "to whom?"}).status_code == 422
