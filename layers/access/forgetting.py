"""Forgetting sessions that ended long ago."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

_OVER = "expires_at < %s and account_id in (select id from accounts where district_id = %s)"
FORGET = f"delete from sessions where {_OVER}"  # noqa: S608 - the text is our own # nosec B608
COUNT = f"select count(*) from sessions where {_OVER}"  # noqa: S608 - the text is our own # nosec B608


async def forget_sessions(connection: AsyncConnection[Any], district_id: int, *, before: datetime) -> int:
    """Erase the sessions that ended before a moment; how many."""
    return (await connection.execute(FORGET, [before, district_id])).rowcount


async def count_sessions_over(connection: AsyncConnection[Any], district_id: int, *, before: datetime) -> int:
    """How many sessions are due to be erased."""
    row = await (await connection.execute(COUNT, [before, district_id])).fetchone()
    assert row is not None
    return int(row[0])
