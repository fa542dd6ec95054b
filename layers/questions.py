"""Questions asked hundreds of times in a second, past psycopg's cursors: prepared once, sent by libpq, waited for once.

A cursor costs the asking process as much as the answer costs the database. Values go out as text, or as they are where
they are bytes; the answer is one row, as text. Several can go out in one message and be committed at once.
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
Row = list[bytes | None]
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

    async def ask(self, connection: AsyncConnection[Any], values: Sequence[Value]) -> Row:
        """The row it answers; where that is cut short, by a cancellation too, the connection is closed.

        Raises:
            psycopg.Error: of the same classes as by a cursor.
        """
        if not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE:
            await connection.execute("select 1")  # begins the transaction, as a cursor would have
        given, formats = _sent(values)
        async with connection.lock:
            if connection.pgconn.transaction_status != TransactionStatus.IDLE:
                return await _row(connection, lambda to: to.send_query_params(self._statement, given, None, formats))
            try:
                return await self._ask_prepared(connection, given, formats)
            except InvalidSqlStatementName:
                self._prepared.discard(connection)  # psycopg deallocates every name after some statements
                return await self._ask_prepared(connection, given, formats)

    async def ask_all(self, connection: AsyncConnection[Any], many: Sequence[Sequence[Value]]) -> list[Row]:
        """The rows it answers to each of many, on a connection in autocommit: all of them in one transaction.

        Raises:
            psycopg.Error: as `ask`; then none of them happened.
        """
        async with connection.lock:
            await self._prepare(connection)
            try:
                return await _together(connection, self._name, [_sent(values) for values in many])
            except InvalidSqlStatementName:
                self._prepared.discard(connection)
                raise

    async def _prepare(self, connection: AsyncConnection[Any]) -> None:
        if connection not in self._prepared:
            await _answer(connection, lambda to: to.send_prepare(self._name, self._statement))
            self._prepared.add(connection)

    async def _ask_prepared(
        self, connection: AsyncConnection[Any], given: list[bytes | None], formats: list[Format]
    ) -> Row:
        await self._prepare(connection)
        return await _row(connection, lambda to: to.send_query_prepared(self._name, given, formats))


Send = Callable[[PGconn], None]


def bytes_of(told: bytes | None) -> bytes | None:
    """A value of type bytea, as it stands in the row."""
    return None if told is None else bytes.fromhex(told[2:].decode())


def _sent(values: Sequence[Value]) -> tuple[list[bytes | None], list[Format]]:
    given = [one.encode() if isinstance(one, str) else one for one in values]
    return given, [Format.BINARY if isinstance(one, bytes) else Format.TEXT for one in values]


async def _row(connection: AsyncConnection[Any], send: Send) -> Row:
    return _told(await _answer(connection, send))


def _told(result: PGresult) -> Row:
    return [result.get_value(0, column) for column in range(result.nfields)]


async def _together(
    connection: AsyncConnection[Any], name: bytes, many: Sequence[tuple[list[bytes | None], list[Format]]]
) -> list[Row]:
    """All of them between two marks of libpq's pipeline, which is one transaction."""
    pgconn = connection.pgconn
    try:
        pgconn.enter_pipeline_mode()
        for given, formats in many:
            pgconn.send_query_prepared(name, given, formats)
        pgconn.pipeline_sync()
        results = await _piped(pgconn)
        pgconn.exit_pipeline_mode()
    except BaseException:
        await connection.close()
        raise
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)
    return [_told(result) for result in results]


async def _piped(pgconn: PGconn) -> list[PGresult]:
    while pgconn.flush():
        await _watch(pgconn, "writer", lambda: True)
    results: list[PGresult] = []
    while True:
        if pgconn.is_busy():
            await _watch(pgconn, "reader", lambda: _arrived(pgconn))
        result = pgconn.get_result()
        if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
            return results
        if result is not None:
            results.append(result)
        if pgconn.status == ConnStatus.BAD:
            raise OperationalError("The connection was lost.")


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
