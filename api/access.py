"""Who asks, and whether they may: each route declares its action, or stands among the public ones.

cookie ──► session ─┐
bearer ──► device ──┼──► Actor (role, scope) ──► needs(action) ──► the transaction enters the actor's scope
basic  ──► device ──┘
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from geo.positions import Datum
from layers.access.devices import actor_of_device
from layers.access.permissions import Action, SignInNeeded, check_allowed
from layers.access.sessions import actor_of_session, csrf_token
from layers.actors import ANYONE, DESK, Actor
from layers.refusals import Refusal

COOKIE = "wangge_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: How long a process goes on believing what a token stood for: so long may a lock take to be felt.
BELIEVED_S = 5.0
MOST_BELIEVED = 20_000

#: Routes that declare no action, by method and path: boundaries and services are everybody's.
PUBLIC = frozenset(
    {
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/docs"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/problems"),
        ("GET", "/api/v1/districts"),
        ("GET", "/api/v1/levels"),
        ("GET", "/api/v1/kinds"),
        ("GET", "/api/v1/units"),
        ("GET", "/api/v1/figures/definitions"),
        ("GET", "/api/v1/editions"),
        ("GET", "/api/v1/editions/{number}/certificate"),
        ("GET", "/api/v1/areas"),
        ("GET", "/api/v1/areas/{level}/{code}"),
        ("GET", "/api/v1/areas/{level}/{code}/geometry"),
        ("GET", "/api/v1/service-points"),
        ("GET", "/api/v1/public/figures"),
        ("GET", "/api/v1/public/plans"),
        ("GET", "/api/v1/public/reports"),
        ("GET", "/api/v1/public/seals"),
        ("GET", "/api/v1/locate"),
        ("POST", "/api/v1/locate"),
        ("GET", "/maps/outlines/{name}.json"),
        ("POST", "/api/v1/follow"),
        ("POST", "/api/v1/follow/steps"),
        ("GET", "/follow"),
        ("POST", "/follow"),
        ("POST", "/follow/steps"),
        ("POST", "/api/v1/session"),
        ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("POST", "/api/v1/session/code"),
        ("POST", "/api/v1/session/password"),
        ("POST", "/api/v1/residents"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("GET", "/sign-in/outside"),
        ("GET", "/sign-in/outside/return"),
        ("POST", "/sign-in/code"),
        ("POST", "/sign-in/password"),
        ("GET", "/sign-out"),
        ("POST", "/sign-out"),
    }
)


class CsrfRefused(Refusal):
    """A change was asked for by cookie, without the token that only our own pages know."""


class Credential(NamedTuple):
    """What a request shows of itself: the token of a `session` or of a `device`."""

    kind: str
    token: str


@dataclass(frozen=True, slots=True)
class _Believed:
    actor: Actor
    until_s: float


class Visitors:
    """Who stands behind the tokens seen lately."""

    def __init__(self) -> None:
        self._believed: OrderedDict[Credential, _Believed] = OrderedDict()

    async def of(self, request: Request, shown: Credential) -> Actor | None:
        """Whom a credential stands for, None for nobody (any more)."""
        believed = self.believed(shown)
        if believed is not None:
            return believed
        actor = await self._asked(request, shown)
        if actor is None:
            self._believed.pop(shown, None)
            return None
        self._believed[shown] = _Believed(actor, time.monotonic() + BELIEVED_S)
        self._believed.move_to_end(shown)
        while len(self._believed) > MOST_BELIEVED:
            self._believed.popitem(last=False)
        return actor

    def believed(self, shown: Credential) -> Actor | None:
        """Whom a credential stands for, where that was asked a moment ago."""
        believed = self._believed.get(shown)
        return believed.actor if believed is not None and time.monotonic() < believed.until_s else None

    def forget(self) -> None:
        """Believe nothing any more: after a sign-out, a lock or a grant in this process."""
        self._believed.clear()

    async def still(self, request: Request, shown: Credential) -> Actor | None:
        """Whom a credential stands for at this moment. That a stream is open is no sign that someone sits before it."""
        return await self._asked(request, shown, seen=False)

    async def _asked(self, request: Request, shown: Credential, *, seen: bool = True) -> Actor | None:
        find = actor_of_session if shown.kind == "session" else actor_of_device
        async with request.app.state.database.filing(DESK) as connection:
            return await find(connection, shown.token, now=request.app.state.clock(), seen=seen)


async def visitor(request: Request) -> Actor:
    """Who asks; anyone, where the request shows nothing. Asked once for each request.

    Raises:
        SignInNeeded: what the request shows stands for nobody, or no longer.
        CsrfRefused: a change by cookie without its token.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is None:
        known = await _visitor(request)
        request.state.actor = known
    return known


async def _visitor(request: Request) -> Actor:
    shown = credential(request)
    if shown is None:
        return ANYONE
    visitors: Visitors = request.app.state.visitors
    actor = await visitors.of(request, shown)
    if actor is None:
        if is_public(request):
            return ANYONE
        raise SignInNeeded("The session or token is not valid, or no longer.", remedy="Sign in again.")
    if shown.kind == "session" and request.method not in SAFE_METHODS:
        check_csrf(shown.token, request.headers.get(CSRF_HEADER))
    return actor


def check_csrf(token: str, given: str | None) -> None:
    """Refuse a change that does not carry the session's own token."""
    if given is None or not hmac.compare_digest(given.encode(), csrf_token(token).encode()):
        raise CsrfRefused(
            "A change by session needs the session's own token.",
            field=CSRF_HEADER,
            remedy="Send X-CSRF-Token as GET /api/v1/session tells it.",
        )


def credential(request: Request) -> Credential | None:
    """What the request shows of itself; a header counts before the cookie."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return Credential("device", value.strip())
    if scheme.lower() == "basic" and value:
        return Credential("device", _basic_secret(value))
    token = request.cookies.get(COOKIE)
    return Credential("session", token) if token else None


def _basic_secret(value: str) -> str:
    """The secret of `device:secret` in base64; the device's own id says nothing that the secret does not."""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def is_public(request: Request) -> bool:
    """Whether the route needs no action."""
    return (request.method, getattr(request.scope.get("route"), "path", "")) in PUBLIC


class Needs:
    """A route's declaration: whoever calls it must have this action."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Actor:
        """The actor, if their role has the action; raises `SignInNeeded` or `NotAllowed`."""
        actor = await visitor(request)
        check_allowed(actor.role, self.action)
        return actor


def needs(action: Action) -> Any:
    """The dependency that declares a route's action."""
    return Depends(Needs(action))


def action_of(route: APIRoute) -> Action | None:
    """The action a route declares, itself or through its router; None for one that declares none."""
    declared = [one.call.action for one in route.dependant.dependencies if isinstance(one.call, Needs)]
    return declared[-1] if declared else None


def datum_of(actor: Actor) -> Datum | None:
    """The datum declared for the device that asks, if one was."""
    return None if actor.datum is None else Datum(actor.datum)


TheActor = Annotated[Actor, Depends(visitor)]
