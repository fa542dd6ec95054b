"""The database as requests see it: read-only connections for questions, plain psycopg transactions for filing.

The service works as a role that owns nothing, and every transaction enters the scope of whoever it works for
(`layers/scope.py`). Both pools open lazily and come back by themselves, so the service outlives a database that goes
away, and says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from api.access import visitor
from layers.actors import NOTHING, Scope
from layers.migrations import sqlalchemy_url
from layers.scope import ENTER, enter
from layers.together import Together

WAIT_S = 5.0
STATEMENT_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 30_000
SERVICE_ROLE = "wangge_service"
SESSION = {
    "role": SERVICE_ROLE,
    "timezone": "UTC",
    "jit": "off",
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT_MS),
    "default_transaction_isolation": r"read\ committed",
}

#: Filing asks by key alone. A plan made while the tables were small is kept by its connection: it must not scan them.
FILING = SESSION | {"enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}


class Database:
    """Connections to one database, `size` of them at most, half for reading and half for filing."""

    def __init__(self, url: str, *, size: int) -> None:
        self.url = url
        half = max(1, size // 2)
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=max(1, size - half),
            max_overflow=0,
            pool_timeout=WAIT_S,
            pool_pre_ping=True,
            connect_args=connection_arguments(),
            execution_options={"postgresql_readonly": True},
        )
        self._filing: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            kwargs=connection_arguments(FILING) | {"autocommit": True, "prepare_threshold": 0},
            min_size=1,
            max_size=half,
            timeout=WAIT_S,
            reconnect_timeout=WAIT_S,
            open=False,
            name="filing",
        )
        self.together = Together(self.statements, lanes=2)

    async def open(self) -> None:
        """Begin to connect; returns at once, whether the database answers or not."""
        await self._filing.open(wait=False)

    async def close(self) -> None:
        """Give every connection back."""
        await self._filing.close()
        await self.engine.dispose()

    async def refresh(self) -> None:
        """Throw away connections that broke while the database was away."""
        await self._filing.check()

    @asynccontextmanager
    async def reading(self, scope: Scope = NOTHING) -> AsyncIterator[AsyncConnection]:
        """A connection that can only read, and of reports, people and positions only what the scope may see."""
        async with self.engine.connect() as connection:
            await enter(connection, scope)
            yield connection

    @asynccontextmanager
    async def writing(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        """One transaction over the connections for reading that may write: plans are drawn so, not reports."""
        async with self.engine.connect() as connection:
            await connection.execution_options(postgresql_readonly=False)
            async with connection.begin():
                await enter(connection, scope)
                yield connection

    @asynccontextmanager
    async def filing(self, scope: Scope) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """One transaction on a plain connection: committed when the block ends, rolled back when it raises."""
        async with self._filing.connection() as connection, connection.transaction():
            await connection.execute(ENTER, scope.settings)
            yield connection

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A plain connection on which every statement is a transaction of its own, committed when it is answered."""
        connection = await self._filing.getconn()
        try:
            yield connection
        finally:
            await self._filing.putconn(connection)

    async def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("select 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True


def connection_arguments(session: Mapping[str, str] = SESSION) -> dict[str, Any]:
    """How every connection of the service is set up."""
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    return {"application_name": "wangge", "options": options, "connect_timeout": int(WAIT_S)}


def database(request: Request) -> Database:
    """The database of the application."""
    found: Database = request.app.state.database
    return found


async def reading(request: Request) -> AsyncIterator[AsyncConnection]:
    """A connection for one request's questions in the scope of whoever asks, given back before the answer is sent."""
    async with database(request).reading((await visitor(request)).scope) as connection:
        yield connection


Reading = Annotated[AsyncConnection, Depends(reading, scope="function")]
