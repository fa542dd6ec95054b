"""What people do with their own account: a new password, a second factor, signing out."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from layers.access import second_factor
from layers.access.accounts import change, record
from layers.access.records import Account
from layers.access.sealing import Seal, SealBroken
from layers.access.sessions import end_others, end_session
from layers.refusals import Refusal
from layers.traces.records import EventName

ISSUER = "wangge"


class WrongPassword(Refusal):
    """The password of the account is another."""


class WrongCode(Refusal):
    """The code does not belong to the secret that was shown, or not to this half minute."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor offered: what an authenticator app reads, and the same, sealed, to come back with its code."""

    key: str
    address: str
    pending: str


async def password_hash_of(connection: AsyncConnection[Any], account: Account) -> str | None:
    """What is kept of the account's password."""
    row = await (await connection.execute("select password_hash from accounts where id = %s", [account.id])).fetchone()
    return None if row is None else row[0]


async def set_password(
    connection: AsyncConnection[Any], account: Account, password_hash: str, *, token: str, now: datetime
) -> None:
    """Keep a new password; every other browser of the account is signed out."""
    fields = "password_hash = %(hash)s, password_expires = false"
    await change(connection, account.id, fields, {"hash": password_hash})
    await end_others(connection, account, token)
    await record(connection, EventName.PASSWORD_CHANGED, account, {}, actor=account.actor_name, now=now)


def offer_second_factor(account: Account, seal: Seal) -> Enrolment:
    """A new secret for an authenticator app; nothing is stored before its first code came back."""
    secret = second_factor.new_secret()
    sealed = seal.close(secret, about=_pending(account))
    return Enrolment(
        second_factor.key_of(secret),
        second_factor.address_of(secret, login=account.login, issuer=ISSUER),
        base64.urlsafe_b64encode(sealed).decode(),
    )


def offered_again(account: Account, seal: Seal, pending: str) -> Enrolment:
    """The same offer, for a page that is shown again; raises `WrongCode` for what we never offered."""
    secret = _opened(account, seal, pending)
    return Enrolment(
        second_factor.key_of(secret), second_factor.address_of(secret, login=account.login, issuer=ISSUER), pending
    )


async def set_second_factor(
    connection: AsyncConnection[Any], account: Account, *, pending: str, code: str, seal: Seal, now: datetime
) -> None:
    """Keep the second factor that was offered, now that its first code came back.

    Raises:
        WrongCode: the code is not of this secret or half minute, or the secret was not offered to this account.
    """
    secret = _opened(account, seal, pending)
    step = second_factor.step_of(secret, code, now=now, used=None)
    if step is None:
        raise _wrong_code()
    await keep_second_factor(connection, account, secret, step=step, seal=seal, now=now)
    await record(connection, EventName.SECOND_FACTOR_SET, account, {}, actor=account.actor_name, now=now)


async def keep_second_factor(
    connection: AsyncConnection[Any], account: Account, secret: bytes, *, step: int | None, seal: Seal, now: datetime
) -> None:
    """Store a second factor, sealed; codes up to `step` do not count any more."""
    fields = (
        "second_factor = %(sealed)s, second_factor_confirmed_at = %(now)s, second_factor_step = %(step)s, failures = 0"
    )
    given = {"sealed": seal.close(secret, about=account.actor_name), "now": now, "step": step}
    await change(connection, account.id, fields, given)


async def sign_out(connection: AsyncConnection[Any], account: Account, token: str, *, now: datetime) -> None:
    """End the session of this browser."""
    await end_session(connection, token)
    await record(connection, EventName.SIGNED_OUT, account, {}, actor=account.actor_name, now=now)


async def current_code(connection: AsyncConnection[Any], account: Account, *, seal: Seal, now: datetime) -> str | None:
    """The code an authenticator app would show now, None where there is no second factor."""
    found = await (
        await connection.execute("select second_factor from accounts where id = %s", [account.id])
    ).fetchone()
    if found is None or found[0] is None:
        return None
    secret = seal.open(found[0], about=account.actor_name)
    return second_factor.code_at(secret, second_factor.step_at(now))


def _opened(account: Account, seal: Seal, pending: str) -> bytes:
    try:
        return seal.open(base64.urlsafe_b64decode(pending), about=_pending(account))
    except (SealBroken, binascii.Error, ValueError):
        raise _wrong_code() from None


def _pending(account: Account) -> str:
    return f"offered to {account.actor_name}"


def _wrong_code() -> WrongCode:
    return WrongCode(
        "The code does not fit.",
        field="code",
        remedy="Take the six digits the app shows now; check the clock of the phone.",
    )
