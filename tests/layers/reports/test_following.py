"""Open reports follow a redrawn map; closed ones and those in areas that did not change stay as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import psycopg
import pytest
import shapely
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from geo.positions import Datum, LonLat
from layers.areas.publishing import Publication
from layers.migrations import sqlalchemy_url
from layers.reports.journal import broken_at
from layers.reports.records import AtPosition, InArea
from tests.layers.areas.towns import merged_first_two, put_in_force, store
from tests.layers.reports.desk import Desk, desk_at
from tests.toytown import polygons
from tests.toytown.loading import level_table


@pytest.fixture
async def desk(toytown_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield await desk_at(toytown_url, connection)


async def merge_first_two_grids(url: str) -> Publication:
    """Put an edition in force in which the first grid has taken over the second."""
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await store(connection, merged_first_two())
        publication = await put_in_force(connection)
    await engine.dispose()
    return publication


async def test_open_reports_move_with_an_entry_each_and_their_holder_keeps_them(desk: Desk, toytown_url: str) -> None:
    first, second, third = desk.cells()[:3]
    stays = await desk.file(desk.middle_of(first))
    moves = await desk.file(desk.middle_of(second))
    about = await desk.file(InArea("grid", second))
    apart = await desk.file(desk.middle_of(third))
    closed = await desk.file(desk.middle_of(second))
    await desk.rows("update reports set status = 'closed' where id = %s returning id", closed.report_id)
    before = {one["id"]: one for one in await desk.rows("select * from reports")}

    publication = await merge_first_two_grids(toytown_url)
    told = next(one for one in publication.follow_ups if one.subject == "Open reports")
    assert dict(told.figures) == {"looked at again": 3, "in another area": 2, "in no area any more": 0}

    after = {one["id"]: one for one in await desk.rows("select * from reports")}
    for one in (stays, apart, closed):
        assert after[one.report_id] == before[one.report_id]
    home = desk.compiled.cell(first)
    for one in (moves, about):
        row, was = after[one.report_id], before[one.report_id]
        assert (row["area_id"], row["area_path"], row["located"]) == (home.id, home.path, True)
        assert row["edition_id"] == publication.edition.id
        assert (row["assignee_id"], row["status"]) == (was["assignee_id"], was["status"])
        assert row["holder_area_id"] == home.id
        assert (row["entries"], row["row_version"]) == (was["entries"] + 1, was["row_version"] + 1)
        entries = await desk.rows(
            "select position, type, body, digest from journal_entries where report_id = %s order by 1", one.report_id
        )
        assert entries[-1]["type"] == "relocated"
        assert broken_at((entry["position"], entry["body"], entry["digest"]) for entry in entries) is None
        assert row["chain_head"] == entries[-1]["digest"]


async def test_what_lay_outside_is_located_when_the_map_reaches_it(desk: Desk, toytown_url: str) -> None:
    grids = polygons.grids()
    east = int(np.argmax(shapely.bounds(grids.polygons)[:, 2]))
    bounds = shapely.bounds(grids.polygons[east])
    outside = LonLat(float(bounds[2]) + 0.006, float(bounds[1] + bounds[3]) / 2)
    filed = await desk.file(AtPosition(outside, Datum.WGS84, 5.0))
    assert filed.report is not None
    assert not filed.report.located
    grids.polygons[east] = shapely.union(
        grids.polygons[east],
        shapely.box(outside.lon - 0.0075, outside.lat - 0.0002, outside.lon + 0.001, outside.lat + 0.0002),
        grid_size=1e-7,
    )
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await store(connection, level_table(grids), repair=True)
        await put_in_force(connection)
    await engine.dispose()
    [row] = await desk.rows("select * from reports where id = %s", filed.report_id)
    assert (row["located"], row["area_id"]) == (True, desk.compiled.cell(grids.codes[east]).id)
    assert "unlocated" not in row["flags"]
