"""People of the town who sign in by password: their accounts, and the browsers they sit at."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import psycopg

from layers.access.accounts import add_account, change
from layers.access.own import keep_second_factor
from layers.access.passwords import Passwords
from layers.access.records import NewAccount
from layers.access.second_factor import code_at, new_secret, step_at
from layers.actors import Role
from tests.api.routes.towns import Town
from tests.layers.access.counter import CHEAP, PASSWORD

numbers = itertools.count(1)
LONG_AGO = timedelta(days=400)


@dataclass
class Visitor:
    """Someone with an account, and a browser of theirs with its cookie."""

    town: Town
    id: int
    login: str
    secret: bytes | None = None
    client: httpx.Client = field(default_factory=httpx.Client)
    csrf: str | None = None

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.town.client.base_url, timeout=30, trust_env=False)

    def other_browser(self) -> Visitor:
        return Visitor(self.town, self.id, self.login, self.secret)

    @property
    def code(self) -> str:
        """What the authenticator app shows now."""
        assert self.secret is not None
        return code_at(self.secret, step_at(self.town.at))

    def sign_in(self, password: str = PASSWORD, *, code: bool = True) -> dict[str, Any]:
        """Sign in, with the code of the second factor where there is one."""
        body = {"login": self.login, "password": password}
        if self.secret is not None and code:
            self.town.later(seconds=60)
            body["code"] = self.code
        answer = self.client.post("/api/v1/session", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        self.csrf = told["csrf_token"]
        return told

    def post(self, path: str, body: object | None = None) -> httpx.Response:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.headers)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"/api/v1{path}")

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    @property
    def token(self) -> str:
        """What the browser's cookie holds."""
        return self.client.cookies["wangge_session"]

    @token.setter
    def token(self, token: str) -> None:
        self.client.cookies.clear()
        self.client.cookies.set("wangge_session", token, domain="127.0.0.1", path="/")

    @property
    def headers(self) -> dict[str, str]:
        return {"X-CSRF-Token": self.csrf} if self.csrf else {}


def visitor(
    town: Town, role: Role, *, areas: Sequence[str] = (), person: str | None = None, enrolled: bool = False
) -> Visitor:
    """Make an account of a role; `enrolled` gives it a second factor."""
    town.app.state.front_desk.passwords = Passwords(**CHEAP)
    return asyncio.run(_visitor(town, role, areas, person, enrolled))


async def _visitor(town: Town, role: Role, areas: Sequence[str], person: str | None, enrolled: bool) -> Visitor:
    login = f"{role.value.replace('_', '-')}-{next(numbers)}"
    digest = await Passwords(**CHEAP).digest(PASSWORD)
    made_at = town.at - LONG_AGO
    async with await psycopg.AsyncConnection.connect(town.database_url) as connection:
        row = await (await connection.execute("select id from districts order by id limit 1")).fetchone()
        assert row is not None
        new = NewAccount(district_id=row[0], login=login, role=role, person=person, password_hash=digest)
        account = await add_account(connection, new, actor="command:test", now=made_at)
        for code in areas:
            await connection.execute(
                "insert into territories (account_id, area_id, valid_from, granted_by) "
                "select %s, id, %s, 'test' from areas where code = %s",
                [account.id, made_at.date(), code],
            )
        secret = new_secret() if enrolled else None
        if secret is not None:
            seal = town.app.state.front_desk.seal
            await keep_second_factor(connection, account, secret, step=None, seal=seal, now=made_at)
        return Visitor(town, account.id, login, secret)


def expire_password(someone: Visitor) -> None:
    """As if the password had been made for them."""

    async def expire() -> None:
        async with await psycopg.AsyncConnection.connect(someone.town.database_url) as connection:
            await change(connection, someone.id, "password_expires = true")

    asyncio.run(expire())


def traced(town: Town, account_id: int) -> list[str]:
    """The events traced of an account, oldest first."""
    rows = town.sql("select event from traces where account_id = %s order by place", account_id)
    return [event for (event,) in rows]
