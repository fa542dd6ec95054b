"""Signing in at a provider: the whole way, with a real one, and every lie it or someone between could tell."""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import orjson
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.outside import RETURN_PATH, OutsideProvider, OutsideSettings
from layers.access.accounts import account_of
from layers.access.outside import BadSubject, SubjectTaken, link_account
from layers.actors import Role
from tests.api.routes.people import Visitor, expire_password, traced, visitor
from tests.api.routes.towns import Town
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, EC, RSA, Provider, providing


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, town: Town) -> Provider:
    running.reset()
    town.at = town.at.fromtimestamp(time.time(), town.at.tzinfo)
    base = str(town.client.base_url).rstrip("/")
    settings = OutsideSettings(running.issuer, CLIENT_ID, CLIENT_SECRET, base)
    town.app.state.front_desk.outside = OutsideProvider(settings)
    return running


def linked(town: Town, role: Role, subject: str, **more: Any) -> Visitor:
    someone = visitor(town, role, **more)
    link(town, someone, subject)
    return someone


def link(town: Town, someone: Visitor, subject: str | None) -> None:
    async def linking() -> None:
        async with await psycopg.AsyncConnection.connect(town.database_url) as connection:
            account = await account_of(connection, someone.id)
            await link_account(connection, account, subject, actor="command:test", now=town.at)

    asyncio.run(linking())


def depart(browser: httpx.Client, next_path: str = "") -> httpx.URL:
    """Leave for the provider; where it sends one back to."""
    left = browser.get("/sign-in/outside", params={"next": next_path} if next_path else {})
    assert left.status_code == 303, left.text
    back = httpx.get(left.headers["location"], trust_env=False)
    assert back.status_code == 302
    return httpx.URL(back.headers["location"])


def journey(someone: Visitor, next_path: str = "") -> httpx.Response:
    return someone.client.get(depart(someone.client, next_path))


def test_the_whole_way(town: Town, provider: Provider) -> None:
    someone = linked(town, Role.GRID_WORKER, "clerk-7")
    answer = journey(someone, "/queues/unassigned")
    assert answer.status_code == 200
    assert 'content="0; url=/queues/unassigned"' in answer.text
    assert someone.get("/session").json()["login"] == someone.login
    cookie = answer.headers.get_list("set-cookie")
    assert any("wangge_session" in one and "HttpOnly" in one and "SameSite=strict" in one for one in cookie)
    assert "wangge_outside" not in someone.client.cookies
    assert traced(town, someone.id)[-2:] == ["account_linked", "signed_in"]
    link(town, someone, None)
    town.app.state.visitors.forget()
    assert someone.get("/session").json()["owes"] == "sign_in"
    assert journey(someone).status_code == 401


def test_es256_is_as_good(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-es"
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "ec"}, claims, EC)
    assert journey(linked(town, Role.SUPERVISOR, "clerk-es")).status_code == 200


def test_a_key_that_is_new_is_fetched(town: Town, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    provider.subject = "clerk-new-key"
    someone = linked(town, Role.SUPERVISOR, "clerk-new-key")
    assert journey(someone).status_code == 200
    monkeypatch.setattr("api.outside.KEYS_LIFE_S", 0.0)
    new = RSAKey.generate_key(2048, {"kid": "new"})
    provider.keys = [new]
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "new"}, claims, new)
    assert journey(someone).status_code == 200


@pytest.mark.parametrize(("amr", "owes"), [(["pwd"], "code"), (None, "code"), (["pwd", "otp"], "nothing")])
def test_a_second_factor_is_shown_there_or_here(
    town: Town, provider: Provider, amr: list[str] | None, owes: str
) -> None:
    provider.subject, provider.amr = f"dispatcher-{amr}", amr
    someone = linked(town, Role.DISPATCHER, provider.subject, enrolled=True)
    answer = journey(someone)
    assert answer.status_code == 200
    told = someone.get("/session").json()
    assert told["owes"] == owes
    assert someone.get("/reports").status_code == (401 if owes == "code" else 200)
    if owes == "code":
        someone.csrf = told["csrf_token"]
        assert someone.post("/session/code", {"code": someone.code}).json()["owes"] == "nothing"


