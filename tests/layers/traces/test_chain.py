"""The chain of traces: kept by the database itself, and every tampering found and named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from layers.actors import NOTHING
from layers.refusals import Refusal
from layers.scope import ENTER
from layers.traces.recording import trace
from layers.traces.records import BEGINNING, Event, EventName, Head
from layers.traces.verifying import head_of, verify

NOW = datetime(2025, 1, 8, 2, 0, tzinfo=UTC)
APPENDED = """
insert into traces select 8, at, district_id, actor, event, subject, report_id, account_id, body, digest
from traces where place = 2
"""
Plain = psycopg.AsyncConnection[Any]


@pytest.fixture
async def owner(db_url: str) -> AsyncIterator[Plain]:
    async with await psycopg.AsyncConnection.connect(db_url) as connection:
        yield connection


async def leave(connection: Plain, number: int, *, first: int = 1, at: datetime = NOW) -> None:
    """Traces of sign-ins, each a minute after the other."""
    for one in range(first, first + number):
        event = Event(EventName.SIGNED_IN, None, f"account:{one}", account_id=one, facts={"try": one})
        await trace(connection, event, actor=f"account:{one}", now=at + timedelta(minutes=one))
    await connection.commit()


async def faults(connection: Plain, *kept: Head) -> list[tuple[int, str]]:
    found = await verify(connection, kept=kept)
    await connection.commit()
    return [(one.place, one.what) for one in found.faults]


async def tamper(connection: Plain, *statements: str) -> None:
    """What only the owner of the tables can do."""
    await connection.execute("alter table traces disable trigger all")
    for one in statements:
        await connection.execute(one)
    await connection.execute("alter table traces enable trigger all")
    await connection.commit()


async def test_an_empty_chain_and_a_whole_one_hold(owner: Plain) -> None:
    assert await faults(owner) == []
    assert await head_of(owner) == BEGINNING
    await leave(owner, 7)
    seen: list[int] = []
    found = await verify(owner, step=seen.append)
    assert (found.traces, found.faults, len(seen)) == (7, (), 7)
    assert found.head == await head_of(owner)
    assert found.head.place == 7


@pytest.mark.parametrize(
    ("statement", "place", "what"),
    [
        ("update traces set body = replace(encode(body, 'escape'), 'account:3', 'account:9')::bytea where place = 3",
         3, "trace 3 was altered, or does not follow the one before it"),
        ("update traces set actor = 'account:9' where place = 3", 3, "the columns of trace 3 say other than its body"),
        ("update traces set at = at + interval '1 microsecond' where place = 3", 3,
         "the columns of trace 3 say other than its body"),
        ("update traces set body = 'x' where place = 3", 3, "the columns of trace 3 say other than its body"),
        ("delete from traces where place = 3", 3, "trace 3 is missing"),
        ("delete from traces where place in (3, 4)", 3, "traces 3 to 4 are missing"),
        ("delete from traces where place = 1", 1, "trace 1 is missing"),
        ("delete from traces where place > 5", 6, "at the end, traces 6 to 7 are missing"),
        ("delete from traces", 1, "at the end, traces 1 to 7 are missing"),
        (APPENDED, 8, "the chain ends at 7, but traces up to 8 stand behind it"),
        ("update traces set digest = sha256('x') where place = 7", 7,
         "the chain does not end with the digest of its head, at 7"),
    ],
)  # fmt: skip
async def test_every_tampering_is_named(owner: Plain, statement: str, place: int, what: str) -> None:
    await leave(owner, 7)
    await tamper(owner, statement)
    assert (place, what) in await faults(owner)


async def test_an_exchange_and_an_insertion_are_found(owner: Plain) -> None:
    await leave(owner, 7)
    await tamper(
        owner,
        "update traces set place = -3 where place = 3",
        "update traces set place = 3 where place = 4",
        "update traces set place = 4 where place = -3",
    )
    assert [place for place, _ in await faults(owner)] == [3, 4, 5]
    await tamper(
        owner,
        "update traces set place = -place - 1 where place > 5",
        "update traces set place = -place where place < 0",
        "insert into traces select 6, at, district_id, actor, event, subject, report_id, account_id, body, "
        "(select sha256(t.digest || traces.body) from traces t where place = 5) from traces where place = 2",
    )
    assert 7 in [place for place, _ in await faults(owner)], "the one after it does not follow"


async def test_a_chain_made_anew_is_found_by_a_kept_head(owner: Plain) -> None:
    await leave(owner, 5)
    kept = await head_of(owner)
    await leave(owner, 2, first=6)
    assert await faults(owner, kept, Head.read(str(kept))) == []
    await owner.execute("update trace_head set places = 0, digest = %s", [BEGINNING.digest])
    await tamper(owner, "delete from traces")
    await leave(owner, 7, first=2)
    assert await faults(owner) == [], "it fits itself"
    assert await faults(owner, kept) == [(5, "trace 5 is another one than when its digest was written down")]
    far = Head(9, kept.digest)
    assert await faults(owner, far) == [(9, "the chain does not reach the kept trace 9")]


@pytest.mark.parametrize("text", ["", "5", "5:", "x:" + "a" * 64, "5:" + "A" * 64, "5:" + "a" * 63])
def test_a_head_is_read_as_it_was_printed(text: str) -> None:
    with pytest.raises(Refusal):
        Head.read(text)


async def test_many_writers_at_once_make_one_chain(db_url: str, owner: Plain) -> None:
    async def write(first: int) -> None:
        async with await psycopg.AsyncConnection.connect(db_url) as connection:
            for one in range(10):
                await leave(connection, 1, first=first + one)

    await asyncio.gather(*(write(100 * one) for one in range(1, 6)))
    assert await faults(owner) == []
    assert (await head_of(owner)).place == 50


async def test_a_writer_can_choose_neither_place_nor_digest(owner: Plain) -> None:
    await owner.execute(
        "insert into traces (place, at, actor, event, subject, body, digest) "
        "values (77, now(), 'x', 'x', 'x', 'x', 'x')"
    )
    cursor = await owner.execute(
        "select place, digest = sha256(%s::bytea || 'x'::bytea) from traces", [BEGINNING.digest]
    )
    assert await cursor.fetchall() == [(1, True)]


@pytest.mark.parametrize(
    "statement",
    [
        "update traces set actor = 'x'",
        "delete from traces",
        "truncate traces",
        "update trace_head set places = 0",
        "delete from trace_head",
        "insert into trace_head (digest, given_up_digest) values ('x', 'x')",
        "alter table traces disable trigger all",
        "create or replace function chain_trace() returns trigger language plpgsql as 'begin return null; end'",
    ],
)
async def test_the_service_can_only_append(owner: Plain, statement: str) -> None:
    await leave(owner, 3)
    await owner.execute("set role wangge_service")
    await owner.execute(ENTER, NOTHING.settings)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await owner.execute(statement)


@pytest.mark.parametrize("statement", ["update traces set actor = 'x'", "delete from traces", "truncate traces"])
async def test_not_even_the_owner_by_mistake(owner: Plain, statement: str) -> None:
    await leave(owner, 3)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        await owner.execute(statement)


async def give_up(connection: Plain, before: datetime, moment: datetime, most: int = 1000) -> int:
    cursor = await connection.execute("select give_up_traces(%s, %s, %s)", [before, moment, most])
    row = await cursor.fetchone()
    await connection.commit()
    assert row is not None
    return int(row[0])


async def test_old_traces_are_given_up_from_the_beginning_and_the_rest_holds(owner: Plain) -> None:
    await leave(owner, 5)
    await leave(owner, 4, first=6, at=NOW + timedelta(days=30))
    kept = await head_of(owner)
    later = NOW + timedelta(days=300)
    assert await give_up(owner, NOW + timedelta(days=1), later, most=2) == 2
    assert await give_up(owner, NOW + timedelta(days=1), later, most=2) == 2
    assert await give_up(owner, NOW + timedelta(days=1), later) == 1
    assert await give_up(owner, NOW + timedelta(days=1), later) == 0
    found = await verify(owner, kept=(kept,))
    assert (found.traces, found.faults, found.head.place) == (4, (), 9)
    await owner.commit()
    assert await give_up(owner, NOW + timedelta(days=40), later) == 4
    assert await faults(owner, kept) == []
    await leave(owner, 1)
    assert await faults(owner) == []
    await tamper(owner, "delete from traces where place = 10")
    assert await faults(owner) == [(10, "at the end, trace 10 is missing")]


async def test_nothing_younger_than_half_a_year_is_given_up(owner: Plain) -> None:
    await leave(owner, 5)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="six months"):
        await give_up(owner, NOW, NOW + timedelta(days=180))
    await owner.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="six months"):
        await give_up(owner, NOW, datetime(2090, 1, 1, tzinfo=UTC))
