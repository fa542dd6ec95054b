"""Sessions of browsers: a random token in a cookie, its digest in the database, and an idle limit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access.accounts import account_of
from layers.access.records import Account, Visit
from layers.access.territories import scope_of
from layers.actors import Actor, Role

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
#: A half session owes the second factor, and is not kept waiting for it long.
HALF = timedelta(minutes=10)
#: How exactly the last sight of a session is kept: not a write for every request.
SEEN_EVERY = timedelta(minutes=1)

START = """
insert into sessions (account_id, token_digest, half, made_at, seen_at, expires_at)
values (%(account)s, %(digest)s, %(half)s, %(now)s, %(now)s, %(expires)s)
"""
ALIVE = "s.token_digest = %(digest)s and s.expires_at > %(now)s and s.seen_at > %(idle)s and a.locked_at is null"
FIND = f"""
select s.id as session_id, s.seen_at, a.id, a.role, a.district_id, a.person_id, t.time_zone
from sessions s join accounts a on a.id = s.account_id join districts t on t.id = a.district_id
where {ALIVE} and not s.half and not a.password_expires
"""  # noqa: S608 - the text is our own # nosec B608
VISIT = f"""
select s.id, s.half, s.account_id from sessions s join accounts a on a.id = s.account_id where {ALIVE}
"""  # noqa: S608 - the text is our own # nosec B608
SEEN = "update sessions set seen_at = %s where id = %s"
END = "delete from sessions where token_digest = %s"
END_OTHERS = "delete from sessions where account_id = %s and token_digest <> %s"
FORGET_OVER = "delete from sessions where account_id = %s and (expires_at <= %s or seen_at <= %s)"


async def start_session(connection: AsyncConnection[Any], account: Account, *, half: bool, now: datetime) -> str:
    """Begin a session; its token, which is told once. A `half` one still owes the second factor."""
    token = f"wgs_{secrets.token_urlsafe(32)}"
    given = {
        "account": account.id,
        "digest": _digest(token),
        "half": half,
        "now": now,
        "expires": now + (HALF if half else LONGEST),
    }
    await connection.execute(FORGET_OVER, [account.id, now, now - IDLE])
    await connection.execute(START, given)
    return token


async def actor_of_session(
    connection: AsyncConnection[Any], token: str, *, now: datetime, seen: bool = True
) -> Actor | None:
    """Who stands behind a session that owes nothing; None where it is unknown, over, idle or its account locked."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(FIND, _alive(token, now))
    row = await cursor.fetchone()
    if row is None:
        return None
    if seen and now - row["seen_at"] >= SEEN_EVERY:
        await connection.execute(SEEN, [now, row["session_id"]])
    return Actor(
        f"account:{row['id']}",
        Role(row["role"]),
        await scope_of(connection, row, today=now.astimezone(ZoneInfo(row["time_zone"])).date()),
        district_id=row["district_id"],
        account_id=row["id"],
        person_id=row["person_id"],
    )


async def visit_of(connection: AsyncConnection[Any], token: str, *, now: datetime) -> Visit | None:
    """The session of a token, also one that still owes something; None where it is unknown or over."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(VISIT, _alive(token, now))
    row = await cursor.fetchone()
    return None if row is None else Visit(row["id"], await account_of(connection, row["account_id"]), row["half"])


async def end_session(connection: AsyncConnection[Any], token: str) -> None:
    """End a session; nothing happens where there is none."""
    await connection.execute(END, [_digest(token)])


async def end_others(connection: AsyncConnection[Any], account: Account, token: str) -> None:
    """End every session of an account but the one with this token."""
    await connection.execute(END_OTHERS, [account.id, _digest(token)])


def csrf_token(token: str) -> str:
    """The token that changes by this session must carry: only our own pages, which hold the session, can know it."""
    return sha256(f"csrf:{token}".encode()).hexdigest()


def _alive(token: str, now: datetime) -> Mapping[str, Any]:
    return {"digest": _digest(token), "now": now, "idle": now - IDLE}


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
