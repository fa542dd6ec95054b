"""Killed at random under load: what was acknowledged is there once, and every listener heard everything once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.bench.filing_scratch import Scratch
from api.bench.kill import Size, kill
from api.bench.tokens import token
from api.cluster import Cluster
from api.cluster_database import prepare_database, url_of
from layers.actors import Role
from layers.areas.queries import areas, edition_in_force
from layers.migrations import migrate, sqlalchemy_url
from tests.toytown.loading import load

LONG = os.environ.get("WANGGE_LONG") == "1"
SIZE = Size(kills=70, writers=6, listeners=3) if LONG else Size(kills=6, writers=3, listeners=2)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Scratch]:
    """The toy town in a durable cluster of its own, which others do not miss when it is killed."""
    cluster = Cluster(tmp_path / "cluster")
    url = url_of(cluster.start(), "town")
    try:
        prepare_database(url)
        migrate(url)
        yield asyncio.run(_loaded(url, cluster))
    finally:
        cluster.stop()


async def _loaded(url: str, cluster: Cluster) -> Scratch:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        district = await load(connection)
        cells = await areas(connection, (await edition_in_force(connection, district)).id, depth=district.cell_depth)
    await engine.dispose()
    middles = tuple(one.label for one in cells)
    machine, dispatcher = await token(url, Role.MACHINE), await token(url, Role.DISPATCHER)
    return Scratch(url, cluster, middles, middles[0], (), {}, machine, dispatcher)


def test_whatever_is_killed_nothing_acknowledged_is_lost_or_doubled(town: Scratch, tmp_path: Path) -> None:
    outcome = kill(town, tmp_path, SIZE)
    judged = dict(outcome.judged)
    assert judged.pop("kills") == SIZE.kills
    assert judged == dict.fromkeys(judged, 0.0)
    assert outcome.differences == 0
    assert all(row.rate > 0 for row in outcome.rows)
