"""A shortcut reads at once what the framework would have read, and takes only what it can ask."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute

from api.addresses import Addresses
from api.errors import install
from api.schemas.filing import FilingBody
from api.straight import Shortcut, UnfitDependencyError


async def ask_first(request: Request) -> None:
    request.state.order = ["first"]


async def ask_second(request: Request) -> str:
    request.state.order.append("second")
    return "named"


async def echo(request: Request, body: FilingBody, named: Annotated[str, Depends(ask_second)]) -> Response:
    return Response(f"{named} {request.state.order} {body!r} {body.filing(None)!r}")


def shortcut(router: APIRouter) -> Shortcut:
    [route] = router.routes
    assert isinstance(route, APIRoute)
    return Shortcut(route)


def client(*, short: bool) -> httpx.AsyncClient:
    router = APIRouter(dependencies=[Depends(ask_first)])
    router.add_api_route("/", echo, methods=["POST"], response_class=Response)
    app = FastAPI()
    if short:
        app.router.routes.append(shortcut(router))
    app.include_router(router)
    app.state.addresses = Addresses(app, router.routes)
    install(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://town")


SUBJECTS: list[dict[str, Any]] = [
    {"type": "position", "lon": 121, "lat": 39.5, "datum": "gcj02"},
    {"type": "position", "lon": 1e2, "lat": -0.0, "datum": "wgs84", "accuracy_m": 1e-7},
    {"type": "position", "lon": "121", "lat": 39.5, "datum": "gcj02"},
    {"type": "address", "address": "光明街1号"},
    {"type": "area", "level": "grid", "code": "1"},
    {"type": "place", "code": "P1"},
    {"type": "none"},
    {"type": "other"},
]
CHANGES: list[dict[str, Any]] = [
    {},
    {"occurred_at": "2026-11-22T08:30:00+08:00"},
    {"occurred_at": "2026-11-22 08:30:00.123456789Z"},
    {"occurred_at": 1736100000},
    {"reporter": {"name": "某", "phone": None}, "address": None, "external_ref": "7"},
    {"extra": {"yes": True, "whole": 3, "number": 3.0, "text": "3", "big": 2**53}},
    {"extra": {"big": 2**70}},
    {"extra": {"nan": float("nan")}},
    {"text": "\ud800"},
    {"text": " "},
    {"surprise": 1},
    {"kind": 1},
]
BODIES = [
    json.dumps({"kind": "M01", "text": "x", "source": "s", "client_key": "k", "subject": subject, **changes}).encode()
    for subject in SUBJECTS
    for changes in CHANGES
]
ODD = [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, BODIES[0].decode().encode("utf-16"), BODIES[0] + b" "]


@pytest.mark.parametrize("body", BODIES + ODD, ids=range(len(BODIES + ODD)))
async def test_every_body_is_answered_as_by_the_framework(body: bytes) -> None:
    answers = []
    for short in (True, False):
        async with client(short=short) as town:
            answers.append(await town.post("/", content=body, headers={"content-type": "application/json"}))
    ours, theirs = answers
    assert (ours.status_code, ours.text) == (theirs.status_code, theirs.text)


async def test_it_reads_at_once_and_asks_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    town = client(short=True)
    monkeypatch.setattr(Request, "json", None)
    answer = await town.post("/", content=BODIES[0], headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert answer.text.startswith("named ['first', 'second'] FilingBody(")


async def test_the_description_is_the_same() -> None:
    described = [await client(short=short).get("/openapi.json") for short in (True, False)]
    assert described[0].json() == described[1].json()


async def ask_more(request: Request, language: Annotated[str, Header()]) -> None:
    raise AssertionError


def ask_waiting(request: Request) -> None:
    raise AssertionError


@pytest.mark.parametrize("dependency", [ask_more, ask_waiting])
def test_a_dependency_it_cannot_ask_is_refused_when_the_shortcut_is_made(dependency: Any) -> None:
    router = APIRouter()
    router.add_api_route("/", echo, methods=["POST"], dependencies=[Depends(dependency)])
    with pytest.raises(UnfitDependencyError):
        shortcut(router)


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/other"), ("OPTIONS", "/")])
async def test_other_paths_and_methods_are_not_its_own(method: str, path: str) -> None:
    answers = [await client(short=short).request(method, path) for short in (True, False)]
    ours, theirs = answers
    assert ours.status_code == theirs.status_code in {404, 405}
    assert (ours.text, ours.headers) == (theirs.text, theirs.headers)
