"""Giving up traces that are older than they are kept: from the beginning of the chain alone, so that the rest holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

#: Traces given up in one transaction.
BATCH = 5_000
GIVE_UP = "select give_up_traces(%s, %s, %s)"
#: What stands before the first trace that is kept.
COUNT = """
select count(*) from traces
where place < coalesce((select min(place) from traces where at >= %(before)s), (select places + 1 from trace_head))
"""


async def give_up(connection: AsyncConnection[Any], *, before: datetime, now: datetime) -> int:
    """Give up one batch of what is older than `before`, which the database refuses within half a year; how many."""
    row = await (await connection.execute(GIVE_UP, [before, now, BATCH])).fetchone()
    assert row is not None
    return int(row[0])


async def count_given_up(connection: AsyncConnection[Any], *, before: datetime) -> int:
    """How many traces are due to be given up."""
    row = await (await connection.execute(COUNT, {"before": before})).fetchone()
    assert row is not None
    return int(row[0])
