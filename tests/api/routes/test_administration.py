"""Administration over HTTP: who has an account, and what they may do, are two people's matter; never one's own."""

from __future__ import annotations

import base64
from datetime import timedelta

import httpx
import pytest

from layers.actors import Role
from tests.accounts import bearer
from tests.api.routes.people import Visitor, traced, visitor
from tests.api.routes.towns import Town
from tests.layers.access.counter import PASSWORD

STREET = "990101001000"


@pytest.fixture
def system(town: Town) -> Visitor:
    return signed(town, Role.SYSTEM_ADMINISTRATOR)


@pytest.fixture
def security(town: Town) -> Visitor:
    return signed(town, Role.SECURITY_ADMINISTRATOR)


def signed(town: Town, role: Role) -> Visitor:
    someone = visitor(town, role, enrolled=True)
    someone.sign_in()
    return someone


def test_from_nothing_to_an_officer_of_a_street(town: Town, system: Visitor, security: Visitor) -> None:
    login = f"officer-{system.id}"
    added = system.post("/accounts", {"login": login})
    assert added.status_code == 201, added.text
    account, password = added.json()["account"], added.json()["password"]
    assert account["role"] == "resident"
    officer = Visitor(town, account["id"], login)
    assert officer.sign_in(password)["owes"] == "password"
    officer.post("/session/password", {"password": password, "new_password": PASSWORD})
    assert security.post(f"/accounts/{account['id']}/role", {"role": "street_officer"}).json()["role"] == (
        "street_officer"
    )
    assert officer.get("/reports").status_code == 401, "a new role is signed in to anew"
    assert officer.sign_in()["territory"] == []
    report = town.file()
    assert officer.get(f"/reports/{report['number']}").status_code == 404
    granted = security.post(f"/accounts/{account['id']}/territories", {"level": "street", "code": STREET})
    assert granted.status_code == 201, granted.text
    assert granted.json()["valid_to"] is None
    assert officer.get(f"/reports/{report['number']}").status_code == 200
    ended = security.delete(f"/accounts/{account['id']}/territories/{granted.json()['id']}")
    assert ended.status_code == 204
    assert officer.get(f"/reports/{report['number']}").status_code == 404
    [kept] = security.get(f"/accounts/{account['id']}/territories").json()["territories"]
    assert kept["valid_to"] == (town.at + timedelta(hours=8) - timedelta(days=1)).date().isoformat()
    events = traced(town, account["id"])
    assert events[0] == "account_added"
    assert [one for one in events if one in {"role_changed", "territory_granted", "territory_ended"}] == [
        "role_changed",
        "territory_granted",
        "territory_ended",
    ]


def test_changes_of_rights_are_traced_with_before_and_after(town: Town, security: Visitor) -> None:
    someone = visitor(town, Role.STREET_OFFICER)
    security.post(f"/accounts/{someone.id}/role", {"role": "supervisor", "person": "S0003"})
    [(body,)] = town.sql(
        "select convert_from(body, 'utf8')::jsonb -> 'facts' from traces "
        "where event = 'role_changed' and account_id = %s",
        someone.id,
    )
    assert body == {
        "before": {"role": "street_officer", "person": None},
        "after": {"role": "supervisor", "person": "S0003"},
    }


