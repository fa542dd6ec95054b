"""Questions asked together: each has its own answer or its own error, nobody is overlooked, fewer transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from layers.questions import Question
from layers.together import LARGEST, Alone, Together

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]
WHOSE = Question("select $1::int, txid_current(), pg_backend_pid()")
KEEP = Question("insert into kept (number, half) values ($1::int, 10 / $2::int) returning number")
WITHIN_S = 20.0


@pytest.fixture
async def pool(db_url: str) -> AsyncIterator[Pool]:
    async with AsyncConnectionPool(
        db_url, kwargs={"autocommit": True, "prepare_threshold": 0}, min_size=1, max_size=3, open=False
    ) as pool:
        async with pool.connection() as connection:
            await connection.execute("create table kept (at serial, number int, half int)")
        yield pool


@pytest.fixture
def together(pool: Pool) -> Together:
    return Together(pool.connection)


async def kept(pool: Pool) -> list[int]:
    async with pool.connection() as connection:
        rows = await (await connection.execute("select number from kept order by at")).fetchall()
    return [number for (number,) in rows]


async def test_each_has_its_own_answer_in_far_fewer_transactions(together: Together) -> None:
    rows = await asyncio.gather(*(together.ask(WHOSE, (str(one),)) for one in range(100)))
    assert [row[0] for row in rows] == [str(one).encode() for one in range(100)]
    assert len({row[1] for row in rows}) <= 2 + 100 // LARGEST


async def test_whoever_is_alone_does_not_wait_for_company(together: Together) -> None:
    [[number, _, _]] = await asyncio.gather(together.ask(WHOSE, ("7",)))
    assert number == b"7"


async def test_an_error_meets_the_one_who_caused_it(together: Together, pool: Pool) -> None:
    given = ["0" if one == 13 else "2" for one in range(20)]
    answers = await asyncio.gather(
        *(together.ask(KEEP, (str(one), by)) for one, by in enumerate(given)), return_exceptions=True
    )
    assert isinstance(answers[13], psycopg.errors.DivisionByZero)
    assert [one for one, answer in enumerate(answers) if isinstance(answer, Exception)] == [13]
    assert sorted(await kept(pool)) == [one for one in range(20) if one != 13]


async def test_those_who_go_together_lock_in_one_order(together: Together, pool: Pool) -> None:
    first = asyncio.create_task(together.ask(KEEP, ("0", "1"), holds=9))
    await asyncio.sleep(0)  # on its way, by itself
    await asyncio.gather(first, *(together.ask(KEEP, (str(one), "1"), holds=one) for one in (5, 3, 4, 1, 2)))
    assert await kept(pool) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("later", range(6))
async def test_nobody_is_overlooked_however_they_arrive(together: Together, later: int) -> None:
    """Whoever comes just when the way is being closed is carried as well, with nobody after them."""
    async with asyncio.timeout(WITHIN_S):
        for _ in range(40):
            await together.ask(WHOSE, ("1",))
            for _ in range(later):
                await asyncio.sleep(0)


async def test_whoever_gives_up_takes_nobody_along(together: Together, pool: Pool) -> None:
    asked = [asyncio.create_task(together.ask(KEEP, (str(one), "1"))) for one in range(6)]
    await asyncio.sleep(0)
    asked[3].cancel()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in answers].count(asyncio.CancelledError) == 1
    assert {0, 1, 2, 4, 5} <= set(await kept(pool))


async def test_a_lost_connection_is_told_to_all_and_the_next_one_is_used(pool: Pool) -> None:
    lost: list[int] = []

    @asynccontextmanager
    async def connection() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with pool.connection() as one:
            lost.append(one.info.backend_pid)
            yield one

    together = Together(connection)
    slow = Question("select pg_sleep($1::float8)::text")
    asked = [asyncio.create_task(together.ask(slow, ("30",))) for _ in range(3)]
    while not lost:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    async with pool.connection() as other:
        await other.execute("select pg_terminate_backend(%s, 5000)", [lost[0]])
        first = asked[0]
        with pytest.raises(psycopg.OperationalError):
            async with asyncio.timeout(WITHIN_S):
                await first
        await other.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid = %s", [lost[-1]])
    for one in asked[1:]:
        one.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    async with asyncio.timeout(WITHIN_S):
        [number, _, _] = await together.ask(WHOSE, ("5",))
    assert number == b"5"


async def test_a_database_that_gives_no_connection_is_told_to_all() -> None:
    away: Pool = AsyncConnectionPool("host=127.0.0.1 port=1", open=False)
    together = Together(away.connection)
    answers = await asyncio.gather(*(together.ask(WHOSE, ("1",)) for _ in range(3)), return_exceptions=True)
    assert [isinstance(one, psycopg.OperationalError) for one in answers] == [True] * 3


async def test_alone_it_is_part_of_the_callers_transaction(pool: Pool) -> None:
    async with pool.connection() as connection:
        alone = Alone(connection)
        with pytest.raises(psycopg.errors.DivisionByZero):
            async with connection.transaction():
                await alone.ask(KEEP, ("1", "1"))
                await alone.ask(KEEP, ("2", "0"))
        async with alone.connection() as same:
            assert same is connection
    assert await kept(pool) == []
