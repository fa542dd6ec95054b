"""Allowances: never more than the rate, by any number of processes; seldom a question; nothing in clear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from layers.limits.allowances import FORGET_EVERY, LARGEST_SHARE, Allowances, Rate, TooManyRequests

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
KEY = b"k" * 32
RATE = Rate("filing", 30)
LARGE = Rate("account", 600)
WHOM = "198.51.100.7"


@pytest.fixture
async def counters(db_url: str) -> AsyncIterator[Callable[..., Counter]]:
    made: list[Counter] = []

    def make(processes: int = 1) -> Counter:
        made.append(Counter(db_url, processes))
        return made[-1]

    yield make
    for one in made:
        if one.connection is not None:
            await one.connection.close()


class Counter:
    """Processes that share a database, and how often they asked it."""

    def __init__(self, url: str, processes: int = 1) -> None:
        self.url = url
        self.processes = [Allowances(KEY) for _ in range(processes)]
        self.asked = 0
        self.connection: psycopg.AsyncConnection[Any] | None = None

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        self.asked += 1
        if self.connection is None:
            self.connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True)
            await self.connection.execute("set role wangge_service")
        yield self.connection

    async def spend(self, rate: Rate, *, process: int = 0, whom: str = WHOM, after_s: float = 0) -> int | None:
        """None where it was given, else the seconds to wait."""
        at = AT + timedelta(seconds=after_s)
        try:
            await self.processes[process].spend(self.connect, rate, whom, now=at)
        except TooManyRequests as refused:
            return refused.retry_after_s
        return None


Counters = Callable[..., Counter]


async def test_no_more_than_the_rate_at_once_and_again_as_time_passes(counters: Counters) -> None:
    counter = counters()
    given = [await counter.spend(RATE) for _ in range(40)]
    assert given == [None] * 30 + [2] * 10
    assert await counter.spend(RATE, after_s=2) is None
    assert await counter.spend(RATE, after_s=2) == 2
    assert [await counter.spend(RATE, after_s=62) for _ in range(31)] == [None] * 30 + [2]


async def test_processes_together_give_no_more_than_one(counters: Counters) -> None:
    counter = counters(processes=4)
    turns = [counter.spend(LARGE, process=number % 4) for number in range(1000)]
    given = (await asyncio.gather(*turns)).count(None)
    # One that has served all its turns may be left with part of a lease; the others then do without it.
    held_back = 4 * (LARGE.most // LARGEST_SHARE - 1)
    assert 600 - held_back <= given <= 600


async def test_a_lapsed_lease_gives_nothing_beyond_the_rate(counters: Counters) -> None:
    counter = counters(processes=2)
    given = 0
    for tenth_s in range(600):
        for process in (0, 1):
            for _ in range(3):
                given += await counter.spend(LARGE, process=process, after_s=tenth_s / 10) is None
    assert 0.9 * 1200 <= given <= 1200


async def test_frequent_requests_ask_the_database_seldom(counters: Counters) -> None:
    counter = counters()
    for number in range(500):
        assert await counter.spend(LARGE, after_s=number / 50) is None
    assert counter.asked <= 25


async def test_refused_ones_are_not_asked_for_again_before_there_is_room(counters: Counters) -> None:
    counter = counters()
    rate = Rate("sign_in", 2)
    for _ in range(100):
        await counter.spend(rate)
    assert counter.asked == 3
    assert counter.processes[0].is_spent(rate, WHOM, now=AT)


async def test_rates_and_people_do_not_share(counters: Counters) -> None:
    counter = counters()
    few = Rate("sign_in", 1)
    assert await counter.spend(few) is None
    assert await counter.spend(few) is not None
    assert await counter.spend(few, whom="198.51.100.8") is None
    assert await counter.spend(Rate("registration", 1)) is None


async def test_the_table_holds_digests_and_forgets(counters: Counters) -> None:
    counter = counters()
    await counter.spend(RATE)
    with psycopg.connect(counter.url) as connection:
        [(key, _)] = connection.execute("select key, spent_until from allowances").fetchall()
        assert WHOM.encode() not in key
        [(kind,)] = connection.execute("select relpersistence from pg_class where relname = 'allowances'").fetchall()
    assert kind in {"u", b"u"}
    await counter.spend(RATE, whom="198.51.100.8", after_s=FORGET_EVERY.total_seconds() + 1)
    with psycopg.connect(counter.url) as connection:
        assert connection.execute("select count(*) from allowances").fetchall() == [(1,)]


@pytest.mark.parametrize("most", [1, 7, 10, 30, 6000])
async def test_any_rate_gives_all_of_itself(counters: Counters, most: int) -> None:
    counter = counters()
    given = [await counter.spend(Rate("any", most)) for _ in range(min(most, 60) + 1)]
    assert given.count(None) == min(most, 60) + (most > 60)


async def test_an_hour_is_forgotten_after_an_hour_alone(counters: Counters) -> None:
    counter = counters()
    hourly = Rate("registration", 5, timedelta(hours=1))
    assert [await counter.spend(hourly) for _ in range(6)] == [None] * 5 + [720]
    assert await counter.spend(hourly, after_s=FORGET_EVERY.total_seconds() + 1) is not None
