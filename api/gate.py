"""What happens around every request: who may send it and how much, a request id, safe headers, one log line.

host, allowances ──► body, whole and within its limits ──► route
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import BodyTooLarge, BodyTooSlow, answer
from api.logs import event, fault
from api.surface import Surface
from layers.refusals import Refusal

LARGEST_BODY_BYTES = 1_048_576
#: Addresses whose bodies may be larger.
LARGER_BODIES_BYTES = {
    "/api/v1/reports/{number}/photos": 10 * 1_048_576,
    "/tasks/{number}/photos": 10 * 1_048_576,
    "/api/v1/plans/{plan}/drawn": 10 * 1_048_576,
}
#: How long a body of the usual size may take, and a larger one for each time it is larger.
BODY_S = 30.0
WITH_BODY = {"POST", "PUT", "PATCH"}
_LARGER_BODIES = [(compile_path(template)[0], limit) for template, limit in LARGER_BODIES_BYTES.items()]


class Gate:
    """The outermost frame of the application, around its error handlers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through; anything but HTTP goes straight on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # A copy: the server decides by the method it read whether an answer may have a body.
        bodiless = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET" if bodiless else scope["method"], "bodiless": bodiless}
        surface: Surface = scope["app"].state.surface
        passage = _Passage(inner, send, surface, bodiless=bodiless)
        try:
            await self._pass(inner, receive, passage)
        finally:
            event("request", **passage.facts(scope["method"]))

    async def _pass(self, scope: Scope, receive: Receive, passage: _Passage) -> None:
        try:
            await passage.surface.admit(Request(scope))
            if scope["method"] in WITH_BODY:
                receive = await _limited(scope, receive)
            await self.app(scope, receive, passage.send)
        except Exception as error:
            if not isinstance(error, Refusal):
                fault("request_failed", error, request=passage.request_id)
            if passage.status is not None:
                raise
            await answer(Request(scope), error)(scope, receive, passage.send)


class _Passage:
    """One request on its way through: its id, its clock, and what was answered."""

    def __init__(self, scope: Scope, send: Send, surface: Surface, *, bodiless: bool) -> None:
        self.scope = scope
        self.surface = surface
        self.request_id = secrets.token_hex(8)
        self.status: int | None = None
        self._send = send
        self._bodiless = bodiless
        self._began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = self.surface.complete(message.get("headers", ()), self.scope["path"])
            message["headers"] = [*headers, (b"x-request-id", self.request_id.encode())]
        elif self._bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def facts(self, method: str) -> dict[str, Any]:
        """What the log says: the route's template, never the path or the query, which may hold a position."""
        return {
            "method": method,
            "route": getattr(self.scope.get("route"), "path", "-"),
            "status": self.status,
            "ms": round((time.perf_counter() - self._began) * 1000, 1),
            "request": self.request_id,
        }


def largest_body_bytes(path: str) -> int:
    """How large a body the address at this path takes."""
    larger = (limit for pattern, limit in _LARGER_BODIES if pattern.match(path))
    return next(larger, LARGEST_BODY_BYTES)


async def _limited(scope: Scope, receive: Receive) -> Receive:
    """The body read whole, within the limit and in time, and a `receive` that gives it again."""
    limit = largest_body_bytes(scope["path"])
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    time_s = BODY_S * limit / LARGEST_BODY_BYTES
    try:
        async with asyncio.timeout(time_s):
            body = await _whole(receive, limit)
    except TimeoutError:
        raise BodyTooSlow(f"The body took longer than {time_s:g} seconds.", remedy="Send it again.") from None
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again


async def _whole(receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


def _too_large(limit_bytes: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The body is larger than {limit_bytes} bytes.", remedy="Send one report or one photo at a time."
    )