def test_nobody_changes_their_own_rights(system: Visitor, security: Visitor) -> None:
    for answer in (
        security.post(f"/accounts/{security.id}/role", {"role": "dispatcher"}),
        security.post(f"/accounts/{security.id}/territories", {"level": "street", "code": STREET}),
        security.delete(f"/accounts/{security.id}/territories/1"),
        security.delete(f"/accounts/{security.id}/second-factor"),
        system.post(f"/accounts/{system.id}/lock"),
        system.post(f"/accounts/{system.id}/unlock"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems#own-account")


def test_each_office_has_its_own_part(town: Town, system: Visitor, security: Visitor) -> None:
    audit = signed(town, Role.AUDIT_ADMINISTRATOR)
    someone = visitor(town, Role.GRID_WORKER)
    here = f"/accounts/{someone.id}"
    of_system = [
        ("post", "/accounts", {"login": "never-made"}),
        ("post", f"{here}/lock", None),
        ("post", f"{here}/unlock", None),
        ("post", f"{here}/reset", None),
        ("get", "/machines", None),
        ("post", "/machines", {"login": "never-made", "name": "x"}),
        ("delete", "/machines/1", None),
    ]
    of_security = [
        ("post", f"{here}/role", {"role": "dispatcher"}),
        ("get", f"{here}/territories", None),
        ("post", f"{here}/territories", {"level": "street", "code": STREET}),
        ("delete", f"{here}/territories/1", None),
        ("delete", f"{here}/second-factor", None),
    ]
    for others, steps in (((security, audit), of_system), ((system, audit), of_security)):
        for other in others:
            for method, path, body in steps:
                answer = getattr(other, method)(path, body) if method == "post" else getattr(other, method)(path)
                assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems#not-allowed"), path
    assert system.get("/accounts").status_code == security.get("/accounts").status_code == 200
    assert audit.get("/accounts").status_code == 403
    for administrator in (system, security, audit):
        assert administrator.get("/reports").status_code == 403
        assert administrator.get("/workload").status_code == 403


def test_a_lock_is_felt_at_once_and_unlocking_lets_in_again(town: Town, system: Visitor) -> None:
    someone = visitor(town, Role.STREET_OFFICER, areas=[STREET])
    someone.sign_in()
    assert someone.get("/reports").status_code == 200
    assert system.post(f"/accounts/{someone.id}/lock").status_code == 204
    assert someone.get("/reports").status_code == 401
    refused = someone.post("/session", {"login": someone.login, "password": PASSWORD})
    assert refused.status_code == 401
    assert system.post(f"/accounts/{someone.id}/unlock").status_code == 204
    someone.sign_in()


def test_a_reset_signs_out_everywhere_and_its_password_is_used_once(town: Town, system: Visitor) -> None:
    someone = visitor(town, Role.STREET_OFFICER, areas=[STREET])
    someone.sign_in()
    token = someone.post("/my/devices", {"name": "工作手机"}).json()["token"]
    password = system.post(f"/accounts/{someone.id}/reset").json()["password"]
    assert someone.get("/reports").status_code == 401
    phone = httpx.get(f"{town.client.base_url}/api/v1/reports", headers=bearer(token), trust_env=False)
    assert phone.status_code == 401
    assert someone.post("/session", {"login": someone.login, "password": PASSWORD}).status_code == 401
    assert someone.sign_in(password)["owes"] == "password"


def test_it_takes_two_to_enter_the_account_of_a_dispatcher(town: Town, system: Visitor, security: Visitor) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, enrolled=True)
    password = system.post(f"/accounts/{dispatcher.id}/reset").json()["password"]
    thief = dispatcher.other_browser()
    thief.secret = None
    assert thief.sign_in(password)["owes"] == "code"
    assert security.delete(f"/accounts/{dispatcher.id}/second-factor").status_code == 204
    assert thief.sign_in(password)["owes"] == "enrolment"


def test_administrators_are_not_reset_from_afar(system: Visitor, security: Visitor) -> None:
    assert system.post(f"/accounts/{security.id}/reset").status_code == 403
    assert security.delete(f"/accounts/{system.id}/second-factor").status_code == 403


def test_territories_that_make_no_sense_are_refused(town: Town, security: Visitor) -> None:
    someone = visitor(town, Role.STREET_OFFICER)
    machine = visitor(town, Role.MACHINE)
    days = {"valid_from": "2025-03-01", "valid_to": "2025-02-28"}
    for who, body, slug in (
        (someone, {"level": "street", "code": "990101999000"}, "unknown-territory"),
        (someone, {"level": "galaxy", "code": STREET}, "unknown-territory"),
        (someone, {"group": "police", "code": "P1"}, "unknown-territory"),
        (someone, {"level": "street", "code": STREET, **days}, "bad-territory"),
        (someone, {"code": STREET}, "invalid"),
        (machine, {"level": "street", "code": STREET}, "bad-territory"),
    ):
        answer = security.post(f"/accounts/{who.id}/territories", body)
        assert answer.json()["type"] == f"/api/v1/problems#{slug}"


def test_a_person_has_one_account(town: Town, security: Visitor) -> None:
    first, second = visitor(town, Role.GRID_WORKER), visitor(town, Role.GRID_WORKER)
    assert security.post(f"/accounts/{first.id}/role", {"role": "grid_worker", "person": "W0009"}).status_code == 200
    taken = security.post(f"/accounts/{second.id}/role", {"role": "grid_worker", "person": "W0009"})
    assert (taken.status_code, taken.json()["field"]) == (409, "person")
    nobody = security.post(f"/accounts/{second.id}/role", {"role": "grid_worker", "person": "W9999"})
    assert nobody.status_code == 404
    assert security.get("/accounts?limit=200").json()["accounts"]


def test_accounts_are_listed_page_by_page(town: Town, system: Visitor) -> None:
    for _ in range(3):
        visitor(town, Role.RESIDENT)
    whole = [one["login"] for one in system.get("/accounts?limit=200").json()["accounts"]]
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        told = system.get(f"/accounts?limit=2&cursor={cursor}").json()
        pages += [one["login"] for one in told["accounts"]]
        cursor = told["next"]
    assert pages == whole == sorted(whole)
    assert "hash" not in system.get("/accounts").text


def test_a_machine_is_added_works_and_is_revoked(town: Town, system: Visitor) -> None:
    login = f"sensors-{system.id}"
    added = system.post("/machines", {"login": login, "name": "河道水位监测", "datum": "gcj02", "days": 10})
    assert added.status_code == 201, added.text
    device, token = added.json()["device"], added.json()["token"]
    assert (device["datum"], device["login"], device["kind"]) == ("gcj02", login, "machine")
    client = httpx.Client(base_url=town.client.base_url, trust_env=False, timeout=30)
    basic = base64.b64encode(f"{device['id']}:{token}".encode()).decode()
    for headers in (bearer(token), {"Authorization": f"Basic {basic}"}):
        filed = client.post("/api/v1/reports", json=town.report(), headers=headers)
        assert filed.status_code == 201, filed.text
        number = filed.json()["number"]
        assert client.get(f"/api/v1/reports/{number}", headers=headers).status_code == 200
    assert token not in system.get("/machines").text
    town.later(days=11)
    town.app.state.visitors.forget()
    assert client.get("/api/v1/reports", headers=bearer(token)).status_code == 401
    town.later(days=-11)
    assert system.delete(f"/machines/{device['id']}").status_code == 204
    assert client.get("/api/v1/reports", headers=bearer(token)).status_code == 401
    assert system.delete("/machines/999999").status_code == 404


def test_a_person_is_no_machine(town: Town, system: Visitor) -> None:
    someone = visitor(town, Role.GRID_WORKER)
    answer = system.post("/machines", {"login": someone.login, "name": "x"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems#wrong-kind")
