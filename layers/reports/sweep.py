"""The pump: what the journal has gained gets its place in the stream."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.reports.statements import PUMP

#: Whether any entry may wait for its place: asked often, it writes nothing and locks nothing.
WAITS = "select exists (select from journal_entries j, journal_pump p where j.transaction >= p.upto)"


async def pump(connection: AsyncConnection[Any]) -> int:
    """Move what the journal has gained into the stream, in the caller's transaction; returns how many entries."""
    [waits] = await (await connection.execute(WAITS)).fetchone() or [False]
    if not waits:
        return 0
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(PUMP)
    row = await cursor.fetchone()
    return row["moved"] if row else 0
