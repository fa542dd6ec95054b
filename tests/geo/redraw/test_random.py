"""Random operations: always a coverage, no drift, replay and undo bit for bit."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.crs import plane_for, read_crs, to_storage
from geo.positions import Bounds
from geo.redraw import Coverage, check
from geo.repairs import repair, snap
from tests.geo.redraw.drawing import lived
from tests.geo.redraw.layers import covering, demo_street, holed

LONG = os.environ.get("WANGGE_LONG") == "1"
LIFE = 25
LIVES = 480 if LONG else 8
START = {"demo": cache(demo_street), "holed": cache(holed)}
REAL = {
    "boston": ("boston/Wards_22_wgs84.geojson", None),
    "stlouis": ("stlouis/STL_POLITICS_Wards10.shp", None),
    "shenzhen": ("shenzhen_grid500_noprj/grid.shp", "WGS84"),
}
CALM = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


@cache
def real(folder: Path, name: str) -> Coverage:
    path, crs = REAL[name]
    frame = pyogrio.read_dataframe(folder / "polygons" / path)
    polygons = to_storage(shapely.force_2d(frame.geometry.to_numpy()), read_crs(crs or frame.crs.to_wkt()))
    if name != "shenzhen":
        plane = plane_for(Bounds(*shapely.total_bounds(polygons)))
        polygons = repair([str(row) for row in range(len(polygons))], polygons, plane, gap_width_m=5.0).polygons
    return covering(snap(polygons), [f"c{row % 3}" for row in range(len(polygons))])


@pytest.mark.parametrize("name", START)
@settings(CALM, max_examples=LIVES)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_is_drawn_the_coverage_holds(name: str, seed: int) -> None:
    _, held = lived(START[name](), LIFE, seed)
    assert held >= LIFE // 5


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REAL)
@settings(CALM, max_examples=max(2, LIVES // 4))
@given(seed=st.integers(0, 2**32 - 1))
def test_on_real_layers_too(shared_data: Path, name: str, seed: int) -> None:
    start = real(shared_data, name)
    assert check(start) == () or name == "stlouis", "St. Louis has a thin inlet between two wards"
    _, held = lived(start, LIFE, seed)
    assert held >= LIFE // 5


def test_one_long_life() -> None:
    """A plan that goes on and on: the index is built anew on the way."""
    start = START["demo"]()
    end, held = lived(start, 3000 if LONG else 120, 7)
    assert held > 60
    assert len(end) != len(start)
    assert np.isfinite(shapely.total_bounds([cell.polygon for cell in end.cells])).all()
