"""Questions past the cursors: the same rows and the same errors, and no connection that holds half an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from layers.questions import Question, bytes_of

ASKED = "select $1::text, $2::bytea, $3::bigint"
ECHO = Question(ASKED)
SLOW = Question("select pg_sleep($1::float8)::text")
Connection = psycopg.AsyncConnection[Any]


@pytest.fixture
async def connection(db_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(db_url, autocommit=True, prepare_threshold=0) as connection:
        yield connection


async def ended(connection: Connection, db_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(db_url, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


async def test_values_go_and_come_as_they_are(connection: Connection) -> None:
    text, raw, number = await ECHO.ask(connection, ("网格 \\ ' \"", b"\x00\xff\\x", "7"))
    assert (text, bytes_of(raw), number) == ("网格 \\ ' \"".encode(), b"\x00\xff\\x", b"7")
    assert await ECHO.ask(connection, (None, None, None)) == [None, None, None]
    assert bytes_of(None) is None


async def test_each_connection_prepares_once(connection: Connection, db_url: str) -> None:
    for _ in range(3):
        await ECHO.ask(connection, ("a", b"", "1"))
    found = await connection.execute("select count(*) from pg_prepared_statements where statement = %s", [ASKED])
    assert await found.fetchone() == (1,)
    async with await psycopg.AsyncConnection.connect(db_url, autocommit=True) as other:
        assert await ECHO.ask(other, ("b", b"", "2")) == [b"b", b"\\x", b"2"]


async def test_a_name_that_was_deallocated_is_prepared_again(connection: Connection) -> None:
    await ECHO.ask(connection, ("a", b"", "1"))
    await connection.execute("deallocate all")
    assert await ECHO.ask(connection, ("b", b"", "2")) == [b"b", b"\\x", b"2"]


async def test_values_larger_than_the_socket_holds(connection: Connection) -> None:
    large = "格" * 5_000_000
    [told, _, _] = await ECHO.ask(connection, (large, None, None))
    assert told == large.encode()


async def test_errors_are_of_psycopgs_classes_and_leave_the_connection_as_it_was(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as refused:
        await ECHO.ask(connection, ("a", b"", "seven"))
    assert refused.value.diag.message_primary == 'invalid input syntax for type bigint: "seven"'
    with pytest.raises(psycopg.errors.UndefinedTable):
        await Question("select from nowhere").ask(connection, ())
    assert await ECHO.ask(connection, ("a", None, None)) == [b"a", None, None]


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(connection: Connection) -> None:
    await connection.execute("set statement_timeout = 50")
    with pytest.raises(psycopg.errors.QueryCanceled):
        await SLOW.ask(connection, ("30",))
    assert await ECHO.ask(connection, ("a", None, None)) == [b"a", None, None]


async def test_a_commit_that_fails_is_an_error(connection: Connection) -> None:
    await connection.execute("create table twice (one int unique deferrable initially deferred)")
    insert = Question("insert into twice values ($1::int) returning one")
    assert await insert.ask(connection, ("1",)) == [b"1"]
    with pytest.raises(psycopg.errors.UniqueViolation):
        await insert.ask(connection, ("1",))


async def test_it_is_part_of_its_callers_transaction(db_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(db_url) as connection:
        await connection.execute("create table here (one int)")
        await connection.commit()
        insert = Question("insert into here values ($1::int) returning one")
        await insert.ask(connection, ("1",))
        await insert.ask(connection, ("2",))
        await connection.rollback()
        found = await connection.execute("select count(*) from here")
        assert await found.fetchone() == (0,)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
async def test_a_lost_connection_is_an_operational_error(connection: Connection, db_url: str, when: str) -> None:
    await ECHO.ask(connection, ("a", None, None))
    if when == "before":
        await ended(connection, db_url)
    asking = asyncio.create_task(SLOW.ask(connection, ("30",)))
    await asyncio.sleep(0.2)
    if when == "meanwhile":
        await ended(connection, db_url)
    with pytest.raises(psycopg.OperationalError):
        await asyncio.wait_for(asking, 10)
    with pytest.raises(psycopg.OperationalError):
        await ECHO.ask(connection, ("a", None, None))


async def test_a_question_that_is_cancelled_closes_its_connection(connection: Connection) -> None:
    asking = asyncio.create_task(SLOW.ask(connection, ("30",)))
    await asyncio.sleep(0.2)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert connection.closed


async def test_two_questions_on_one_connection_wait_for_each_other(connection: Connection) -> None:
    told = await asyncio.gather(*(ECHO.ask(connection, (str(one), None, None)) for one in range(20)))
    assert [one for one, _, _ in told] == [str(one).encode() for one in range(20)]
