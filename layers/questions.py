"""Questions asked hundreds of times in a second, past psycopg's cursors: prepared once, sent by libpq, waited for once.

A cursor costs the asking process as much as the answer costs the database. Values go out as text, or as they are where
they are bytes; the answer is one row, as text.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Any, Literal
from weakref import WeakSet

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

Value = str | bytes | None
Watched = Literal["reader", "writer"]
_numbers = itertools.count(1)


class Question:
    """A statement with parameters $1, $2 …, that answers one row; each connection prepares it when it first asks.

    Inside a transaction it is sent unprepared: a name that the connection has meanwhile lost would be the end of it.
    """

    def __init__(self, statement: str) -> None:
        self._statement = statement.encode()
        self._name = f"wangge_{next(_numbers)}".encode()
        self._prepared: WeakSet[AsyncConnection[Any]] = WeakSet()

    async def ask(self, connection: AsyncConnection[Any], values: Sequence[Value]) -> list[bytes | None]:
        """The row it answers; where that is cut short, by a cancellation too, the connection is closed.

        Raises:
            psycopg.Error: of the same classes as by a cursor.
        """
        if not connection.autocommit:
            await connection.execute("select 1")  # begins the transaction, as a cursor would have
        given = [one.encode() if isinstance(one, str) else one for one in values]
        formats = [Format.BINARY if isinstance(one, bytes) else Format.TEXT for one in values]
        async with connection.lock:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                return await _row(connection, lambda to: to.send_query_params(self._statement, given, None, formats))
            try:
                return await self._ask_prepared(connection, given, formats)
            except InvalidSqlStatementName:
                self._prepared.discard(connection)  # psycopg deallocates every name after some statements
                return await self._ask_prepared(connection, given, formats)

    async def _ask_prepared(
        self, connection: AsyncConnection[Any], given: list[bytes | None], formats: list[Format]
    ) -> list[bytes | None]:
        if connection not in self._prepared:
            await _answer(connection, lambda to: to.send_prepare(self._name, self._statement))
            self._prepared.add(connection)
        return await _row(connection, lambda to: to.send_query_prepared(self._name, given, formats))


Send = Callable[[PGconn], None]


def bytes_of(told: bytes | None) -> bytes | None:
    """A value of type bytea, as it stands in the row."""
    return None if told is None else bytes.fromhex(told[2:].decode())


async def _row(connection: AsyncConnection[Any], send: Send) -> list[bytes | None]:
    result = await _answer(connection, send)
    return [result.get_value(0, column) for column in range(result.nfields)]


async def _answer(connection: AsyncConnection[Any], send: Send) -> PGresult:
    """What comes back; an error that stands after the row, as a failed commit does, counts as well."""
    try:
        send(connection.pgconn)
        results = await _results(connection.pgconn)
    except BaseException:
        # Whoever gets the connection next would read the rest of this answer.
        await connection.close()
        raise
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
    if connection.pgconn.status == ConnStatus.BAD:
        raise OperationalError("The connection was lost.")
    return results[0]


async def _results(pgconn: PGconn) -> list[PGresult]:
    while pgconn.flush():
        await _watch(pgconn, "writer", lambda: True)
    results: list[PGresult] = []
    while True:
        if pgconn.is_busy():
            await _watch(pgconn, "reader", lambda: _arrived(pgconn))
        result = pgconn.get_result()
        if result is None:
            return results
        results.append(result)


def _arrived(pgconn: PGconn) -> bool:
    pgconn.consume_input()
    return not pgconn.is_busy()


async def _watch(pgconn: PGconn, what: Watched, look: Callable[[], bool]) -> None:
    """Wait until `look`, asked whenever the socket is ready, says so."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def ready() -> None:
        try:
            if look() and not done.done():
                done.set_result(None)
        except OperationalError as lost:
            if not done.done():
                done.set_exception(lost)

    socket = pgconn.socket
    add, remove = (loop.add_reader, loop.remove_reader) if what == "reader" else (loop.add_writer, loop.remove_writer)
    add(socket, ready)
    try:
        await done
    finally:
        remove(socket)
