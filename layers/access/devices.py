"""Phones and machines: who stands behind a device's secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access.territories import scope_of
from layers.actors import Actor, Role

FIND = """
select d.id as device_id, d.kind, a.id, a.role, a.district_id, a.person_id, t.time_zone
from devices d join accounts a on a.id = d.account_id join districts t on t.id = a.district_id
where d.token_digest = %(digest)s and d.expires_at > %(now)s and d.revoked_at is null and d.lost_at is null
    and a.locked_at is null
"""


async def actor_of_device(connection: AsyncConnection[Any], token: str, *, now: datetime) -> Actor | None:
    """Who stands behind a device's secret, None where it is unknown, expired, revoked, lost or its account locked."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(FIND, {"digest": sha256(token.encode()).digest(), "now": now})
    row = await cursor.fetchone()
    if row is None:
        return None
    scope = await scope_of(connection, row, today=now.astimezone(ZoneInfo(row["time_zone"])).date())
    machine = Role(row["role"]) is Role.MACHINE
    name = f"device:{row['device_id']}" if machine else f"account:{row['id']}"
    return Actor(
        name,
        Role(row["role"]),
        replace(scope, sender=name) if machine else scope,
        district_id=row["district_id"],
        account_id=row["id"],
        person_id=row["person_id"],
    )
