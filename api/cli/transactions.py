"""One command, one transaction: a use case is run and committed, or tried and rolled back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.cluster_database import database_url
from api.settings import read_settings
from layers.migrations import migrate, sqlalchemy_url

Answer = TypeVar("Answer")


def in_transaction(work: Callable[[AsyncConnection], Awaitable[Answer]], *, commit: bool) -> Answer:
    """Run `work` in one transaction on the service's database, brought up to date first; roll back unless `commit`."""
    url = database_url(read_settings())
    migrate(url)
    return asyncio.run(_run(url, work, commit=commit))


async def _run(url: str, work: Callable[[AsyncConnection], Awaitable[Answer]], *, commit: bool) -> Answer:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection, connection.begin() as transaction:
        answer = await work(connection)
        if not commit:
            await transaction.rollback()
    await engine.dispose()
    return answer


def command_actor() -> str:
    """Who runs this command, as the records name them: the number of the login, which is no name."""
    return f"operator:{os.getuid()}"


def this_moment() -> datetime:
    """The time at which a command's changes are recorded."""
    return datetime.now(UTC)
