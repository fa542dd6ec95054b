"""A simulated district: whole lives of every sort, the same ones for the same seed, and a record that holds."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.database import FILING, connection_arguments
from layers.migrations import sqlalchemy_url
from layers.reports.simulating import Simulation, Tally, crowd_of
from layers.reports.simulation import arrivals
from layers.reports.simulation_lives import Fate
from layers.reports.simulation_rows import homes, units
from layers.reports.verifying import verify
from tests.layers.reports.steps.life import Life, life_at

LONG = os.environ.get("WANGGE_LONG") == "1"
REPORTS = 100_000 if LONG else 400
DAYS = 90 if LONG else 20
as_served = connection_arguments(FILING)
UNTIL = datetime(2025, 6, 30, 10, 0, tzinfo=UTC)


async def lived(life: Life, seed: int, number: int = REPORTS, days: int = DAYS) -> Tally:
    engine = create_async_engine(sqlalchemy_url(life.url), poolclass=NullPool)
    setting = life.desk.setting
    async with engine.connect() as reading:
        dwellings, known = await homes(reading, setting.district), await units(reading, setting.district)
    await engine.dispose()
    until = UNTIL.astimezone(setting.district.zone)
    coming = arrivals(dwellings, setting.kinds, until=until, days=days, number=number, seed=seed)
    crowd = await crowd_of(life.desk.connection, setting)
    fate = Fate(seed, setting.district.zone, known)
    async with await psycopg.AsyncConnection.connect(life.url, **as_served, autocommit=True) as plain:
        made = Simulation(plain, setting, fate, crowd, "job:simulate")
        return await made.run(coming, until=UNTIL, step=lambda _: None)


async def test_lives_of_every_sort_and_a_record_that_holds(life: Life) -> None:
    tally = await lived(life, 7)
    assert tally.filed == REPORTS
    for action in ("accept", "report_back", "verify", "evaluate", "return", "reject", "hand_up", "reopen", "decline"):
        assert tally.steps[action] > 0, tally
    assert sum(tally.refused.values()) < sum(tally.steps.values()) / 10, tally
    shares = await life.desk.rows(
        "select count(*) filter (where status = 'closed')::float / count(*) as closed,"
        " count(*) filter (where overdue > 0)::float / count(*) as overdue from reports"
    )
    assert shares[0]["closed"] > 0.7
    assert 0 < shares[0]["overdue"] < 0.3
    async with await psycopg.AsyncConnection.connect(life.url) as connection:
        assert (await verify(connection)).faults == ()


@pytest.mark.skipif(LONG, reason="one run of many is enough")
async def test_the_same_seed_gives_the_same_lives(life: Life, toytown_twin_url: str) -> None:
    first = await told(life, await lived(life, 3, 60))
    async with life_at(toytown_twin_url) as twin:
        assert await told(twin, await lived(twin, 3, 60)) == first


async def told(life: Life, _: Tally) -> list[dict[str, Any]]:
    return await life.desk.rows("select report_id, position, type, at, actor from journal_entries order by 1, 2")
