"""Importing what was exported changes nothing: every layer, every format that is read, in degrees and in metres."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import plane_for
from geo.positions import Bounds, Floats
from layers.areas.importing import store_level
from layers.districts.queries import district as district_of
from layers.places.importing import BUILDINGS, SERVICE_POINTS, PlacesImported, import_places
from layers.read.features import read_features
from layers.read.point_tables import read_outlines_table, read_points_table
from layers.read.rows import columns_of, row_chunks
from layers.roster.importing import import_roster
from tests.layers.areas.towns import LATER, prepare
from tests.layers.write.exports import export, furnish
from tests.toytown import polygons
from tests.toytown.loading import ACTOR

pytestmark = pytest.mark.anyio

READ = (".gpkg", ".shp", ".zip", ".geojson")
#: These hold text alone and do not say what their numbers refer to.
TABLES = (".csv", ".xlsx")
LEVELS = ("district", "street", "community", "grid")
#: The Gauss–Krüger plane of the town.
PLANE = f"EPSG:{plane_for(Bounds(*polygons.SOUTH_WEST, 117.3, 36.7)).srid}"
DEGREES = "EPSG:4326"
DUTIES = 202
#: A unit, its handler without any duty, and a street's officer who is of it.
UNITS = """
with unit as (
    insert into units (district_id, code, name) select id, '07', '城市管理局' from districts returning id, district_id
), moved as (
    update people set unit_id = unit.id from unit where number = 'S0001'
)
insert into people (district_id, number, role, shifts, unit_id)
select district_id, 'U0001', 'department_handler', '1-5 08:00-17:00', id from unit
"""


@pytest.mark.parametrize("crs", [None, PLANE])
@pytest.mark.parametrize("ending", READ + TABLES)
async def test_levels(toytown: AsyncConnection, tmp_path: Path, ending: str, crs: str | None) -> None:
    before = await furnish(toytown)
    for level in LEVELS:
        file = await export(toytown, level, tmp_path / f"{level}{ending}", crs=crs)
        table = read_outlines_table(file) if ending in TABLES else read_features(file)
        prepared = await prepare(toytown, table, level, crs=(crs or DEGREES) if ending in TABLES else None)
        assert not prepared.findings
        assert prepared.difference.is_empty
        assert prepared.changes_nothing
        assert await store_level(toytown, prepared, actor=ACTOR, now=LATER) == before


@pytest.mark.parametrize("crs", [None, PLANE])
@pytest.mark.parametrize("ending", READ + TABLES)
@pytest.mark.parametrize("kind", [BUILDINGS, SERVICE_POINTS])
async def test_places(toytown: AsyncConnection, tmp_path: Path, kind: str, ending: str, crs: str | None) -> None:
    facts, positions = await places(toytown, kind)
    imported = await again(toytown, kind, tmp_path / f"places{ending}", crs=crs)
    assert not imported.refused
    assert imported.unchanged > 0
    assert (imported.new, imported.changed, imported.only_stored) == (0, 0, 0)
    facts_after, positions_after = await places(toytown, kind)
    assert facts_after == facts
    assert (positions_after == positions).all()


@pytest.mark.parametrize("ending", TABLES)
async def test_the_roster(toytown: AsyncConnection, tmp_path: Path, ending: str) -> None:
    file = await export(toytown, "roster", tmp_path / f"roster{ending}")
    rows = [row for chunk in row_chunks(file) for row in chunk]
    district = await district_of(toytown, None)
    imported = await import_roster(toytown, district=district, columns=columns_of(file), rows=rows, now=LATER)
    assert not imported.refused
    found = imported.difference
    assert (len(rows), found.unchanged_people, found.unchanged_duties) == (DUTIES, 40, DUTIES)
    assert found.new_people + found.changed_people + found.new_duties + found.changed_duties + found.ended_duties == 0


@pytest.mark.parametrize("ending", TABLES)
async def test_a_roster_with_units(toytown: AsyncConnection, tmp_path: Path, ending: str) -> None:
    await toytown.execute(text(UNITS))
    everyone = text("select to_jsonb(p) from people p order by number")
    before = (await toytown.execute(everyone)).scalars().all()
    file = await export(toytown, "roster", tmp_path / f"roster{ending}")
    rows = [row for chunk in row_chunks(file) for row in chunk]
    assert sorted((row["number"], row["area"]) for row in rows if row["unit"])[-1] == ("U0001", "")
    district = await district_of(toytown, None)
    imported = await import_roster(toytown, district=district, columns=columns_of(file), rows=rows, now=LATER)
    assert not imported.refused
    assert (len(rows), imported.difference.unchanged_people, imported.difference.ended_duties) == (DUTIES + 1, 41, 0)
    assert (await toytown.execute(everyone)).scalars().all() == before


async def test_a_change_in_the_file_is_found(toytown: AsyncConnection, tmp_path: Path) -> None:
    file = await export(toytown, "grid", tmp_path / "grid.geojson")
    content = file.read_text(encoding="utf-8")
    file.write_text(content.replace("西一社区第001网格", "改名"), encoding="utf-8")
    assert len((await prepare(toytown, read_features(file))).difference.renamed) == 1


async def again(connection: AsyncConnection, kind: str, file: Path, *, crs: str | None = None) -> PlacesImported:
    """Export places and import them."""
    await export(connection, kind, file, crs=crs)
    axes = ("lon", "lat") if crs is None else ("x", "y")
    table = (
        read_points_table(file, lon=axes[0], lat=axes[1], crs=crs, has_datum=True)
        if file.suffix in TABLES
        else read_features(file)
    )
    return await import_places(connection, district=await district_of(connection, None), table=table, kind=kind)


async def places(connection: AsyncConnection, kind: str) -> tuple[list[object], Floats]:
    """Every place with all it has but its version, and their positions (n, 2)."""
    table = kind.replace("-", "_")
    statement = f"select to_jsonb(t) - 'geom' - 'row_version', ST_X(geom), ST_Y(geom) from {table} t order by id"
    rows = (await connection.execute(text(statement))).all()
    return [row[0] for row in rows], np.array([tuple(row)[1:] for row in rows], dtype=np.float64)
