"""Two people who import into one draft at the same time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from layers.migrations import sqlalchemy_url
from tests.layers.areas.towns import grids_with, store
from tests.toytown import polygons
from tests.toytown.loading import level_table

pytestmark = pytest.mark.anyio


async def test_the_second_waits_and_builds_upon_the_first(toytown_url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    grids, communities = polygons.grids(), polygons.communities()
    named = grids_with(grids.polygons, name=["一", *grids.names[1:]])
    renamed = level_table(
        polygons.Level(communities.codes, ["二", *communities.names[1:]], communities.parents, communities.polygons)
    )

    async def second() -> int:
        async with engine.begin() as connection:
            return (await store(connection, renamed, "community")).number

    async with engine.begin() as connection:
        first = await store(connection, named)
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert await waiting == first.number
    async with engine.connect() as connection:
        statement = "select count(*) from editions where status = 'draft'"
        assert await connection.scalar(text(statement)) == 1
        statement = """
            select count(*) from edition_areas e join area_versions v on v.id = e.version_id
            join editions n on n.id = e.edition_id and n.status = 'draft' where v.name in ('一', '二')
        """
        assert await connection.scalar(text(statement)) == 2
    await engine.dispose()
