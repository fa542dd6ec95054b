"""The test frame keeps its promises: the next test sees nothing of this one."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MARK = "CREATE TABLE left_behind (n int)"
SEEN = "SELECT to_regclass('left_behind') IS NOT NULL"


@pytest.mark.parametrize("turn", [1, 2])
def test_pg_is_migrated_and_rolled_back(pg: psycopg.Connection, turn: int) -> None:
    assert pg.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    assert pg.execute(SEEN).fetchone() == (False,)
    pg.execute(MARK)


@pytest.mark.parametrize("turn", [1, 2])
async def test_tx_is_rolled_back(tx: AsyncConnection, turn: int) -> None:
    assert (await tx.execute(text(SEEN))).scalar_one() is False
    await tx.execute(text(MARK))


@pytest.mark.parametrize("turn", [1, 2])
def test_each_db_url_is_a_new_database(db_url: str, turn: int) -> None:
    with psycopg.connect(db_url) as connection:
        assert connection.execute(SEEN).fetchone() == (False,)
        connection.execute(MARK)


def test_chinese_is_compared_by_similarity(pg: psycopg.Connection) -> None:
    assert pg.execute("SELECT similarity('光明街道', '光明街') > 0.3").fetchone() == (True,)
