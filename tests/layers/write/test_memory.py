"""A layer of any length takes the same memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.layers.write.exports import export

pytestmark = [pytest.mark.anyio, pytest.mark.long]

MORE = """
    insert into buildings (district_id, code, address, kind, households, residents, over_60, geom, area_id, attributes)
    select district_id, 'X' || n, address, kind, households, residents, over_60, geom, area_id, '{"floors": 3}'
    from generate_series(1, :rows) n, (select * from buildings limit 1) one
"""


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".csv", ".xlsx"])
async def test_five_times_the_rows_take_the_same_memory(toytown: AsyncConnection, tmp_path: Path, ending: str) -> None:
    peaks = []
    for rows in (10_000, 50_000):
        await toytown.execute(text("delete from buildings where code like 'X%'"))
        await toytown.execute(text(MORE), {"rows": rows})
        tracemalloc.start()
        await export(toytown, "buildings", tmp_path / f"buildings{ending}")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0], peaks
