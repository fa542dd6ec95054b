"""Periods stay comparable: asked for in the areas of any edition, by both ways of counting."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from layers.areas.queries import edition
from layers.districts.queries import district as district_of
from layers.figures.recomputing import recompute
from layers.migrations import sqlalchemy_url
from layers.reports.records import InArea
from tests.layers.areas.towns import merged_first_two, put_in_force, store
from tests.layers.figures import fates
from tests.layers.reports.steps.life import Life

pytestmark = pytest.mark.anyio


async def redrawn(url: str) -> None:
    """The second cell is merged into the first."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await store(connection, merged_first_two())
        await put_in_force(connection)
    await engine.dispose()


async def filed(life: Life, number: int) -> dict[str, tuple[int, int]]:
    """Reports filed and closed in each cell of an edition that has any."""
    async with fates.reading(life.url) as connection:
        told = await fates.sheet_of(connection, number=number)
        district = await district_of(connection, None)
        chosen = await edition(connection, district, number)
        period = fates.QUARTER
        found = await recompute(connection, district=district, edition=chosen, period=period, now=fates.NOW)
        assert found.differences == ()
    counts = {one.code: (one.counted.counts["filed"], one.counted.counts["closed"]) for one in told.rows}
    return {code: both for code, both in counts.items() if any(both)}


async def test_a_period_can_be_asked_for_in_the_areas_of_either_edition(life: Life) -> None:
    first, second, third = life.desk.cells()[:3]
    for cell in (0, 1, 1, 2):
        await fates.settled(life, await life.file(cell))
    of_an_area = await life.desk.file(InArea("grid", second), now=life.now)
    await fates.settled(life, of_an_area.report_id)
    await life.file(1)
    await redrawn(life.url)
    assert await filed(life, 1) == {first: (1, 1), second: (4, 3), third: (1, 1)}
    assert await filed(life, 2) == {first: (5, 4), third: (1, 1)}


async def test_what_lies_in_no_area_of_an_edition_is_counted_elsewhere(life: Life) -> None:
    await fates.settled(life, await life.file(1))
    await redrawn(life.url)
    async with fates.reading(life.url) as connection:
        before = await fates.sheet_of(connection, number=2)
        await connection.exec_driver_sql("update reports set geom = st_setsrid(st_makepoint(118.5, 36.6), 4326)")
        after = await fates.sheet_of(connection, number=2)
    counts = [(one.elsewhere.counts["closed"], one.total.counts["closed"]) for one in (before, after)]
    assert counts == [(0, 1), (1, 1)]
