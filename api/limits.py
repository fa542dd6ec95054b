"""How often anyone may ask: by account for whoever shows who they are, by address for the others.

no token ─────────► address: everything, and less of filing, signing in, registering
a token that holds ► account or device; uploads apart
a token of nobody ─► address: guesses, apart from the rest, so that nobody locks their neighbours out
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout
from starlette.requests import Request

from api.access import Credential, Visitors, credential
from api.database import Database
from api.logs import event
from api.outside import RETURN_PATH
from api.peers import Peers
from layers.access.accounts import normal_login
from layers.access.permissions import SignInNeeded
from layers.actors import Actor, Role
from layers.limits.allowances import Allowances, Rate, TooManyRequests

HOUR = timedelta(hours=1)
#: Says that the process lives, and files that are everybody's: cheaper to give than to count.
UNCOUNTED = re.compile(r"/healthz|/static/.*")
#: Each shows a password or a code, or costs the work of comparing one.
SIGNING_IN = re.compile(r"/sign-in(/.+)?|/api/v1/session(/.+)?")
OWN_ACCOUNT = re.compile(r"/api/v1/my/(?!tasks/|area$|notices/).+|/account/.+")
REGISTERING = re.compile(r"/api/v1/residents")
FILING = re.compile(r"/api/v1/reports")
UPLOADING = re.compile(r"(/api/v1/reports|/tasks)/[^/]+/photos")
KEY_PURPOSE = b"wangge: whom allowances are for"
AWAY = (psycopg.OperationalError, PoolTimeout, PoolClosed)


@dataclass(frozen=True, slots=True)
class Rates:
    """How often; `docs/settings.md` has the defaults."""

    sign_in: Rate = field(default_factory=lambda: Rate("sign_in", 10))
    login: Rate = field(default_factory=lambda: Rate("login", 10))
    registration: Rate = field(default_factory=lambda: Rate("registration", 5, HOUR))
    filing: Rate = field(default_factory=lambda: Rate("filing", 30))
    upload: Rate = field(default_factory=lambda: Rate("upload", 60))
    account: Rate = field(default_factory=lambda: Rate("account", 600))
    machine: Rate = field(default_factory=lambda: Rate("machine", 6000))
    address: Rate = field(default_factory=lambda: Rate("address", 1200))
    guess: Rate = field(default_factory=lambda: Rate("guess", 300))


class Limits:
    """Counts every request before anything else of it is read."""

    def __init__(self, service_key: bytes, rates: Rates | None = None) -> None:
        self.rates = rates or Rates()
        self._allowances = Allowances(hmac.digest(service_key, KEY_PURPOSE, sha256))

    async def admit(self, request: Request, peers: Peers) -> None:
        """Count a request; raises `TooManyRequests`. While the database is away nobody is counted, and nothing served
        that needs it.
        """
        if UNCOUNTED.fullmatch(request.scope["path"]):
            return
        try:
            await self._admit(request, peers.address(request))
        except AWAY as away:
            event("requests_not_counted", error=type(away).__name__)

    async def admit_login(self, request: Request, login: str) -> None:
        """Count an attempt to sign in under a login, whoever makes it and whether it exists or not."""
        await self._spend(request, self.rates.login, normal_login(login))

    async def _admit(self, request: Request, address: str) -> None:
        special = self._special(request)
        if special is not None:
            await self._spend(request, special, address)
        shown = credential(request)
        if shown is None:
            await self._spend(request, self._anonymous(request), address)
            return
        actor = await self._actor(request, shown, address)
        if actor is not None:
            for rate in self._own(request, actor):
                await self._spend(request, rate, actor.name)

    async def _actor(self, request: Request, shown: Credential, address: str) -> Actor | None:
        """Whom a token stands for; where it stands for nobody, a guess was made."""
        visitors: Visitors = request.app.state.visitors
        actor = visitors.believed(shown)
        if actor is not None:
            return actor
        if self._allowances.is_spent(self.rates.guess, address, now=request.app.state.clock()):
            await self._spend(request, self.rates.guess, address)
        try:
            actor = await visitors.of(request, shown)
        except SignInNeeded:
            actor = None
        if actor is None:
            await self._spend(request, self.rates.guess, address)
        return actor

    def _special(self, request: Request) -> Rate | None:
        if request.scope["path"] == RETURN_PATH:
            return self.rates.sign_in
        if request.method != "POST":
            return None
        if SIGNING_IN.fullmatch(request.scope["path"]):
            return self.rates.sign_in
        return self.rates.registration if REGISTERING.fullmatch(request.scope["path"]) else None

    def _anonymous(self, request: Request) -> Rate:
        files = request.method == "POST" and FILING.fullmatch(request.scope["path"])
        return self.rates.filing if files else self.rates.address

    def _own(self, request: Request, actor: Actor) -> Iterator[Rate]:
        """The rate of an account, or of the device that was given one of its own; and of what is dear."""
        if actor.requests_per_minute is not None:
            yield Rate("device", actor.requests_per_minute)
        else:
            yield self.rates.machine if actor.role is Role.MACHINE else self.rates.account
        if request.method == "POST" and UPLOADING.fullmatch(request.scope["path"]):
            yield self.rates.upload
        if request.method == "POST" and OWN_ACCOUNT.fullmatch(request.scope["path"]):
            yield self.rates.login

    async def _spend(self, request: Request, rate: Rate, whom: str) -> None:
        database: Database = request.app.state.database
        now = request.app.state.clock()
        try:
            await self._allowances.spend(database.statements, rate, whom, now=now)
        except TooManyRequests:
            event("request_over_limit", rate=rate.name)
            raise
