"""One moment for everything that is written."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def hold_still(connection: AsyncConnection) -> None:
    """Let the transaction see the database as it is now, to its end, and change nothing; call it first in one."""
    await connection.execute(text("set transaction isolation level repeatable read, read only"))