def test_a_provider_may_be_trusted_with_the_second_factor(town: Town, provider: Provider) -> None:
    provider.subject = "planner-trusted"
    old = town.app.state.front_desk.outside.settings
    trusting = OutsideSettings(old.issuer, CLIENT_ID, CLIENT_SECRET, old.public_url, trusts_second_factor=True)
    town.app.state.front_desk.outside = OutsideProvider(trusting)
    someone = linked(town, Role.PLANNER, provider.subject)
    journey(someone)
    assert someone.get("/session").json()["owes"] == "nothing"


def test_a_locked_account_stays_out_and_it_is_traced(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-locked"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    town.sql("update accounts set locked_at = now() where id = %s", someone.id)
    assert journey(someone).status_code == 401
    assert traced(town, someone.id)[-1] == "sign_in_refused"


def test_a_password_nobody_used_goes_when_an_account_is_linked(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-fresh"
    someone = visitor(town, Role.SUPERVISOR)
    expire_password(someone)
    link(town, someone, provider.subject)
    assert journey(someone).status_code == 200
    assert someone.get("/session").json()["owes"] == "nothing"
    [(kept,)] = town.sql("select password_hash from accounts where id = %s", someone.id)
    assert kept is None


def test_one_subject_is_one_account(town: Town, provider: Provider) -> None:
    linked(town, Role.SUPERVISOR, "clerk-taken")
    with pytest.raises(SubjectTaken):
        linked(town, Role.SUPERVISOR, "clerk-taken")
    for bad in ("", " clerk", "a\nb", "x" * 256):
        with pytest.raises(BadSubject):
            linked(town, Role.SUPERVISOR, bad)


def unsigned(claims: dict[str, Any]) -> str:
    parts = [orjson.dumps({"alg": "none", "kid": "rsa"}), orjson.dumps(claims), b""]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def by_public_key(claims: dict[str, Any]) -> str:
    """What joserfc refuses to make: a digest under the public key, as if it were a secret."""
    parts = [orjson.dumps({"alg": "HS256", "kid": "rsa"}), orjson.dumps(claims)]
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    digest = hmac.digest(RSA.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def by_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, RSAKey.generate_key(2048, {"kid": "rsa"}))


LIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "wrong nonce": lambda claims: claims | {"nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "wrong audience": lambda claims: claims | {"aud": "another-service"},
    "for another, by us": lambda claims: claims | {"aud": "another-service", "azp": CLIENT_ID},
    "several audiences": lambda claims: claims | {"aud": [CLIENT_ID, "another"], "azp": "another"},
    "wrong issuer": lambda claims: claims | {"iss": "https://evil.example"},
    "expired": lambda claims: claims | {"exp": claims["iat"] - 3600},
    "no expiry": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "not yet valid": lambda claims: claims | {"nbf": claims["iat"] + 3600},
    "no name": lambda claims: {name: value for name, value in claims.items() if name != "preferred_username"},
    "a name that is none": lambda claims: claims | {"preferred_username": ["clerk-7"]},
    "a stranger": lambda claims: claims | {"preferred_username": "stranger"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_in_the_token_is_refused(town: Town, provider: Provider, lie: str) -> None:
    provider.subject, provider.alter = f"clerk-{lie}", LIES[lie]
    refused(journey(linked(town, Role.SUPERVISOR, provider.subject)))


@pytest.mark.parametrize("sign", [unsigned, by_public_key, by_another_key])
def test_a_signature_that_is_none_is_refused(
    town: Town, provider: Provider, sign: Callable[[dict[str, Any]], str]
) -> None:
    provider.subject, provider.sign = f"clerk-{sign.__name__}", sign
    refused(journey(linked(town, Role.SUPERVISOR, provider.subject)))


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 401
    assert "wangge_session" not in answer.headers.get("set-cookie", "")
    assert "clerk" not in answer.text


def changed(address: httpx.URL, **parts: str | None) -> httpx.URL:
    query = {name: values[0] for name, values in parse_qs(address.query.decode()).items()} | parts
    return address.copy_with(query=urlencode({name: value for name, value in query.items() if value}).encode())


@pytest.mark.parametrize(
    "parts", [{"state": "foreign"}, {"state": None}, {"code": None}, {"code": "x"}, {"iss": "https://evil.example"}]
)
def test_an_answer_of_another_journey_is_refused(town: Town, provider: Provider, parts: dict[str, str | None]) -> None:
    provider.subject = f"clerk-{parts}"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    refused(someone.client.get(changed(depart(someone.client), **parts)))


def test_a_promised_issuer_that_is_left_out_is_missed(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-no-iss"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    refused(someone.client.get(changed(depart(someone.client), iss=None)))


def test_a_code_counts_once_and_in_its_own_browser(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-replay"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    back = depart(someone.client)
    kept = dict(someone.client.cookies)
    refused(someone.other_browser().client.get(back))
    assert someone.client.get(back).status_code == 200
    again = someone.other_browser()
    again.client.cookies.update(kept)
    refused(again.client.get(back))


def test_a_journey_ends_after_ten_minutes_and_cannot_be_made_up(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-late"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    back = depart(someone.client)
    town.later(seconds=601)
    refused(someone.client.get(back))
    someone.client.cookies.set("wangge_outside", "AAAA", domain="127.0.0.1", path="/sign-in/outside")
    refused(someone.client.get(back))


@pytest.mark.parametrize("next_path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
def test_nobody_is_led_to_another_site(town: Town, provider: Provider, next_path: str) -> None:
    provider.subject = f"clerk-{next_path}"
    answer = journey(linked(town, Role.SUPERVISOR, provider.subject), next_path)
    assert answer.status_code == 200
    assert "evil" not in answer.text
    assert "url=/account" in answer.text


def test_the_provider_is_asked_for_this_service_alone(town: Town, provider: Provider) -> None:
    left = town.client.get("/sign-in/outside", params={"next": "/", "lang": "en"})
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    base = str(town.client.base_url).rstrip("/")
    assert asked["redirect_uri"] == [base + RETURN_PATH]
    assert asked["client_id"] == [CLIENT_ID]
    assert asked["code_challenge_method"] == ["S256"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 32
    cookie = left.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/sign-in/outside", "Max-Age=600"))
    assert asked["state"][0] not in cookie
    assert asked["nonce"][0] not in base64.urlsafe_b64decode(cookie.partition("=")[2].partition(";")[0] + "==").decode(
        "latin-1"
    )


def test_a_provider_that_is_away_is_said_and_tried_again(town: Town, provider: Provider) -> None:
    provider.silent = True
    away = town.client.get("/sign-in/outside")
    assert (away.status_code, away.headers["content-type"]) == (503, "text/html; charset=utf-8")
    provider.silent = False
    assert town.client.get("/sign-in/outside").status_code == 303


def test_its_description_and_keys_are_kept(town: Town, provider: Provider) -> None:
    provider.subject = "clerk-often"
    someone = linked(town, Role.SUPERVISOR, provider.subject)
    assert {journey(someone).status_code for _ in range(3)} == {200}
    assert provider.fetched.count("/.well-known/openid-configuration") == 1
    assert provider.fetched.count("/keys") == 1


def test_the_sign_in_page_offers_it_where_there_is_one(town: Town, provider: Provider) -> None:
    assert "/sign-in/outside?" in httpx.get(f"{town.client.base_url}/sign-in", trust_env=False).text
    town.app.state.front_desk.outside = None
    assert "/sign-in/outside" not in httpx.get(f"{town.client.base_url}/sign-in", trust_env=False).text
    assert town.client.get("/sign-in/outside").status_code == 404
