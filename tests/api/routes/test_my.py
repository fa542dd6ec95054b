"""One's own account over HTTP: password, second factor, phones that are lost and wiped."""

from __future__ import annotations

import base64

import httpx
import pytest

from layers.access.second_factor import code_at, step_at
from layers.actors import Role
from tests.accounts import bearer
from tests.api.routes.people import Visitor, traced, visitor
from tests.api.routes.towns import Town
from tests.layers.access.counter import PASSWORD

NEW = "seven dry otters"
STREET = "990101001000"


@pytest.fixture
def officer(town: Town) -> Visitor:
    someone = visitor(town, Role.STREET_OFFICER, areas=[STREET])
    someone.sign_in()
    return someone


def test_a_new_password_signs_out_the_other_browsers(town: Town, officer: Visitor) -> None:
    other = officer.other_browser()
    other.sign_in()
    assert officer.post("/my/password", {"password": PASSWORD, "new_password": NEW}).status_code == 204
    assert officer.get("/reports").status_code == 200
    assert other.get("/reports").status_code == 401
    officer.other_browser().sign_in(NEW)
    assert "password_changed" in traced(town, officer.id)


def test_the_old_password_cannot_be_guessed_from_a_session(officer: Visitor) -> None:
    for _ in range(5):
        answer = officer.post("/my/password", {"password": "not the one", "new_password": NEW})
        assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems#wrong-password")
    assert officer.post("/my/password", {"password": PASSWORD, "new_password": NEW}).status_code == 403


def test_a_weak_password_is_refused(officer: Visitor) -> None:
    answer = officer.post("/my/password", {"password": PASSWORD, "new_password": f"{officer.login}!!"})
    assert (answer.status_code, answer.json()["field"]) == (422, "password")


def test_anyone_may_set_a_second_factor_and_is_asked_for_it_from_then_on(town: Town, officer: Visitor) -> None:
    assert officer.post("/my/second-factor", {"password": "not the one"}).status_code == 403
    offered = officer.post("/my/second-factor", {"password": PASSWORD}).json()
    secret = base64.b32decode(offered["key"])
    other = officer.other_browser()
    assert other.sign_in()["owes"] == "nothing", "nothing changes before the first code"
    wrong = {"pending": offered["pending"], "code": f"{(int(code_at(secret, step_at(town.at))) + 1) % 10**6:06d}"}
    assert officer.post("/my/second-factor/confirm", wrong).status_code == 422
    right = {"pending": offered["pending"], "code": code_at(secret, step_at(town.at))}
    assert officer.post("/my/second-factor/confirm", right).status_code == 204
    assert officer.get("/reports").status_code == 200
    assert other.get("/reports").status_code == 401
    assert other.sign_in()["owes"] == "code"
    officer.secret = secret
    assert officer.sign_in()["owes"] == "nothing"
    kept = town.sql("select second_factor from accounts where id = %s", officer.id)
    assert secret not in kept[0][0]


def test_a_phone_works_by_its_token_for_thirty_days(town: Town, officer: Visitor) -> None:
    added = officer.post("/my/devices", {"name": "工作手机"})
    assert added.status_code == 201, added.text
    token = added.json()["token"]
    assert token.startswith("wgd_")
    assert token not in officer.get("/my/devices").text
    phone = held(town, token)
    assert phone.get("/api/v1/reports").status_code == 200
    assert phone.get("/api/v1/session").json()["login"] == officer.login
    assert phone.get("/api/v1/session").json()["csrf_token"] is None
    started = town.at
    town.later(days=29, hours=23)
    town.app.state.visitors.forget()
    assert phone.get("/api/v1/reports").status_code == 200
    town.later(hours=2)
    town.app.state.visitors.forget()
    assert phone.get("/api/v1/reports").status_code == 401
    town.at = started


def test_a_lost_phone_is_told_so_and_can_do_nothing_more(town: Town, officer: Visitor) -> None:
    added = officer.post("/my/devices", {"name": "工作手机"}).json()
    phone, here = held(town, added["token"]), added["device"]["id"]
    assert phone.get("/api/v1/reports").status_code == 200
    assert officer.post(f"/my/devices/{here}/lost").status_code == 204
    answer = phone.get("/api/v1/reports")
    assert (answer.status_code, answer.json()["type"]) == (401, "/api/v1/problems#device-lost")
    [told] = [one for one in officer.get("/my/devices").json()["devices"] if one["id"] == here]
    assert told["lost_at"] is not None
    assert traced(town, officer.id)[-2:] == ["device_added", "device_lost"]


def test_a_removed_phone_is_nobody(town: Town, officer: Visitor) -> None:
    added = officer.post("/my/devices", {"name": "工作手机"}).json()
    phone, here = held(town, added["token"]), added["device"]["id"]
    assert officer.delete(f"/my/devices/{here}").status_code == 204
    answer = phone.get("/api/v1/reports")
    assert (answer.status_code, answer.json()["type"]) == (401, "/api/v1/problems#sign-in-needed")


def test_nobody_ends_the_phone_of_another(town: Town, officer: Visitor) -> None:
    added = officer.post("/my/devices", {"name": "工作手机"}).json()
    other = visitor(town, Role.STREET_OFFICER, areas=[STREET])
    other.sign_in()
    here = added["device"]["id"]
    for answer in (
        other.delete(f"/my/devices/{here}"),
        other.post(f"/my/devices/{here}/lost"),
        other.delete("/my/devices/999999"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems#unknown-device")
    assert here not in [one["id"] for one in other.get("/my/devices").json()["devices"]]
    assert held(town, added["token"]).get("/api/v1/reports").status_code == 200


def test_a_stolen_phone_cannot_make_itself_at_home(town: Town, officer: Visitor) -> None:
    """It reads and files, but adds no phone, changes no password and sets no second factor."""
    phone = held(town, officer.post("/my/devices", {"name": "工作手机"}).json()["token"])
    phone.cookies.set("wangge_session", officer.token, domain="127.0.0.1")
    for path, body in (
        ("/devices", {"name": "another"}),
        ("/password", {"password": PASSWORD, "new_password": NEW}),
        ("/second-factor", {"password": PASSWORD}),
        ("/second-factor/confirm", {"pending": "x", "code": "123456"}),
    ):
        answer = phone.post(f"/api/v1/my{path}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems#session-needed"), path


def test_a_locked_account_is_out_on_its_phone_too(town: Town, officer: Visitor) -> None:
    phone = held(town, officer.post("/my/devices", {"name": "工作手机"}).json()["token"])
    town.sql("update accounts set locked_at = %s where id = %s", town.at, officer.id)
    town.app.state.visitors.forget()
    assert phone.get("/api/v1/reports").status_code == 401
    assert officer.get("/reports").status_code == 401


def held(town: Town, token: str) -> httpx.Client:
    """A phone that holds a token."""
    return httpx.Client(base_url=town.client.base_url, timeout=30, trust_env=False, headers=bearer(token))
