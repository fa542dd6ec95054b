"""The pages of signing in and of one's own account, by plain forms: where they lead, and what they refuse."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from api.form_pages import local_path, sign_in_address
from layers.access.second_factor import code_at, step_at
from layers.actors import Role
from tests.api.routes.people import Visitor, expire_password, visitor
from tests.api.routes.towns import Town
from tests.layers.access.counter import PASSWORD

STREET = "990101001000"
HTML = {"accept": "text/html,application/xhtml+xml"}
NEW = "seven dry otters"


@pytest.fixture
def officer(town: Town) -> Visitor:
    return visitor(town, Role.STREET_OFFICER, areas=[STREET], person=None)


def page(someone: Visitor, path: str) -> httpx.Response:
    return someone.client.get(path, headers=HTML)


def send(someone: Visitor, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    """Send a form with the hidden fields of the page it stands on."""
    return someone.client.post(path, data=fields or {"nothing": ""}, headers={**HTML, **(headers or {})})


def hidden(answer: httpx.Response, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, name
    return found[1]


def signed_in(someone: Visitor) -> str:
    """Sign in by the page; the token that forms carry."""
    answer = send(someone, "/sign-in", login=someone.login, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    return hidden(page(someone, "/account"), "csrf")


def test_a_page_that_needs_a_session_leads_to_the_sign_in_and_back(town: Town, officer: Visitor) -> None:
    answer = page(officer, "/queues/unassigned?lang=en")
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    where = urlsplit(answer.headers["location"])
    assert where.path == "/sign-in"
    assert parse_qs(where.query) == {"next": ["/queues/unassigned?lang=en"], "lang": ["en"]}
    form = page(officer, answer.headers["location"])
    assert hidden(form, "next") == "/queues/unassigned?lang=en"
    done = send(officer, "/sign-in?lang=en", login=officer.login, password=PASSWORD, next=hidden(form, "next"))
    assert (done.status_code, done.headers["location"]) == (303, "/queues/unassigned?lang=en")
    assert page(officer, "/queues/unassigned?lang=en").status_code == 200
    assert page(officer, "/sign-in").headers["location"] == "/account?lang=zh"


def test_only_pages_lead_there(officer: Visitor) -> None:
    assert officer.client.get("/queues/unassigned").status_code == 401
    assert officer.client.get("/api/v1/reports", headers=HTML).status_code == 401
    assert page(officer, "/maps/figures?level=grid").status_code in {303, 401}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "/\n/evil.example",
        "evil.example",
        "http:/evil.example",
        "/api/v1/accounts",
        "/sign-out",
        "/" + "x" * 3000,
        "",
    ],
)
def test_no_way_leads_out(elsewhere: str) -> None:
    assert local_path(elsewhere) == ""
    assert sign_in_address(elsewhere, "zh") == "/sign-in"


@pytest.mark.parametrize("here", ["/", "/account", "/queues/unassigned?lang=en", "/maps/workload?level=grid#x"])
def test_ways_within_are_kept(here: str) -> None:
    assert local_path(here) == here


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/account"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_hold_no_script_and_are_kept_by_no_cache(officer: Visitor, path: str, lang: str) -> None:
    signed_in(officer)
    if path == "/sign-in":
        officer.client.cookies.clear()
    answer = page(officer, f"{path}?lang={lang}")
    assert answer.status_code == 200
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_a_failed_sign_in_says_no_more_than_that(officer: Visitor) -> None:
    unknown = send(officer, "/sign-in?lang=en", login="nobody-here", password=PASSWORD)
    wrong = send(officer, "/sign-in?lang=en", login=officer.login, password="not the one")
    none = send(officer, "/sign-in?lang=en")
    assert unknown.status_code == wrong.status_code == none.status_code == 401
    assert unknown.text.replace("nobody-here", officer.login) == wrong.text
    assert "not the one" not in wrong.text
    assert "set-cookie" not in wrong.headers


def test_a_login_is_shown_as_text(officer: Visitor) -> None:
    answer = send(officer, "/sign-in", login='"><script>alert(1)</script>', password="x")
    assert "<script" not in answer.text


def test_a_dispatcher_is_led_through_both_steps(town: Town) -> None:
    dispatcher = visitor(town, Role.DISPATCHER, areas=["990101000000"], enrolled=True)
    first = send(dispatcher, "/sign-in", login=dispatcher.login, password=PASSWORD, next="/queues/unlocated")
    assert first.headers["location"] == "/sign-in?next=%2Fqueues%2Funlocated"
    form = page(dispatcher, first.headers["location"])
    assert page(dispatcher, "/").status_code == 303, "a password alone opens nothing"
    csrf = hidden(form, "csrf")
    assert send(dispatcher, "/sign-in/code", csrf=csrf, code="12").status_code == 401
    town.later(seconds=60)
    assert send(dispatcher, "/sign-in/code", csrf="0" * 64, code=dispatcher.code).status_code == 403
    done = send(dispatcher, "/sign-in/code", csrf=csrf, code=dispatcher.code, next="/queues/unlocated")
    assert (done.status_code, done.headers["location"]) == (303, "/queues/unlocated")
    assert page(dispatcher, "/queues/unlocated").status_code == 200


def test_a_second_factor_is_set_up_from_a_picture(town: Town) -> None:
    planner = visitor(town, Role.PLANNER, areas=["990101000000"])
    send(planner, "/sign-in", login=planner.login, password=PASSWORD)
    form = page(planner, "/sign-in")
    assert 'src="data:image/svg+xml;charset=utf-8,' in form.text or 'src="data:image/svg+xml' in form.text
    [key] = re.findall(r"<code>([A-Z2-7 ]+)</code>", form.text)
    csrf, pending = hidden(form, "csrf"), hidden(form, "pending")
    again = send(planner, "/sign-in/code", csrf=csrf, pending=pending, code="000000")
    assert again.status_code == 401
    assert key in again.text, "the picture that was scanned stays the same"
    import base64

    code = code_at(base64.b32decode(key.replace(" ", "")), step_at(town.at))
    done = send(planner, "/sign-in/code", csrf=csrf, pending=pending, code=code)
    assert done.status_code == 303
    assert page(planner, "/account").status_code == 200


def test_a_password_made_for_someone_is_replaced_first(officer: Visitor) -> None:
    expire_password(officer)
    send(officer, "/sign-in", login=officer.login, password=PASSWORD)
    form = page(officer, "/sign-in")
    csrf = hidden(form, "csrf")
    assert page(officer, "/account").status_code == 303
    weak = send(officer, "/sign-in/password", csrf=csrf, password=PASSWORD, new_password="short")
    assert weak.status_code == 422
    done = send(officer, "/sign-in/password", csrf=csrf, password=PASSWORD, new_password=NEW, next="/account")
    assert done.headers["location"] == "/account"
    assert page(officer, "/account").status_code == 200


def test_forms_of_other_sites_are_refused(town: Town, officer: Visitor) -> None:
    host = urlsplit(str(town.client.base_url)).netloc
    fields = {"login": officer.login, "password": PASSWORD}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": f"http://{host}.evil.example"},
    ):
        answer = send(officer, "/sign-in", headers=headers, **fields)
        assert answer.status_code == 403, headers
    own = {"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert send(officer, "/sign-in", headers=own, **fields).status_code == 303


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 404)])
def test_a_link_of_another_site_begins_no_sign_in_at_the_provider(town: Town, site: str, status: int) -> None:
    assert town.client.get("/sign-in/outside", headers={"sec-fetch-site": site}).status_code == status


def test_a_form_that_is_none_is_refused(officer: Visitor) -> None:
    for body, media_type in (
        (b"{}", "application/json"),
        (b"login=%ff", "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(100)), "application/x-www-form-urlencoded"),
    ):
        answer = officer.client.post("/sign-in", content=body, headers={"content-type": media_type})
        assert answer.status_code == 415


def test_every_form_of_the_account_needs_session_and_token(town: Town, officer: Visitor) -> None:
    csrf = signed_in(officer)
    paths = ("devices", "devices/1/lost", "devices/1/remove", "password", "second-factor", "second-factor/confirm")
    stranger = visitor(town, Role.RESIDENT)
    for path in paths:
        assert send(officer, f"/account/{path}").status_code == 403, path
        assert send(officer, f"/account/{path}", csrf="0" * 64).status_code == 403, path
        assert send(stranger, f"/account/{path}", csrf=csrf).status_code == 401, path


def test_the_account_says_in_words_who_one_is(officer: Visitor) -> None:
    signed_in(officer)
    chinese, english = page(officer, "/account"), page(officer, "/account?lang=en")
    for told in (officer.login, "街道值班员", "街道 ·", "移交事件"):
        assert told in chinese.text
    for told in ("Street officer", "Street ·", "hand reports over"):
        assert told in english.text
    assert "审计" not in chinese.text


def test_a_phone_is_added_shown_once_and_reported_lost(town: Town, officer: Visitor) -> None:
    csrf = signed_in(officer)
    added = send(officer, "/account/devices", csrf=csrf, name="工作<手机>")
    [token] = re.findall(r"wgd_[\w-]+", added.text)
    assert "工作&lt;手机&gt;" in added.text
    assert token not in page(officer, "/account").text
    client = httpx.Client(base_url=town.client.base_url, trust_env=False, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/api/v1/reports").status_code == 200
    [number] = re.findall(r"/account/devices/(\d+)/lost", page(officer, "/account").text)
    lost = send(officer, f"/account/devices/{number}/lost", csrf=csrf)
    assert lost.headers["location"] == "/account?lang=zh&done=lost"
    assert "已挂失。" in page(officer, lost.headers["location"]).text
    assert client.get("/api/v1/reports").json()["type"].endswith("#device-lost")
    assert send(officer, "/account/devices", csrf=csrf, name=" ").status_code == 422
    assert send(officer, "/account/devices/999999/lost", csrf=csrf).status_code == 404


def test_password_and_second_factor_from_the_page(town: Town, officer: Visitor) -> None:
    csrf = signed_in(officer)
    assert send(officer, "/account/password", csrf=csrf, password="not the one", new_password=NEW).status_code == 422
    assert send(officer, "/account/password", csrf=csrf, password=PASSWORD, new_password="x").status_code == 422
    done = send(officer, "/account/password", csrf=csrf, password=PASSWORD, new_password=NEW)
    assert done.headers["location"] == "/account?lang=zh&done=password"
    assert send(officer, "/account/second-factor", csrf=csrf, password=PASSWORD).status_code == 422
    offered = send(officer, "/account/second-factor", csrf=csrf, password=NEW)
    pending = hidden(offered, "pending")
    [key] = re.findall(r"<code>([A-Z2-7 ]+)</code>", offered.text)
    wrong = send(officer, "/account/second-factor/confirm", csrf=csrf, pending=pending, code="000000")
    assert wrong.status_code == 422
    assert key in wrong.text
    import base64

    officer.secret = base64.b32decode(key.replace(" ", ""))
    kept = send(officer, "/account/second-factor/confirm", csrf=csrf, pending=pending, code=officer.code)
    assert kept.headers["location"] == "/account?lang=zh&done=second_factor"
    assert officer.other_browser().sign_in(NEW)["owes"] == "nothing"


def test_signing_out_from_the_page(officer: Visitor) -> None:
    csrf = signed_in(officer)
    assert send(officer, "/sign-out", csrf="0" * 64).status_code == 403
    done = send(officer, "/sign-out", csrf=csrf)
    assert done.headers["location"] == "/sign-out?lang=zh"
    assert "您已退出" in page(officer, "/sign-out").text
    assert page(officer, "/account").status_code == 303


def test_a_done_that_was_not_is_not_repeated(officer: Visitor) -> None:
    signed_in(officer)
    answer = page(officer, "/account?done=anything")
    assert answer.status_code == 200
    assert "anything" not in answer.text


def test_who_looked_at_my_data_is_told_by_role_and_place(town: Town, officer: Visitor) -> None:
    resident = visitor(town, Role.RESIDENT)
    resident.sign_in()
    filed = resident.post("/reports", town.report(reporter={"name": "resident 1", "phone": "13800000000"}))
    assert filed.status_code == 201, filed.text
    assert "还没有人查看过" in page(resident, "/account").text
    officer.sign_in()
    number = filed.json()["number"]
    assert officer.post(f"/reports/{number}/personal", {"purpose": "handle"}).status_code == 200
    shown = page(resident, "/account").text
    for told in ("街道值班员", "西街道", number, "电话", "办理"):
        assert told in shown
    assert officer.login not in shown
    assert "13800000000" not in shown
