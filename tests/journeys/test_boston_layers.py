"""Boston's wards and precincts, from the files as the city gives them to an edition in force."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely

from tests.conftest import CHECKOUT
from tests.journeys.commands import Shell

pytestmark = [pytest.mark.journey, pytest.mark.shared_data]


def shapes_of(url: str, depth: int) -> dict[str, tuple[str, shapely.Geometry]]:
    """Parent code and polygon of every area of a level in force, by code."""
    statement = """
        select a.code, coalesce(p.code, ''), ST_AsBinary(v.geom)
        from edition_areas e join editions n on n.id = e.edition_id and n.status = 'in_force'
        join areas a on a.id = e.area_id join area_versions v on v.id = e.version_id
        left join areas p on p.id = v.parent_id where e.depth = %s
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(statement, [depth]).fetchall()
    return {code: (parent, shapely.from_wkb(bytes(wkb))) for code, parent, wkb in rows}


def test_precincts_in_feet_with_overlaps_end_clean_under_their_wards(
    shell: Shell, db_url: str, shared_data: Path, tmp_path: Path
) -> None:
    files = shared_data / "polygons" / "boston"
    wards = ("import", files / "Wards_22_wgs84.geojson", "--as", "ward", "--code", "WARD")
    cells_file = files / "Precincts_255_NO_CRS_feet2249.geojson"
    precincts = ("import", cells_file, "--as", "precinct", "--code", "WARD_PRECINCT", "--parent", "spatial")
    assert shell.run("district", CHECKOUT / "data" / "examples" / "boston.toml", "--commit").code == 0

    assert "invalid_ring" in shell.run(*wards, "--commit").err
    assert shell.run(*wards, "--repair", "--commit").code == 0

    feet = shell.run(*precincts, "--commit")
    assert feet.code == 1
    assert "cannot be degrees" in feet.err
    assert "add --crs EPSG:2249" in feet.err

    broken = shell.run(*precincts, "--crs", "EPSG:2249", "--commit", "--defects", tmp_path / "defects.geojson")
    assert broken.code == 1
    assert "overlap" in broken.err
    found = json.loads((tmp_path / "defects.geojson").read_text(encoding="utf-8"))["features"]
    kinds = [one["properties"]["kind"] for one in found]
    assert kinds.count("overlap") >= 44
    assert kinds.count("sliver") + kinds.count("gap") >= 78
    assert kinds.count("invalid_ring") == 2
    assert all(one["properties"]["size_m2"] > 0 for one in found if one["properties"]["kind"] == "overlap")

    island = shell.run(*precincts, "--crs", "EPSG:2249", "--repair", "--commit")
    assert "0115 has no parent: say --under 0115=PARENT" in island.err

    stored = shell.run(*precincts, "--crs", "EPSG:2249", "--repair", "--under", "0115=1", "--commit")
    assert stored.code == 0
    assert "Mended: 88 areas" in stored.out
    assert "Redrawn as the union of what lies below: 23 areas" in stored.out
    assert shell.run("publish", "--commit").code == 0

    cells, above = shapes_of(db_url, 2), shapes_of(db_url, 1)
    assert (len(cells), len(above), len(shapes_of(db_url, 0))) == (255, 22, 1)
    # The precinct's code begins with its ward; only the overlap was used to find it.
    assert all(int(code[:2]) == int(parent) for code, (parent, _) in cells.items())
    assert shapely.coverage_is_valid([shape for _, shape in cells.values()])
    for code, (_, ward) in above.items():
        own = np.array([shape for parent, shape in cells.values() if parent == code], dtype=object)
        assert shapely.normalize(shapely.coverage_union_all(own)).equals_exact(
            shapely.normalize(_single(ward)), tolerance=0.0
        )

    again = shell.run(*precincts, "--crs", "EPSG:2249", "--repair", "--under", "0115=1", "--commit")
    assert "Nothing changes" in again.out


def _single(shape: shapely.Geometry) -> shapely.Geometry:
    return shape.geoms[0] if len(shape.geoms) == 1 else shape
