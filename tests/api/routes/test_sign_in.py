"""Signing in over HTTP: cookie, CSRF, steps, idleness, and one answer for every failure."""

from __future__ import annotations

import pytest

from layers.access.second_factor import code_at, step_at
from layers.access.sessions import HALF, IDLE, LONGEST
from layers.actors import Role
from tests.api.routes.people import Visitor, expire_password, traced, visitor
from tests.api.routes.towns import Town
from tests.layers.access.counter import PASSWORD
from tests.layers.access.test_passwords import Counted

STREET = "990101001000"


@pytest.fixture
def officer(town: Town) -> Visitor:
    return visitor(town, Role.STREET_OFFICER, areas=[STREET])


def test_a_sign_in_tells_who_one_is_and_where(officer: Visitor) -> None:
    told = officer.sign_in()
    assert (told["owes"], told["login"], told["role"]) == ("nothing", officer.login, "street_officer")
    assert [one["code"] for one in told["territory"]] == [STREET]
    assert "hand_over" in told["actions"]
    assert "grant" not in told["actions"]
    assert officer.get("/session").json() == told
    assert officer.get("/reports").status_code == 200


def test_the_cookie_is_out_of_reach(officer: Visitor) -> None:
    answer = officer.client.post("/api/v1/session", json={"login": officer.login, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("wangge_session=wgs_")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie
    assert "max-age" not in cookie


def test_over_tls_the_cookie_is_secure(town: Town, officer: Visitor) -> None:
    town.app.state.front_desk.secure_cookies = True
    try:
        answer = officer.client.post("/api/v1/session", json={"login": officer.login, "password": PASSWORD})
    finally:
        town.app.state.front_desk.secure_cookies = False
    assert "secure" in answer.headers["set-cookie"].lower()


def test_every_failure_is_answered_alike_at_the_same_cost(town: Town, officer: Visitor) -> None:
    locked = visitor(town, Role.SUPERVISOR)
    town.sql("update accounts set locked_at = %s where id = %s", town.at, locked.id)
    waiting = visitor(town, Role.SUPERVISOR)
    town.sql("update accounts set locked_until = '2089-01-01' where id = %s", waiting.id)
    machine = visitor(town, Role.MACHINE)
    town.sql("update accounts set password_hash = null where id = %s", machine.id)
    officer.client.post("/api/v1/session", json={"login": "warm-up", "password": "warm up"})
    counted = Counted(town.app.state.front_desk.passwords)
    answers = []
    for login, password in (
        ("nobody-here", PASSWORD),
        (officer.login, "another password"),
        (locked.login, PASSWORD),
        (waiting.login, PASSWORD),
        (machine.login, PASSWORD),
    ):
        counted.calls = 0
        answer = officer.client.post("/api/v1/session", json={"login": login, "password": password})
        assert (answer.status_code, counted.calls) == (401, 1)
        assert "set-cookie" not in answer.headers
        answers.append(answer.json())
    assert answers[0]["type"].endswith("#sign-in-refused")
    assert all(one == answers[0] for one in answers)


def test_a_change_by_cookie_needs_its_token(officer: Visitor) -> None:
    officer.sign_in()
    for csrf in (None, "", "0" * 64):
        officer.csrf = csrf
        answer = officer.post("/my/devices", {"name": "phone"})
        assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems#csrf-refused")
        assert officer.delete("/session").status_code == 403
    officer.csrf = officer.get("/session").json()["csrf_token"]
    assert officer.post("/my/devices", {"name": "phone"}).status_code == 201


def test_signing_out_ends_the_session_itself(town: Town, officer: Visitor) -> None:
    officer.sign_in()
    kept = officer.token
    assert officer.delete("/session").status_code == 204
    assert officer.get("/session").json()["owes"] == "sign_in"
    officer.token = kept
    assert officer.get("/reports").status_code == 401
    assert officer.delete("/session").status_code == 204
    assert traced(town, officer.id)[-2:] == ["signed_in", "signed_out"]


def test_each_sign_in_has_a_session_of_its_own(officer: Visitor) -> None:
    officer.token = "wgs_chosen_by_someone_else"
    officer.sign_in()
    first = officer.token
    officer.sign_in()
    assert len({first, officer.token, "wgs_chosen_by_someone_else"}) == 3


def test_a_sign_in_ends_the_session_that_the_browser_had(officer: Visitor) -> None:
    officer.sign_in()
    whoever_copied_it = officer.other_browser()
    whoever_copied_it.token = officer.token
    elsewhere = officer.other_browser()
    elsewhere.sign_in()
    assert whoever_copied_it.get("/reports").status_code == 200
    officer.sign_in()
    assert whoever_copied_it.get("/reports").status_code == 401
    assert officer.get("/reports").status_code == elsewhere.get("/reports").status_code == 200


def test_an_idle_session_ends_after_half_an_hour(town: Town, officer: Visitor) -> None:
    officer.sign_in()
    for _ in range(3):
        town.at += IDLE * 0.9
        town.app.state.visitors.forget()
        assert officer.get("/reports").status_code == 200
    town.at += IDLE * 1.1
    town.app.state.visitors.forget()
    assert officer.get("/reports").status_code == 401


def test_a_session_in_use_ends_after_twelve_hours(town: Town, officer: Visitor) -> None:
    officer.sign_in()
    until = town.at + LONGEST
    while town.at + IDLE * 0.9 < until:
        town.at += IDLE * 0.9
        town.app.state.visitors.forget()
        assert officer.get("/reports").status_code == 200
    town.at = until
    town.app.state.visitors.forget()
    assert officer.get("/reports").status_code == 401


def test_the_last_sight_is_written_once_a_minute(town: Town, officer: Visitor) -> None:
    officer.sign_in()
    seen = "select seen_at from sessions where account_id = %s"
    [before] = town.sql(seen, officer.id)
    town.later(seconds=59)
    town.app.state.visitors.forget()
    officer.get("/reports")
    assert town.sql(seen, officer.id) == [before]
    town.later(seconds=2)
    town.app.state.visitors.forget()
    officer.get("/reports")
    assert town.sql(seen, officer.id) == [(town.at,)]


def test_a_dispatcher_shows_a_code_in_the_second_step(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, areas=["990101000000"], enrolled=True)
    told = dispatcher.sign_in(code=False)
    assert (told["owes"], told["actions"], told["territory"]) == ("code", [], [])
    half = dispatcher.token
    assert dispatcher.get("/reports").status_code == 401
    assert dispatcher.post("/my/devices", {"name": "phone"}).status_code == 401
    answer = dispatcher.post("/session/code", {"code": dispatcher.code})
    assert answer.status_code == 200, answer.text
    assert answer.json()["owes"] == "nothing"
    assert dispatcher.token != half
    assert dispatcher.get("/reports").status_code == 200
    dispatcher.token = half
    assert dispatcher.get("/session").json()["owes"] == "sign_in"


def test_a_half_session_does_not_wait_for_long(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, enrolled=True)
    dispatcher.sign_in(code=False)
    town.at += HALF
    assert dispatcher.post("/session/code", {"code": dispatcher.code}).status_code == 401


def test_a_wrong_code_is_a_failed_sign_in(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, enrolled=True)
    dispatcher.sign_in(code=False)
    wrong = f"{(int(dispatcher.code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = dispatcher.post("/session/code", {"code": wrong})
        assert (answer.status_code, answer.json()["type"]) == (401, "/api/v1/problems#sign-in-refused")
    assert dispatcher.post("/session/code", {"code": dispatcher.code}).status_code == 401
    assert traced(town, dispatcher.id)[-6:] == ["sign_in_refused"] * 6


def test_a_second_step_needs_the_token_too(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, enrolled=True)
    dispatcher.sign_in(code=False)
    dispatcher.csrf = None
    assert dispatcher.post("/session/code", {"code": dispatcher.code}).status_code == 403


def test_an_administrator_enrols_before_anything_else(town: Town) -> None:
    administrator = visitor(town, Role.SYSTEM_ADMINISTRATOR)
    told = administrator.sign_in()
    assert told["owes"] == "enrolment"
    offered = told["enrolment"]
    assert offered["address"].startswith("otpauth://totp/wangge:")
    assert administrator.get("/accounts").status_code == 401
    import base64

    secret = base64.b32decode(offered["key"])
    code = code_at(secret, step_at(town.at))
    other = offer_second_factor_of_another(town)
    refused = administrator.post("/session/code", {"code": code, "pending": other})
    assert (refused.status_code, refused.json()["type"]) == (422, "/api/v1/problems#wrong-code")
    answer = administrator.post("/session/code", {"code": code, "pending": offered["pending"]})
    assert answer.status_code == 200, answer.text
    administrator.csrf = answer.json()["csrf_token"]
    assert administrator.get("/accounts").status_code == 200
    assert traced(town, administrator.id)[-2:] == ["second_factor_set", "signed_in"]


def offer_second_factor_of_another(town: Town) -> str:
    """What was offered to somebody else."""
    someone = visitor(town, Role.PLANNER)
    assert someone.sign_in()["owes"] == "enrolment"
    pending: str = someone.get("/session").json()["enrolment"]["pending"]
    return pending


def test_a_password_made_for_someone_is_changed_first(officer: Visitor) -> None:
    expire_password(officer)
    assert officer.sign_in()["owes"] == "password"
    assert officer.get("/reports").status_code == 401
    weak = officer.post("/session/password", {"password": PASSWORD, "new_password": "password1234"})
    assert (weak.status_code, weak.json()["type"]) == (422, "/api/v1/problems#weak-password")
    wrong = officer.post("/session/password", {"password": "not the one", "new_password": "seven dry otters"})
    assert wrong.status_code == 403
    done = officer.post("/session/password", {"password": PASSWORD, "new_password": "seven dry otters"})
    assert (done.status_code, done.json()["owes"]) == (200, "nothing")
    assert officer.get("/reports").status_code == 200
    officer.other_browser().sign_in("seven dry otters")


def test_whoever_owes_a_code_cannot_change_the_password(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, enrolled=True)
    dispatcher.sign_in(code=False)
    answer = dispatcher.post("/session/password", {"password": PASSWORD, "new_password": "seven dry otters"})
    assert answer.status_code == 403


def test_a_resident_registers_and_signs_in(town: Town) -> None:
    body = {"login": f"Resident.{town.now().timestamp():.0f}", "password": "seven dry otters"}
    anyone = visitor(town, Role.RESIDENT)
    answer = anyone.post("/residents", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["role"] == "resident"
    again = anyone.post("/residents", {**body, "login": body["login"].upper()})
    assert (again.status_code, again.json()["type"]) == (409, "/api/v1/problems#login-taken")
    assert anyone.post("/residents", {**body, "login": "二十三"}).status_code == 422
    assert anyone.post("/residents", {**body, "login": "another-one", "password": "short"}).status_code == 422
    anyone.login = body["login"].lower()
    assert anyone.sign_in("seven dry otters")["owes"] == "nothing"


def test_registration_can_be_closed(town: Town) -> None:
    anyone = visitor(town, Role.RESIDENT)
    town.app.state.front_desk.residents_register = False
    try:
        answer = anyone.post("/residents", {"login": "late-comer", "password": "seven dry otters"})
    finally:
        town.app.state.front_desk.residents_register = True
    assert answer.status_code == 403


def test_passwords_and_codes_are_never_repeated(officer: Visitor) -> None:
    for body in (
        {"login": officer.login, "password": "x" * 300},
        {"login": officer.login, "password": "seven dry otters", "code": "seven dry otters"},
        {"login": officer.login, "password": ["seven dry otters"]},
        {"login": officer.login, "password": "seven dry otters"},
    ):
        answer = officer.post("/session", body)
        assert answer.status_code in {401, 422}
        assert "otters" not in answer.text
        assert "xxx" not in answer.text
