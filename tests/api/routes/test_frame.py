"""The frame around every request: problems, methods, limits, headers, log lines without personal data."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from api.addresses import Addresses
from api.errors import ANSWERS, FRAMEWORK, answer_for
from api.gate import LARGEST_BODY_BYTES
from geo.errors import GeoError
from layers.refusals import Conflict, NotFound, Refusal
from tests.api.routes.towns import Town

SECRET = "117.25, " + "a secret"
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/reports", "GET, HEAD, POST"),
        ("PUT", "/api/v1/locate", "GET, HEAD, POST"),
        ("POST", "/api/v1/reports/20250106-0000001", "GET, HEAD"),
        ("POST", "/static/css/tokens.css", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("OPTIONS", "/api/v1/areas", "GET, HEAD"),
    ],
)
def test_a_wrong_method_names_the_right_ones(town: Town, method: str, path: str, allowed: str) -> None:
    answer = town.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


def test_head_is_get_without_its_body(town: Town) -> None:
    whole, head = town.client.get("/api/v1/levels"), town.client.head("/api/v1/levels")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def post(town: Town, content: bytes, media_type: str | None = "application/json") -> httpx.Response:
    headers = {} if media_type is None else {"content-type": media_type}
    return town.client.post("/api/v1/reports", content=content, headers=headers)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"text": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_is_malformed(town: Town, content: bytes) -> None:
    answer = post(town, content)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].partition("#")[2] in {"malformed", "invalid"}


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_body_not_declared_as_json_is_not_read(town: Town, media_type: str | None) -> None:
    assert post(town, b'{"a": 1}', media_type).status_code == 415


def test_numbers_that_are_none_are_refused(town: Town) -> None:
    body = b'{"lon": NaN, "lat": Infinity, "datum": "wgs84"}'
    answer = town.client.post("/api/v1/locate", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def chunks() -> Iterator[bytes]:
    for _ in range(LARGEST_BODY_BYTES // 65_536 + 1):
        yield b" " * 65_536


def test_a_body_over_the_limit_is_refused_declared_or_not(town: Town) -> None:
    declared = post(town, b" " * (LARGEST_BODY_BYTES + 1))
    streamed = town.client.post("/api/v1/reports", content=chunks(), headers={"content-type": "application/json"})
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert answer.json()["type"].endswith("#body-too-large")


@pytest.mark.parametrize("path", ["/api/v1/levels", "/nothing", "/api/v1/reports/1", "/api/v1/areas?x=1"])
def test_every_answer_is_safe_and_has_an_id(town: Town, path: str) -> None:
    headers = town.client.get(path).headers
    assert {name: headers.get(name) for name in SAFE} == SAFE
    assert len(headers["x-request-id"]) == 16
    assert "geolocation=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/v1/reports", "no-store"),
        ("/api/v1/workload?level=grid", "no-store"),
        ("/api/v1/session", "no-store"),
        ("/nothing", "no-store"),
        ("/api/v1/areas?level=grid", "private, no-cache"),
        ("/maps/figures?level=grid", "private, no-cache"),
        ("/static/css/tokens.css", "public, no-cache"),
    ],
)
def test_answers_are_kept_by_nobody_but_where_they_say_so(town: Town, path: str, kept: str) -> None:
    assert town.client.get(path).headers["cache-control"] == kept


def test_a_body_that_does_not_come_is_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.gate.BODY_S", 0.2)
    with socket.create_connection((town.client.base_url.host, town.client.base_url.port or 80), timeout=5) as raw:
        raw.sendall(b"POST /api/v1/locate HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        answer = raw.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"#body-too-slow" in answer


def test_titles_are_chinese_for_those_who_ask(town: Town) -> None:
    def title(language: str) -> str:
        told = town.client.get("/nothing", headers={"accept-language": language}).json()["title"]
        return str(told)

    assert title("zh-CN,zh;q=0.9") == "没有这个地址"
    assert title("en") == "There is nothing at this address"


def test_a_misspelt_parameter_is_refused_by_name(town: Town) -> None:
    answer = town.client.get("/healthz?lveel=1")
    assert answer.json()["type"].endswith("#unknown-parameter")
    assert "lveel" in answer.json()["detail"]


def wait_for(words: str, caplog: pytest.LogCaptureFixture) -> None:
    """The line of a request is written when its answer is already out."""
    deadline = time.monotonic() + 5
    while words not in caplog.text:
        assert time.monotonic() < deadline, caplog.text
        time.sleep(0.01)


def test_a_fault_shows_nothing_of_the_inside(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Addresses, path_format: str, method: str) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(Addresses, "parameters", broken)
    with caplog.at_level(logging.INFO, "wangge"):
        answer = town.client.get("/api/v1/levels?district=5")
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("#internal")
    wait_for("route=/api/v1/levels", caplog)
    assert SECRET not in answer.text + caplog.text
    assert f"request_failed error=RuntimeError request={answer.headers['x-request-id']}" in caplog.text
    assert "test_frame.py" in caplog.text


def test_the_log_holds_routes_and_no_positions(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "wangge"):
        town.client.get("/api/v1/locate?lon=117.25&lat=36.61&datum=wgs84")
        town.client.get("/api/v1/areas/grid/990101002002001")
        wait_for("route=/api/v1/areas/{level}/{code} status=200", caplog)
    assert "method=GET route=/api/v1/locate status=200" in caplog.text
    assert "117.25" not in caplog.text
    assert "990101002002001" not in caplog.text


def test_a_broken_request_line_does_not_harm_others(town: Town) -> None:
    with socket.create_connection((town.client.base_url.host, town.client.base_url.port or 80), timeout=5) as raw:
        raw.sendall(b"GET /\xff\xff HTTP/1.1\r\nhost: x\r\n\r\n")
        raw.recv(1024)
    assert town.client.get("/healthz").status_code == 200


def kinds_below(kind: type[Exception]) -> set[type[Exception]]:
    return {kind, *(found for one in kind.__subclasses__() for found in kinds_below(one))}


@pytest.mark.parametrize(("base", "status"), [(NotFound, 404), (Conflict, 409), (Refusal, 422), (GeoError, 422)])
def test_every_refusal_is_answered_as_its_kind_unless_the_table_says_otherwise(
    base: type[Exception], status: int
) -> None:
    for kind in kinds_below(base):
        listed = [one for one in kind.__mro__ if one in ANSWERS]
        assert listed, kind
        if listed[0] is base:
            assert answer_for(kind.__new__(kind)).status == status


def test_problems_are_listed_and_named_once(town: Town) -> None:
    told = town.get("/problems")
    assert len({one["type"] for one in told}) == len(told) == len({*ANSWERS.values(), *FRAMEWORK})
    assert all(one["title"] and one["title_en"] for one in told)


def test_a_number_longer_than_any_of_ours_is_refused_and_not_repeated(town: Town) -> None:
    body = {"level": -42279693418017102757888, "person": "x", "reason": "y"}
    answer = town.client.post("/api/v1/reports/20250106-0000001/hand-overs", json=body)
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["field"] == "level" and "value" not in fault


@pytest.mark.parametrize(("place", "right"), [(1126.0, True), (True, False), ("1", False), (1.5, False)])
def test_a_whole_number_is_one_by_its_value(town: Town, place: object, right: bool) -> None:
    answer = town.client.post("/api/v1/my/notices/read", json={"places": [place]})
    assert (answer.status_code < 300) is right, answer.text
    assert answer.status_code < 300 or answer.status_code == 422
