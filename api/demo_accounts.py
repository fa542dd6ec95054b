"""Accounts of the demo: one for each role, made once with passwords of their own, told once and kept nowhere."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from api.database import SERVICE_ROLE
from layers.access.accounts import DEMO, DEMO_LOGINS, accounts, add_account
from layers.access.devices import add_device
from layers.access.granting import Grant, grant, today_of
from layers.access.own import keep_second_factor
from layers.access.passwords import Passwords, made_up
from layers.access.records import Account, DeviceKind, NewAccount, NewDevice
from layers.access.sealing import Seal
from layers.access.second_factor import key_of, new_secret
from layers.actors import DESK, Role
from layers.refusals import Refusal
from layers.scope import ENTER

#: Roles that look after the whole district.
WHOLE_DISTRICT = frozenset({Role.DISPATCHER, Role.PLANNER, Role.SUPERVISOR})
#: The first by number; of those who come for a unit the first whose unit comes to most kinds.
PERSON = """
select p.number from people p
where p.district_id = %s and p.role = %s and p.active and not exists (select from accounts a where a.person_id = p.id)
order by (select count(*) from kinds k where k.unit_id = p.unit_id) desc, p.number limit 1
"""
OPEN = "select exists (select from accounts where login like %s and locked_at is null)"


class DemoExposed(Refusal):
    """Accounts of the demo would be reachable from other machines."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account as it is told once: its password, or a machine's token; the key of its second factor."""

    account: Account
    password: str
    key: str | None


class _Where(NamedTuple):
    district_id: int
    code: str
    root_level: str


def make_demo_accounts(url: str, code: str, seal: Seal, *, now: datetime) -> list[DemoAccount]:
    """Make an account for each role in the district with this code; nothing where the demo made them before."""
    return asyncio.run(_make(url, code, seal, now))


def check_hidden(url: str, host: str) -> None:
    """Refuse to listen where other machines reach accounts of the demo.

    Raises:
        DemoExposed: some are open, and the address is not this machine's alone.
    """
    if is_loopback(host):
        return
    with psycopg.connect(url) as connection:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(SERVICE_ROLE)))
        connection.execute(ENTER, DESK.settings)
        row = connection.execute(OPEN, [f"{DEMO_LOGINS}%"]).fetchone()
    if row is not None and row[0]:
        raise exposed(host)


def exposed(host: str) -> DemoExposed:
    """The refusal to show accounts of the demo to other machines."""
    return DemoExposed(
        f"Accounts of the demo would be reachable from other machines at {host}.",
        field="WANGGE_HOST",
        value=host,
        remedy="Listen on 127.0.0.1, lock them (./wangge account lock), or add --listen-anywhere if that is meant.",
    )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


async def _make(url: str, code: str, seal: Seal, now: datetime) -> list[DemoAccount]:
    passwords = Passwords()
    async with await psycopg.AsyncConnection.connect(url) as connection:
        where = await _where(connection, code)
        if any(one.login.startswith(DEMO_LOGINS) for one in await accounts(connection, where.district_id)):
            return []
        return [await _one(connection, where, role, passwords, seal, now=now) for role in Role]


async def _where(connection: psycopg.AsyncConnection[Any], code: str) -> _Where:
    found = await connection.execute(
        "select d.id, d.code, l.key from districts d join levels l on l.district_id = d.id and l.depth = 0"
        " where d.code = %s",
        [code],
    )
    row = await found.fetchone()
    assert row is not None, "the demo district is loaded first"
    return _Where(*row)


async def _one(
    connection: psycopg.AsyncConnection[Any],
    where: _Where,
    role: Role,
    passwords: Passwords,
    seal: Seal,
    *,
    now: datetime,
) -> DemoAccount:
    login = DEMO_LOGINS + role.value.replace("_", "-")
    password = made_up()
    digest = None if role is Role.MACHINE else await passwords.digest(password)
    person = await _person(connection, where, role)
    new = NewAccount(district_id=where.district_id, login=login, role=role, person=person, password_hash=digest)
    account = await add_account(connection, new, actor=DEMO.name, now=now)
    if role in WHOLE_DISTRICT:
        asked = Grant(level=where.root_level, code=where.code, valid_from=today_of(account, now))
        await grant(connection, account, asked, actor=DEMO, now=now)
    if role is Role.MACHINE:
        machine = NewDevice(kind=DeviceKind.MACHINE, name=login)
        _, token = await add_device(connection, account, machine, actor=DEMO.name, now=now)
        return DemoAccount(account, token, None)
    return DemoAccount(account, password, await _key(connection, account, seal, now))


async def _person(connection: psycopg.AsyncConnection[Any], where: _Where, role: Role) -> str | None:
    row = await (await connection.execute(PERSON, [where.district_id, role.value])).fetchone()
    return None if row is None else str(row[0])


async def _key(connection: psycopg.AsyncConnection[Any], account: Account, seal: Seal, now: datetime) -> str | None:
    if not account.needs_second_factor:
        return None
    secret = new_secret()
    await keep_second_factor(connection, account, secret, step=None, seal=seal, now=now)
    return key_of(secret)


def told(made: Sequence[DemoAccount]) -> list[str]:
    """What is printed of the accounts, this once."""
    rows = [("login", "password or token", "key of the second factor")]
    rows += [(one.account.login, one.password, one.key or "") for one in made]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    lines = [f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip() for row in rows]
    return [
        "Accounts of the demo. They are shown this once and kept nowhere:",
        *lines,
        "A code of the second factor: ./wangge account code LOGIN. A new password: ./wangge account reset LOGIN.",
    ]
