"""A year's calendar comes late: clocks that waited for it get their deadline, once, whoever sweeps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from api.database import Database
from api.worker import Worker
from layers.calendars.queries import calendar_of
from layers.calendars.working_time import Calendar
from layers.districts.queries import district
from layers.reports.clocks import started
from layers.reports.lifecycle import Action
from layers.reports.steps.sweeping import BATCH
from tests.layers.reports.desk import MORNING
from tests.layers.reports.steps.life import Life, life_at

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(toytown_url: str) -> AsyncIterator[Database]:
    made = Database(toytown_url, size=4)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def life(toytown_url: str) -> AsyncIterator[Life]:
    """A town whose desk has not seen the calendar of the year."""
    async with life_at(toytown_url) as made:
        seen = Calendar(made.desk.compiled.district.zone, {}, {2024: 1})
        made.desk.setting = replace(made.desk.setting, calendar=seen)
        yield made


async def published(database: Database) -> Calendar:
    async with database.reading() as connection:
        return await calendar_of(connection, await district(connection, None))


async def test_clocks_get_the_deadline_they_waited_for_once(life: Life, database: Database) -> None:
    reports, calendar = [await life.file() for _ in range(BATCH + 2)], await published(database)
    clocks = [(await life.check(one)).clock for one in reports]
    assert [one.due_at for one in clocks if one] == [None] * len(reports)
    workers = [Worker(database, clock=lambda: life.now) for _ in range(3)]
    given = await asyncio.gather(*(one.date_clocks() for one in workers))
    assert sum(given) == len(reports)
    for one in reports:
        state = await life.check(one)
        assert state.clock is not None
        assert state.clock == started(state.clock.name, state.clock.limit, MORNING, calendar)
        assert state.clock.due_at is not None
        assert state.clock.calendar == {2024: 1, 2025: 1, 2026: 1}
        assert (await life.entries(one)).count("deadline_set") == 1
    assert [await one.date_clocks() for one in workers for _ in range(3)] == [0] * 9


async def test_what_rests_or_has_ended_is_left_and_a_suspension_gives_the_deadline_itself(
    life: Life, database: Database
) -> None:
    void, suspended = await life.file(), await life.file()
    await life.take(await life.person("D0001"), void, Action.VOID, reason="test")
    holder = await life.holder(suspended)
    await life.take(holder, suspended, Action.ACCEPT)
    await life.take(
        await life.person("D0001"), suspended, Action.SUSPEND, reason="weather", until=MORNING.replace(day=9)
    )
    assert await Worker(database, clock=lambda: life.now).date_clocks() == 0
    assert "deadline_set" not in [*await life.entries(void), *await life.entries(suspended)]


async def test_a_calendar_that_comes_later_starts_a_round_and_the_same_one_does_not(
    life: Life, database: Database, toytown_url: str
) -> None:
    life.now = datetime(2027, 1, 5, 2, tzinfo=UTC)
    report = await life.file()
    worker = Worker(database, clock=lambda: life.now)
    assert [await worker.date_clocks() for _ in range(3)] == [0, 0, 0]
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as owner:
        await owner.execute("insert into calendar_years select id, 2027, 1, '{}', 'test', 'test', now() from districts")
    assert await worker.date_clocks() == 1
    state = await life.check(report)
    assert state.clock is not None
    assert state.clock.due_at == datetime(2027, 1, 12, 2, tzinfo=UTC)
    # What was filed meanwhile by whoever had not seen it is found by one more pass.
    late = await life.file()
    assert [await worker.date_clocks() for _ in range(2)] == [1, 0]
    later = await life.file()
    assert await worker.date_clocks() == 0
    assert (await life.entries(late))[-1] == "deadline_set"
    assert "deadline_set" not in await life.entries(later)


async def test_what_ran_out_meanwhile_is_overdue_at_once(life: Life, database: Database) -> None:
    report = await life.file()
    life.now = MORNING.replace(day=20)
    worker = Worker(database, clock=lambda: life.now)
    assert await worker.date_clocks() == 1
    await worker.sweep_clocks()
    state = await life.check(report)
    assert [one.due_at for one in state.overdue] == [MORNING.replace(day=15)]
