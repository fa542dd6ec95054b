"""Reports go out with what they are, and without what they hold of persons."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import psycopg
import pyogrio
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from layers.migrations import sqlalchemy_url
from layers.reports.exporting import FIELDS
from layers.reports.records import AtPosition, NoSubject
from tests.layers.reports.desk import Desk, desk_at
from tests.layers.write.exports import export
from tests.toytown import polygons

pytestmark = pytest.mark.anyio

PRIVATE: dict[str, Any] = {
    "text": "张三家漏水",
    "address": "和平路七号",
    "reporter_name": "张三",
    "reporter_phone": "13800000000",
}
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def filed(toytown_url: str) -> AsyncIterator[AsyncConnection]:
    """The town with three reports: in a grid, far away, and about no place."""
    async with await psycopg.AsyncConnection.connect(toytown_url) as connection:
        desk: Desk = await desk_at(toytown_url, connection)
        here = desk.middle_of(desk.cells()[0])
        assert isinstance(here, AtPosition)
        await desk.file(here, external_ref="ref-1", **PRIVATE)
        await desk.file(AtPosition(here.given._replace(lon=here.given.lon + 2), here.datum, 5.0))
        await desk.file(NoSubject(), kind="L02")
        await connection.commit()
    engine = create_async_engine(sqlalchemy_url(toytown_url), poolclass=NullPool)
    async with engine.connect() as reading:
        yield reading
    await engine.dispose()


async def test_every_report_is_there_with_codes_for_areas_and_people(filed: AsyncConnection, tmp_path: Path) -> None:
    frame = geopandas.read_file(await export(filed, "reports", tmp_path / "reports.gpkg"))
    assert list(frame.columns[:-1]) == [field.name for field in FIELDS]
    here, away, nowhere = (row for _, row in frame.iterrows())
    assert re.fullmatch(r"20250108-\d{7}", here["number"])
    assert (here["kind"], here["kind_name"], here["external_ref"]) == ("M01", "暴露垃圾", "ref-1")
    assert (here["area"], here["level"], here["assignee"]) == (polygons.grids().codes[0], "grid", "W0001")
    assert here["filed_at"] == "2025-01-08T10:00:00+08:00"
    assert here.geometry.within(polygons.grids().polygons[0])
    assert (bool(away["located"]), pd.isna(away["area"]), "unlocated" in away["flags"]) == (False, True, True)
    assert nowhere.geometry is None
    assert set(frame["edition"]) == {1}


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".csv", ".xlsx"])
async def test_nothing_of_persons_goes_out(filed: AsyncConnection, tmp_path: Path, ending: str) -> None:
    file = await export(filed, "reports", tmp_path / f"reports{ending}")
    frame = pyogrio.read_dataframe(file)
    assert len(frame) == 3
    assert "暴露垃圾" in frame.to_csv()
    for value in PRIVATE.values():
        assert value not in frame.to_csv()
        assert all(value.encode() not in one.read_bytes() for one in tmp_path.iterdir())


def test_the_names_in_a_shapefile_are_short_different_and_documented() -> None:
    shorts = [field.short for field in FIELDS]
    assert len(set(shorts)) == len(shorts)
    assert max(map(len, shorts)) <= 10
    documented = (CHECKOUT / "docs" / "export.md").read_text(encoding="utf-8")
    for field in FIELDS:
        assert f"| `{field.name}` | `{field.short}` |" in documented
