"""What an account was told, newest first, and what of it was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from layers.notices.records import Notice

LIST = """
select place, report_id, type, facts, made_at, read_at from notices
where account_id = %(account)s and (%(before)s::bigint is null or place < %(before)s)
    and (not %(unread)s or read_at is null)
order by place desc limit %(limit)s
"""
UNREAD = "select count(*) from (select from notices where account_id = %s and read_at is null limit %s) n"
#: More of them are told as so many.
MOST_COUNTED = 1_000
READ = """
update notices set read_at = %(now)s
where account_id = %(account)s and read_at is null and (place = any (%(places)s) or place <= %(upto)s)
"""


class Inbox(NamedTuple):
    """A page of notices, how many are unread in all, and where the next page begins."""

    notices: tuple[Notice, ...]
    unread: int
    next_before: int | None


async def inbox(
    connection: AsyncConnection[Any], account_id: int, *, before: int | None, unread_only: bool, limit: int
) -> Inbox:
    """A page of an account's notices, newest first."""
    cursor = connection.cursor(row_factory=class_row(Notice))
    given = {"account": account_id, "before": before, "unread": unread_only, "limit": limit + 1}
    await cursor.execute(LIST, given)
    found = await cursor.fetchall()
    row = await (await connection.execute(UNREAD, [account_id, MOST_COUNTED])).fetchone()
    more = found[limit - 1].place if len(found) > limit else None
    return Inbox(tuple(found[:limit]), 0 if row is None else row[0], more)


async def mark_read(
    connection: AsyncConnection[Any], account_id: int, *, places: Sequence[int], upto: int | None, now: datetime
) -> None:
    """Mark notices as read, by place or all up to one; what is read stays so."""
    await connection.execute(READ, {"account": account_id, "places": list(places), "upto": upto, "now": now})
