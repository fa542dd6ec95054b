"""Figures folded from the journals are those that are served."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from layers.areas.queries import edition
from layers.districts.queries import district as district_of
from layers.figures.definitions import FIGURES
from layers.figures.recomputing import recompute
from layers.figures.records import By
from tests.layers.figures import fates
from tests.layers.reports.steps.life import Life

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("rounds", [4, pytest.param(14, marks=pytest.mark.long)])
async def test_lives_of_every_fate_give_the_same_numbers_by_both_ways(life: Life, rounds: int) -> None:
    await fates.live(life, rounds=rounds)
    async with fates.reading(life.url) as connection:
        district = await district_of(connection, None)
        chosen = await edition(connection, district, None)
        for period in (fates.QUARTER, fates.JANUARY, replace(fates.JANUARY, last=life.now.date())):
            found = await recompute(connection, district=district, edition=chosen, period=period, now=fates.NOW)
            assert found.differences == ()
            assert found.reports == rounds * (len(fates.FATES) + 1)
        told = await fates.sheet_of(connection, by=By.KIND)
        assert all(value is not None for value in told.figures(told.total).values())
        assert told.figures(told.total).keys() == FIGURES.keys()


async def test_a_row_that_says_something_else_than_its_journal_is_found(life: Life) -> None:
    report = await life.file()
    await fates.settled(life, report)
    async with fates.reading(life.url) as connection:
        await connection.execute(text("update reports set reworks = 1 where id = :id"), {"id": report})
        district = await district_of(connection, None)
        chosen = await edition(connection, district, None)
        found = await recompute(connection, district=district, edition=chosen, period=fates.QUARTER, now=fates.NOW)
    assert {(one.key, one.served, one.recomputed) for one in found.differences} == {
        ("count:reworked", 1, 0),
        ("rework_rate", 100.0, 0.0),
    }
    assert {one.by for one in found.differences} == {
        *("area:district", "area:street", "area:community", "area:grid", "kind", "unit", "group"),
    }
