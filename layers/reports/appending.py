"""Adding one entry to the journal of a report that exists: the row is locked, the chain continued, its head moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.canonical import chained
from layers.reports.journal import Entry
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.statements import APPEND_ENTRY

HEAD = "select entries, chain_head from reports where id = %s for update"


async def append(
    connection: AsyncConnection[Any],
    report_id: int,
    type_: str,
    facts: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> int:
    """Append an entry in the caller's transaction and scope; its position.

    Raises:
        UnknownReport: there is none that the transaction's scope may see.
    """
    cursor = connection.cursor(row_factory=dict_row)
    head = await (await cursor.execute(HEAD, [report_id])).fetchone()
    if head is None:
        raise unknown_report(report_number(report_id))
    position = head["entries"] + 1
    body = Entry(report_id, position, type_, now, actor, facts).body()
    given = {
        "id": report_id,
        "position": position,
        "type": type_,
        "now": now,
        "actor": actor,
        "body": body,
        "digest": chained(bytes(head["chain_head"]), body),
    }
    await connection.execute(APPEND_ENTRY, given)
    return int(position)
