"""The counter where accounts are made: the town's database, as the service's role, in the scope of the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from layers.access.accounts import account_of, add_account
from layers.access.own import keep_second_factor
from layers.access.passwords import Passwords
from layers.access.records import Account, NewAccount
from layers.access.sealing import Seal
from layers.access.second_factor import code_at, new_secret, step_at
from layers.access.signing_in import SignedIn, kept_for, sign_in
from layers.actors import DESK, Role
from layers.scope import ENTER

#: A Monday, ten in the morning in the town.
NOW = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
PASSWORD = "nine wet herons"
#: As cheap as Argon2 gets: what is tested is not its cost.
CHEAP = {"memory_kib": 8, "passes": 1}


@dataclass
class Counter:
    """Accounts of the town at a moment that the test moves."""

    connection: psycopg.AsyncConnection[Any]
    passwords: Passwords = field(default_factory=lambda: Passwords(**CHEAP))
    seal: Seal = field(default_factory=lambda: Seal(b"k" * 32))
    at: datetime = NOW

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)

    async def add(self, role: Role, login: str = "", *, person: str | None = None, password: str = PASSWORD) -> Account:
        """An account of a role."""
        digest = await self.passwords.digest(password)
        login = login or role.value.replace("_", "-")
        new = NewAccount(district_id=await self.district(), login=login, role=role, person=person, password_hash=digest)
        return await add_account(self.connection, new, actor="command:test", now=self.at)

    async def enrol(self, account: Account) -> bytes:
        """Give an account a second factor; its secret."""
        secret = new_secret()
        await keep_second_factor(self.connection, account, secret, step=None, seal=self.seal, now=self.at)
        return secret

    def code(self, secret: bytes, steps: int = 0) -> str:
        """What an authenticator app shows now, or some half minutes from now."""
        return code_at(secret, step_at(self.at) + steps)

    async def sign_in(self, login: str, password: str = PASSWORD, code: str | None = None) -> SignedIn | None:
        kept = await kept_for(self.connection, login)
        fits = await self.passwords.fits(kept.password_hash, password)
        return await sign_in(self.connection, kept, fits=fits, code=code, seal=self.seal, now=self.at)

    async def again(self, account: Account) -> Account:
        return await account_of(self.connection, account.id)

    async def district(self) -> int:
        return int(await self.value("select id from districts"))

    async def value(self, statement: str, *given: object) -> Any:
        row = await (await self.connection.execute(statement, given)).fetchone()
        assert row is not None
        return row[0]

    async def events(self, account: Account | None = None) -> list[str]:
        """The names of what was traced, oldest first, of one account or of all; read past the wall."""
        await self.connection.execute("set role none")
        statement = "select event from traces where %(one)s::bigint is null or account_id = %(one)s order by place"
        rows = await self.connection.execute(statement, {"one": account and account.id})
        found = [row[0] for row in await rows.fetchall()]
        await self.connection.execute("set role wangge_service")
        return found


@asynccontextmanager
async def counter_at(database_url: str) -> AsyncIterator[Counter]:
    """The counter, in one transaction that is rolled back."""
    async with await psycopg.AsyncConnection.connect(database_url, options="-c role=wangge_service") as connection:
        await connection.execute(ENTER, DESK.settings)
        yield Counter(connection)
        await connection.rollback()
