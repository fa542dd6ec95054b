"""What is exported is one moment, and exporting changes nothing."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from layers.migrations import sqlalchemy_url
from layers.write.snapshots import hold_still

pytestmark = pytest.mark.anyio

NAMES = "select count(*) from area_versions where name = '新名'"


async def test_what_others_change_meanwhile_is_not_seen_and_nothing_can_be_written(toytown_url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await hold_still(connection)
        assert await connection.scalar(text(NAMES)) == 0
        with psycopg.connect(toytown_url) as other:
            other.execute("update area_versions set name = '新名'")
        assert await connection.scalar(text(NAMES)) == 0
        with pytest.raises(DBAPIError, match="read-only"):
            await connection.execute(text("update area_versions set name = 'x'"))
        await connection.rollback()
    await engine.dispose()
