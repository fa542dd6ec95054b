"""A quarter lived by a simulated district: what is served is what an outsider counts from the journals."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from api.demo import load_demo
from api.simulating import Asked, simulated_in_parts
from layers.areas.queries import edition
from layers.districts.queries import district as district_of
from layers.figures.recomputing import Recomputed, recompute
from layers.figures.records import Period
from tests.layers.figures import fates
from tests.layers.reports.steps.life import Life
from tests.layers.reports.steps.test_simulating import UNTIL, lived

QUARTER = Period(date(2025, 4, 1), date(2025, 6, 30))
DAYS = 90
#: More hands than the town has: what waits for somebody is tried every hour.
MORE_HANDS = "update people set cap = 100"


@pytest.mark.anyio
async def test_a_quarter_of_whole_lives_is_served_as_its_journals_tell_it(life: Life) -> None:
    await life.desk.connection.execute(MORE_HANDS)
    tally = await lived(life, 11, 5_000, DAYS)
    assert tally.filed == 5_000
    found = await _recomputed(life.url, UNTIL)
    assert found.differences == ()
    assert found.reports == 5_000


@pytest.mark.long
def test_so_is_a_quarter_of_the_demo_district(db_url: str) -> None:
    load_demo(db_url, lives=False)
    end = datetime(2025, 6, 30, 15, 59, 59, tzinfo=UTC)
    tally = simulated_in_parts(Asked(db_url, None, DAYS, seed=4, number=100_000, end=end), 2, lambda _: None)
    found = asyncio.run(_recomputed(db_url, end))
    assert found.differences == ()
    assert found.reports == tally.filed > 99_000


async def _recomputed(url: str, lived_until: datetime) -> Recomputed:
    async with fates.reading(url) as connection:
        district = await district_of(connection, None)
        chosen = await edition(connection, district, None)
        now = lived_until + timedelta(days=1)
        return await recompute(connection, district=district, edition=chosen, period=QUARTER, now=now)
