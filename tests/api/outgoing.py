"""Messages that are on their way out: a database that holds them, the post, and a clock that is set on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import psycopg
from psycopg.rows import dict_row

from api.clock import now
from api.database import Database
from api.gateways import Gateways
from api.outbound import Outbound
from api.posting import Post
from layers.access.sealing import Seal
from layers.notices.producing import body_of
from layers.notices.records import about_address
from layers.notices.webhooks import add_webhook

KEY = b"k" * 32
SEAL = Seal(KEY)
HERE = [ip_network("127.0.0.0/8")]
FACTS = {
    "number": "20250106-0000001", "kind": "M01", "kind_name": "占道经营", "areas": ["区"], "urgent": False,
    "due_at": None, "at": "2025-01-06T02:00:00.000000Z",
}  # fmt: skip


class Town:
    """A database with messages to be sent, a clock that is set on, and the post."""

    def __init__(self, url: str, connection: psycopg.AsyncConnection[Any], database: Database) -> None:
        self.url, self.connection, self.database = url, connection, database
        self.ahead = timedelta()

    def now(self) -> Any:
        return now() + self.ahead

    def post(self, **given: Any) -> Post:
        gateways = Gateways(Outbound(HERE), public_url="https://wangge.example", **given)
        return Post(self.database, gateways, SEAL, clock=self.now)

    async def webhook(self, url: str, **given: Any) -> tuple[int, bytes]:
        [district] = await self.rows("select id from districts")
        added, secret = await add_webhook(
            self.connection, district_id=district["id"], name="x", url=url, types=(), seal=SEAL, actor="x", now=now()
        )
        return added, secret.encode()

    async def wait_for(self, webhook: int, count: int = 1) -> None:
        """Messages that wait for an endpoint."""
        await self.connection.execute(
            "insert into deliveries (lane, webhook_id, place, type, body, made_at, due_at) "
            "select 'webhook:' || %s, %s, n, 'closed', %s, now(), now() - interval '1 s' from generate_series(1, %s) n",
            [webhook, webhook, body_of(FACTS | {"id": 1}), count],
        )

    async def letter(self, channel: str, address: str) -> None:
        [account] = await self.rows(
            "insert into accounts (district_id, login, role, made_at) "
            "select id, 'a' || random(), 'resident', now() from districts returning id"
        )
        sealed = SEAL.close(address.encode(), about=about_address(account["id"], channel))
        await self.connection.execute(
            "with s as (insert into subscriptions (account_id, channel, address, made_at, confirmed_at) "
            "values (%s, %s, %s, now(), now()) returning id) "
            "insert into deliveries (lane, subscription_id, type, body, made_at, due_at) "
            "select %s, id, 'closed', %s, now(), now() - interval '1 s' from s",
            [account["id"], channel, sealed, channel, body_of(FACTS)],
        )

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        cursor = self.connection.cursor(row_factory=dict_row)
        await cursor.execute(query, values)
        return await cursor.fetchall()

    async def states(self) -> list[tuple[str, int, str | None]]:
        rows = await self.rows("select state, attempts, fault from deliveries order by id")
        return [(row["state"], row["attempts"], row["fault"]) for row in rows]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Town]:
    database = Database(url, size=8)
    await database.open()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield Town(url, connection, database)
    await database.close()


async def sent(post: Post) -> int:
    """Everything that is due, to its end."""
    taken = await post.send_due()
    await post.close()
    return taken
