"""Signing in: a password, then a second factor where the role needs one.

    login, password ──► half session ──► code, or enrolment and its first code ──► session
                    └─► session, where a password is enough

Whether the login is unknown, the password wrong, the account locked or without a password: the answer is the same,
and so is the work (one Argon2 computation). After five failures the account waits, longer with each further one; even
the right password is refused meanwhile. The Argon2 computation stands between two transactions, not in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access import second_factor
from layers.access.accounts import account_of, change, normal_login, record
from layers.access.records import Account, Owes, Visit
from layers.access.sealing import Seal
from layers.access.sessions import end_session, start_session
from layers.actors import ANYONE
from layers.refusals import Refusal
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

#: Failures that are forgiven before the account waits.
FORGIVEN = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

KEPT = "select id, password_hash from accounts where login = %s"
#: Held until the transaction ends, so that guesses made at the same moment are counted one after another.
STANDING = """
select password_hash, second_factor, second_factor_step, failures, locked_until, locked_at
from accounts where id = %s for update
"""


class SignInRefused(Refusal):
    """The sign-in failed; why is told to nobody."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of whoever a login names: nothing at all for an unknown one."""

    account_id: int | None
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just begun: its token, told once, and what it still owes."""

    token: str
    account: Account
    owes: Owes


def refused() -> SignInRefused:
    """The one answer to every sign-in that fails."""
    return SignInRefused(
        "The sign-in failed.", remedy="Check the login, the password and the code; after several failures wait a while."
    )


def wait_after(failures: int) -> timedelta:
    """How long an account waits after so many failures: nothing up to four, then 1, 2, 4 … 60 minutes."""
    if failures < FORGIVEN:
        return timedelta(0)
    doubled: int = 2 ** min(failures - FORGIVEN, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


async def kept_for(connection: AsyncConnection[Any], login: str) -> Kept:
    """What is kept of whoever a login names."""
    row = await (await connection.execute(KEPT, [normal_login(login)])).fetchone()
    return Kept(None, None) if row is None else Kept(*row)


async def sign_in(
    connection: AsyncConnection[Any], kept: Kept, *, fits: bool, code: str | None, seal: Seal, now: datetime
) -> SignedIn | None:
    """Begin a session once the password was compared (`fits`); None where the sign-in failed, which is recorded.

    With `code` the second factor is shown at once; without, a half session is begun where one is needed.
    """
    if kept.account_id is None:
        event = Event(EventName.SIGN_IN_REFUSED, None, "account:unknown")
        await trace(connection, event, actor=ANYONE.name, now=now)
        return None
    account = await account_of(connection, kept.account_id)
    standing = await _standing(connection, account)
    if _waits(standing, now):
        await _refuse(connection, account, now, counted=None)
        return None
    # The password may have been changed while it was compared.
    right = fits and standing["password_hash"] == kept.password_hash
    if right and not account.needs_second_factor:
        return await _begin(connection, account, now)
    if right and (code is None or account.enrolled_at is None):
        return SignedIn(await start_session(connection, account, half=True, now=now), account, account.owes(half=True))
    step = _step(account, standing, code, seal, now) if right else None
    if step is None:
        await _refuse(connection, account, now, counted=standing["failures"] + 1)
        return None
    return await _begin(connection, account, now, step=step)


async def show_code(
    connection: AsyncConnection[Any], visit: Visit, token: str, code: str, *, seal: Seal, now: datetime
) -> SignedIn | None:
    """Complete a half session by the code of the second factor; None where it failed, which is recorded."""
    standing = await _standing(connection, visit.account)
    step = None
    if not _waits(standing, now) and visit.owes is Owes.CODE:
        step = _step(visit.account, standing, code, seal, now)
        if step is None:
            await _refuse(connection, visit.account, now, counted=standing["failures"] + 1)
    else:
        await _refuse(connection, visit.account, now, counted=None)
    if step is None:
        return None
    await end_session(connection, token)
    return await _begin(connection, visit.account, now, step=step)


async def complete(
    connection: AsyncConnection[Any], visit: Visit, token: str, *, now: datetime, outside: bool = False
) -> SignedIn:
    """Begin a full session in place of the one with this token: its number is never kept across a sign-in."""
    await end_session(connection, token)
    account = await account_of(connection, visit.account.id)
    return await _begin(connection, account, now, facts={"outside": True} if outside else {})


async def _standing(connection: AsyncConnection[Any], account: Account) -> dict[str, Any]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(STANDING, [account.id])
    row = await cursor.fetchone()
    assert row is not None, "accounts are never deleted"
    return row


def _waits(standing: dict[str, Any], now: datetime) -> bool:
    until = standing["locked_until"]
    return standing["locked_at"] is not None or (until is not None and until > now)


def _step(account: Account, standing: dict[str, Any], code: str | None, seal: Seal, now: datetime) -> int | None:
    if code is None or standing["second_factor"] is None:
        return None
    secret = seal.open(standing["second_factor"], about=account.actor_name)
    return second_factor.step_of(secret, code, now=now, used=standing["second_factor_step"])


async def _refuse(connection: AsyncConnection[Any], account: Account, now: datetime, *, counted: int | None) -> None:
    """Record a failure; it counts unless the account waits already."""
    if counted is not None:
        waits = wait_after(counted)
        until = now + waits if waits else None
        fields = "failures = %(failures)s, locked_until = %(until)s"
        await change(connection, account.id, fields, {"failures": counted, "until": until})
    facts = {"failures": counted} if counted is not None else {"waiting": True}
    await record(connection, EventName.SIGN_IN_REFUSED, account, facts, actor=ANYONE.name, now=now)


async def _begin(
    connection: AsyncConnection[Any],
    account: Account,
    now: datetime,
    *,
    step: int | None = None,
    facts: dict[str, Any] | None = None,
) -> SignedIn:
    fields = "failures = 0, locked_until = null, second_factor_step = coalesce(%(step)s, second_factor_step)"
    await change(connection, account.id, fields, {"step": step})
    token = await start_session(connection, account, half=False, now=now)
    told = {"second_factor": account.needs_second_factor, **(facts or {})}
    await record(connection, EventName.SIGNED_IN, account, told, actor=account.actor_name, now=now)
    return SignedIn(token, account, account.owes(half=False))


async def confirm(
    connection: AsyncConnection[Any], account: Account, kept: str | None, *, fits: bool, now: datetime
) -> bool:
    """Whether someone signed in has shown their password again; a failure counts as one of signing in."""
    standing = await _standing(connection, account)
    if _waits(standing, now):
        await _refuse(connection, account, now, counted=None)
        return False
    if not fits or standing["password_hash"] != kept:
        await _refuse(connection, account, now, counted=standing["failures"] + 1)
        return False
    return True
