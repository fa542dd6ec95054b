"""Accounts: looked up, added, locked, reset; each change leaves its trace."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access.permissions import NotAllowed
from layers.access.records import Account, NewAccount
from layers.actors import ADMINISTRATORS, DESK, Actor, Role, job
from layers.refusals import Conflict, NotFound, Refusal
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{2,63}")
#: Logins that only the demo gives: while one is open, the service hides from other machines.
DEMO_LOGINS = "demo-"
DEMO = job("demo", DESK)
MOST_LISTED = 200

SELECT = """
select a.id, a.district_id, t.time_zone, a.person_id, p.number as person_number, a.login, a.name, a.role,
    a.password_hash is not null as has_password, a.password_expires, a.second_factor_confirmed_at as enrolled_at,
    a.locked_until, a.locked_at, a.made_at
from accounts a join districts t on t.id = a.district_id left join person_labels p on p.id = a.person_id
"""
INSERT = """
insert into accounts (district_id, person_id, login, name, role, password_hash, password_expires, made_at)
values (%(district)s, %(person)s, %(login)s, %(name)s, %(role)s, %(hash)s, %(expires)s, %(now)s) returning id
"""
PERSON = "select wangge_person_numbered(%s, %s)"


class UnknownAccount(NotFound):
    """There is no such account, or not where one may look."""


class BadLogin(Refusal):
    """The login cannot be used."""


class LoginTaken(Conflict):
    """Another account has this login, or answers for this person."""


class NotInRoster(NotFound):
    """The roster has nobody with this number."""


class OwnAccount(NotAllowed):
    """Nobody changes the rights of their own account."""


def normal_login(given: str) -> str:
    """A login however it was typed: case and width do not matter."""
    return unicodedata.normalize("NFKC", given).strip().casefold()


async def account_of(connection: AsyncConnection[Any], account_id: int) -> Account:
    """The account with this id; raises `UnknownAccount`."""
    return await _one(connection, "where a.id = %s", account_id)


async def account_named(connection: AsyncConnection[Any], login: str) -> Account:
    """The account with this login; raises `UnknownAccount`."""
    return await _one(connection, "where a.login = %s", normal_login(login))


async def accounts(
    connection: AsyncConnection[Any], district_id: int | None, *, after: str = "", limit: int = MOST_LISTED
) -> list[Account]:
    """Accounts of a district (None: of all) by login, `limit` of them after a login."""
    cursor = connection.cursor(row_factory=dict_row)
    within = "where a.login > %(after)s and (%(district)s::bigint is null or a.district_id = %(district)s)"
    given = {"after": after, "district": district_id, "limit": limit}
    await cursor.execute(f"{SELECT} {within} order by a.login limit %(limit)s", given)
    return [account_from(row) for row in await cursor.fetchall()]


async def add_account(connection: AsyncConnection[Any], new: NewAccount, *, actor: str, now: datetime) -> Account:
    """Add an account.

    Raises:
        BadLogin: the login is no word of 3 to 64 letters, digits and . _ @ -, or it is kept for the demo.
        NotInRoster: the roster has nobody with this number.
        LoginTaken: another account has the login, or belongs to the person.
    """
    login = checked_login(new.login)
    if login.startswith(DEMO_LOGINS) and actor != DEMO.name:
        raise BadLogin(f"Logins with {DEMO_LOGINS} are the demo's.", field="login", remedy="Take another.")
    given = {
        "district": new.district_id,
        "person": None if new.person is None else await _person(connection, new.district_id, new.person),
        "login": login,
        "name": new.name,
        "role": new.role.value,
        "hash": new.password_hash,
        "expires": new.password_expires,
        "now": now,
    }
    try:
        async with connection.transaction():
            [account_id] = await (await connection.execute(INSERT, given)).fetchone() or [0]
    except psycopg.errors.UniqueViolation as taken:
        raise _taken(taken) from None
    added = await account_of(connection, account_id)
    await record(connection, EventName.ACCOUNT_ADDED, added, {"role": new.role.value}, actor=actor, now=now)
    return added


async def lock_account(connection: AsyncConnection[Any], account: Account, *, actor: str, now: datetime) -> None:
    """Keep someone out at once, on every browser and device, until unlocked."""
    await change(connection, account.id, "locked_at = %(now)s", {"now": now})
    await end_all(connection, account.id, phones=False, now=now)
    await record(connection, EventName.ACCOUNT_LOCKED, account, {}, actor=actor, now=now)


async def unlock_account(connection: AsyncConnection[Any], account: Account, *, actor: str, now: datetime) -> None:
    """Let someone in again, and forget the failures of the past."""
    await change(connection, account.id, "locked_at = null, locked_until = null, failures = 0")
    await record(connection, EventName.ACCOUNT_UNLOCKED, account, {}, actor=actor, now=now)


async def reset_password(
    connection: AsyncConnection[Any],
    account: Account,
    password_hash: str,
    *,
    expires: bool = True,
    actor: str,
    now: datetime,
) -> None:
    """Set a password that its owner changes at the next sign-in; every browser and phone of theirs is signed out."""
    given = {"hash": password_hash, "expires": expires}
    fields = "password_hash = %(hash)s, password_expires = %(expires)s, failures = 0, locked_until = null"
    await change(connection, account.id, fields, given)
    await end_all(connection, account.id, phones=True, now=now)
    await record(connection, EventName.PASSWORD_RESET, account, {}, actor=actor, now=now)


async def clear_second_factor(connection: AsyncConnection[Any], account: Account, *, actor: str, now: datetime) -> None:
    """Forget a second factor that was lost; its owner sets a new one at the next sign-in."""
    fields = "second_factor = null, second_factor_confirmed_at = null, second_factor_step = null"
    await change(connection, account.id, fields)
    await end_all(connection, account.id, phones=True, now=now)
    await record(connection, EventName.SECOND_FACTOR_SET, account, {"cleared": True}, actor=actor, now=now)


async def set_role(
    connection: AsyncConnection[Any], account: Account, role: Role, person: str | None, *, actor: Actor, now: datetime
) -> Account:
    """Give an account another role and person of the roster; whoever used it signs in anew.

    Raises:
        OwnAccount: it is the account of whoever asks.
        NotInRoster, LoginTaken: see `add_account`.
    """
    check_not_own(actor, account)
    person_id = None if person is None else await _person(connection, account.district_id, person)
    try:
        async with connection.transaction():
            given = {"role": role.value, "person": person_id}
            await change(connection, account.id, "role = %(role)s, person_id = %(person)s", given)
    except psycopg.errors.UniqueViolation as taken:
        raise _taken(taken) from None
    await end_all(connection, account.id, phones=True, now=now)
    before = {"role": account.role.value, "person": account.person_number}
    facts = {"before": before, "after": {"role": role.value, "person": person}}
    await record(connection, EventName.ROLE_CHANGED, account, facts, actor=actor.name, now=now)
    return await account_of(connection, account.id)


def check_not_own(actor: Actor, account: Account) -> None:
    """Refuse whoever would change the rights of their own account."""
    if actor.account_id == account.id:
        raise OwnAccount(
            "Nobody changes the rights of their own account.", field="account", remedy="Ask another administrator."
        )


def check_no_administrator(account: Account) -> None:
    """Refuse to reset an administrator from afar: whoever did could act in their place (三权分立)."""
    if account.role in ADMINISTRATORS:
        raise NotAllowed(
            "The password of an administrator is not reset from afar.",
            field="account",
            remedy="On the machine itself: ./wangge account reset LOGIN.",
        )


def checked_login(given: str) -> str:
    """The login as it is kept; raises `BadLogin`."""
    login = normal_login(given)
    if not LOGIN.fullmatch(login):
        raise BadLogin(
            "The login cannot be used.",
            field="login",
            remedy="Take 3 to 64 letters a-z, digits and . _ @ -, beginning with a letter or digit.",
        )
    return login


async def end_all(connection: AsyncConnection[Any], account_id: int, *, phones: bool, now: datetime) -> None:
    """End every session of an account, and with `phones` the tokens of its phones."""
    await connection.execute("delete from sessions where account_id = %s", [account_id])
    if phones:
        revoke = "update devices set revoked_at = %s where account_id = %s and kind = 'phone' and revoked_at is null"
        await connection.execute(revoke, [now, account_id])


async def change(
    connection: AsyncConnection[Any], account_id: int, fields: str, given: Mapping[str, Any] | None = None
) -> None:
    """Set fields of an account; `fields` is written in the code, `given` are its parameters."""
    statement = f"update accounts set {fields}, row_version = row_version + 1 where id = %(account)s"  # noqa: S608 - `fields` stands in the code # nosec B608
    await connection.execute(statement, {"account": account_id, **(given or {})})


async def record(
    connection: AsyncConnection[Any],
    name: EventName,
    account: Account,
    facts: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Leave the trace of something that concerns an account."""
    event = Event(name, account.district_id, account.actor_name, account_id=account.id, facts=facts)
    await trace(connection, event, actor=actor, now=now)


def account_from(row: Mapping[str, Any]) -> Account:
    """The account of a row of `SELECT`."""
    return Account(**{**row, "role": Role(row["role"])})


async def _one(connection: AsyncConnection[Any], where: str, value: object) -> Account:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(f"{SELECT} {where}", [value])
    row = await cursor.fetchone()
    if row is None:
        raise UnknownAccount("There is no such account.", field="account", remedy="GET /api/v1/accounts lists them.")
    return account_from(row)


async def _person(connection: AsyncConnection[Any], district_id: int, number: str) -> int:
    row = await (await connection.execute(PERSON, [district_id, number])).fetchone()
    if row is None or row[0] is None:
        raise NotInRoster(
            "The roster has nobody with this number.", field="person", remedy="Take a number of the roster in force."
        )
    return int(row[0])


def _taken(error: psycopg.errors.UniqueViolation) -> LoginTaken:
    field = "person" if error.diag.constraint_name == "uq_accounts_person_id" else "login"
    said = "This person has an account already." if field == "person" else "This login is taken."
    return LoginTaken(said, field=field, remedy="Take another.")
