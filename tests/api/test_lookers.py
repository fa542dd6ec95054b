"""Who has a report open: told by role to those who have it open too, for a minute, from process to process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from api.database import Database
from api.live import Live
from api.lookers import CHANNEL, LASTS_S, Lookers
from layers.actors import NOTHING, Actor, Role

pytestmark = pytest.mark.anyio
DISPATCHER = Actor("account:1", Role.DISPATCHER, NOTHING)
OTHER = Actor("account:2", Role.DISPATCHER, NOTHING)
OFFICER = Actor("account:3", Role.STREET_OFFICER, NOTHING)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def process(url: str, clock: Clock) -> AsyncIterator[Lookers]:
    """What one process of the service knows, listening as it does."""
    database = Database(url, size=4)
    await database.open()
    lookers = Lookers(database, now_s=clock)
    watching = asyncio.create_task(Live(database, others={CHANNEL: lookers.hear}).watch())
    yield lookers
    watching.cancel()
    await database.close()


async def heard(lookers: Lookers, report: int, name: str, wanted: list[str]) -> None:
    for _ in range(200):
        if lookers.others(report, name) == wanted:
            return
        await asyncio.sleep(0.02)
    assert lookers.others(report, name) == wanted


async def listening(url: str, count: int) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for _ in range(200):
            found = await connection.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and query like 'listen %'"
            )
            row = await found.fetchone()
            if row and row[0] >= count:
                return
            await asyncio.sleep(0.02)


async def test_those_who_have_it_open_are_told_of_each_other_in_every_process(toytown_url: str) -> None:
    clock = Clock()
    async with process(toytown_url, clock) as one, process(toytown_url, clock) as another:
        await listening(toytown_url, 2)
        assert await one.look(7, DISPATCHER) == []
        await heard(another, 7, OTHER.name, ["dispatcher"])
        assert await another.look(7, OTHER) == ["dispatcher"]
        assert await another.look(7, OFFICER) == ["dispatcher", "dispatcher"]
        await heard(one, 7, DISPATCHER.name, ["dispatcher", "street_officer"])
        assert one.others(8, DISPATCHER.name) == [], "of another report"


async def test_a_look_lasts_a_minute_and_leaves_nothing(toytown_url: str) -> None:
    clock = Clock()
    async with process(toytown_url, clock) as lookers:
        await lookers.look(7, DISPATCHER)
        clock.now_s = LASTS_S - 1
        assert lookers.others(7, OTHER.name) == ["dispatcher"]
        clock.now_s = LASTS_S + 1
        assert lookers.others(7, OTHER.name) == []
        assert await lookers.look(9, OTHER) == []
        assert list(lookers._looks) == [9]


async def test_what_cannot_be_understood_is_left(toytown_url: str) -> None:
    async with process(toytown_url, Clock()) as lookers:
        for wrong in ("", "{}", "[1]", "[1, 2"):
            lookers.hear(wrong)
        assert lookers.others(1, "x") == []
