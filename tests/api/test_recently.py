"""The last thirty days are counted once, and anew without anyone waiting for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from api import recently
from api.area_pages import edition_areas
from api.database import Database
from api.locators import Locators, Served
from api.recently import RecentFigures
from layers.actors import DESK
from layers.reports.lifecycle import Action
from tests.layers.reports.steps.life import Life, life_at

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 1, 10, 2, tzinfo=UTC)


async def _served(database: Database) -> Served:
    locators = Locators(database)
    watching = asyncio.create_task(locators.watch())
    try:
        await locators.settled()
        return await locators.district(None)
    finally:
        watching.cancel()


async def closed_in(recent: RecentFigures, database: Database) -> int:
    served = await _served(database)
    async with database.reading(DESK) as connection:
        areas = await edition_areas(connection, served, None)
        went = await recent.of(connection, areas, served.district.levels[0], scope=DESK, now=NOW)
    [one] = went.values()
    return one.closed or 0


async def close_one(life: Life) -> None:
    number = await life.file()
    holder, desk = await life.holder(number), await life.person("D0001")
    await life.take(holder, number, Action.ACCEPT)
    await life.take(holder, number, Action.REPORT_BACK, outcome="settled")
    await life.take(desk, number, Action.VERIFY)


async def test_who_looks_later_sees_what_was_counted_meanwhile(
    toytown_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(toytown_url, size=4)
    await database.open()
    recent = RecentFigures(database)
    async with life_at(toytown_url) as life:
        await close_one(life)
        assert await closed_in(recent, database) == 1
        await close_one(life)
        assert await closed_in(recent, database) == 1
        monkeypatch.setattr(recently, "LIFE_S", 0.0)
        async with asyncio.timeout(20):
            while await closed_in(recent, database) != 2:
                await asyncio.sleep(0.05)
    await database.close()
