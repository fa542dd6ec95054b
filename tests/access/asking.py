"""The application in this very process: asked over ASGI, so that a test can plant faults in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import httpx

from api.app import create_app
from layers.reports.links import ReportLinks
from tests.access.world_facts import NOW

Asked = TypeVar("Asked")
#: As many as the application has connections to read with: a request that held one and waited for another would hang.
AT_ONCE = 4
READY_S = 30
#: Secrets of reports are made under it, in every application of a test.
LINKS = ReportLinks(b"tests/access" * 4)


@asynccontextmanager
async def answering(
    database_url: str, *, now: Callable[[], datetime] = lambda: NOW
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application on a database, ready."""
    app = create_app(database_url, pool_size=8, with_worker=False, clock=now, links=LINKS)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://town") as client,
    ):
        async with asyncio.timeout(READY_S):
            while (await client.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.02)
        yield client


async def in_turn(ask: Callable[[Asked], Awaitable[Any]], wanted: Sequence[Asked], *, at_once: int = AT_ONCE) -> None:
    """Ask everything, a few at a time."""
    waiting = iter(wanted)

    async def one_after_another() -> None:
        for one in waiting:
            await ask(one)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
