"""Endpoints of other systems: added with a secret told once, listed, ended."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access.sealing import Seal
from layers.notices.records import Fare, Webhook, about_webhook
from layers.refusals import Conflict, NotFound
from layers.reports.journal import ENTRY_FACTS
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

#: Types of entries an endpoint may be told of.
TYPES = tuple(sorted({name for name, _ in ENTRY_FACTS}))
MOST = 50
COUNT = "select count(*) from webhooks where district_id = %s and ended_at is null"
ADD = """
insert into webhooks (district_id, name, url, secret, types, made_by, made_at)
values (%(district)s, %(name)s, %(url)s, %(secret)s, %(types)s, %(by)s, %(now)s) returning id
"""
LIST = "select id, name, url, types, made_at from webhooks where district_id = %s and ended_at is null order by id"
LANES = """
select w.id, coalesce(max(l.failures), 0) as failures, count(d.id) filter (where d.state = 'waiting') as waiting,
    count(d.id) filter (where d.state = 'dead') as dead
from webhooks w
left join delivery_lanes l on l.lane = 'webhook:' || w.id
left join deliveries d on d.lane = 'webhook:' || w.id and d.state <> 'sent'
where w.id = any (%s) group by w.id
"""
END = "update webhooks set ended_at = %s where id = %s and district_id = %s and ended_at is null returning name"
#: At the desk too: what waits for an endpoint that is gone goes nowhere.
FORGET = "delete from deliveries where webhook_id = %s and state <> 'sent'"


class UnknownWebhook(NotFound):
    """There is no such endpoint, or it is another district's."""


class TooManyWebhooks(Conflict):
    """The district has as many endpoints as it may."""


async def add_webhook(
    connection: AsyncConnection[Any],
    *,
    district_id: int,
    name: str,
    url: str,
    types: Sequence[str],
    seal: Seal,
    actor: str,
    now: datetime,
) -> tuple[int, str]:
    """Add an endpoint, in a transaction of whoever administers the district; its id, and its secret, told this once.

    Raises:
        TooManyWebhooks: there are fifty.
    """
    row = await (await connection.execute(COUNT, [district_id])).fetchone()
    if row is None or row[0] >= MOST:
        raise TooManyWebhooks(f"A district has {MOST} webhooks at most.", field="url", remedy="End one first.")
    secret = f"whs_{secrets.token_urlsafe(32)}"
    given = {
        "district": district_id,
        "name": name,
        "url": url,
        "secret": seal.close(secret.encode(), about=about_webhook(url)),
        "types": sorted(set(types)),
        "by": actor,
        "now": now,
    }
    [added] = await (await connection.execute(ADD, given)).fetchone() or [0]
    event = Event(EventName.WEBHOOK_ADDED, district_id, f"webhook:{added}", facts={"types": given["types"]})
    await trace(connection, event, actor=actor, now=now)
    return added, secret


async def webhooks(connection: AsyncConnection[Any], district_id: int) -> list[Webhook]:
    """The endpoints of a district, in a transaction of whoever administers it."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(LIST, [district_id])
    return [Webhook(**row | {"types": tuple(row["types"])}) for row in await cursor.fetchall()]


async def fares(connection: AsyncConnection[Any], found: Sequence[Webhook]) -> dict[int, Fare]:
    """How endpoints fare, by id; asked at the desk, where deliveries are seen."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(LANES, [[one.id for one in found]])
    return {row.pop("id"): Fare(**row) for row in await cursor.fetchall()}


async def end_webhook(
    connection: AsyncConnection[Any], webhook_id: int, *, district_id: int, actor: str, now: datetime
) -> None:
    """End an endpoint, in a transaction of whoever administers the district. Raises `UnknownWebhook`."""
    row = await (await connection.execute(END, [now, webhook_id, district_id])).fetchone()
    if row is None:
        raise UnknownWebhook("There is no such webhook.", field="id", value=webhook_id, remedy="List them first.")
    event = Event(EventName.WEBHOOK_ENDED, district_id, f"webhook:{webhook_id}", facts={})
    await trace(connection, event, actor=actor, now=now)


async def forget_waiting(connection: AsyncConnection[Any], webhook_id: int) -> None:
    """Send nothing more to an endpoint that was ended; asked at the desk."""
    await connection.execute(FORGET, [webhook_id])
