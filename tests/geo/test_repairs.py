from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import check
from geo.crs import plane_for, read_crs, to_storage
from geo.defects import must_be_mended
from geo.errors import LayerError
from geo.positions import Bounds, Geometries
from geo.repairs import repair, snap
from tests.geo.coverages import TOWN, codes_for, grid, voronoi

PLANE = plane_for(TOWN)


def damaged(seed: int, *, share: float = 0.1) -> tuple[Geometries, Geometries]:
    """A clean coverage, and the same with some polygons moved by about a metre."""
    clean = voronoi(60, seed=seed, bends=3)
    rng = np.random.default_rng(seed)
    moved = clean.copy()
    for i in rng.choice(len(clean), int(share * len(clean)), replace=False):
        offset = rng.normal(0, 1e-5, 2)
        moved[i] = shapely.transform(clean[i], lambda points, by=offset: points + by)
    return clean, moved


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_a_mended_layer_passes_the_check_and_leaves_the_rest_untouched(seed: int) -> None:
    clean, broken = damaged(seed)
    codes = codes_for(broken)
    mended = repair(codes, broken, PLANE, gap_width_m=10.0)
    assert must_be_mended(check(codes, mended.polygons, PLANE, gap_width_m=10.0)) == []
    changed = {change.code for change in mended.changes}
    for code, before, after in zip(codes, broken, mended.polygons, strict=True):
        assert (before is after) == (code not in changed)
    assert len(changed) < len(codes)
    snapped = snap(mended.polygons)
    assert must_be_mended(check(codes, snapped, PLANE, gap_width_m=10.0)) == []
    assert shapely.equals_identical(snap(snapped), snapped).all()
    assert PLANE.areas_m2(snapped).sum() == pytest.approx(PLANE.areas_m2(clean).sum(), rel=1e-3)


def test_a_clean_layer_is_not_touched() -> None:
    cells = voronoi(40, bends=3)
    mended = repair(codes_for(cells), cells, PLANE)
    assert (mended.changes, mended.mended, mended.remaining) == ((), (), ())
    assert all(before is after for before, after in zip(cells, mended.polygons, strict=True))


def test_changes_say_by_how_much() -> None:
    step = 1e-5
    west, east = shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1 - step, 39, 121.3, 39.1)
    mended = repair(["w", "e"], np.array([west, east], dtype=object), PLANE)
    assert [defect.kind.value for defect in mended.mended] == ["overlap"]
    strip_m2 = mended.mended[0].size_m2
    assert strip_m2 is not None
    assert sum(change.moved_m2 for change in mended.changes) == pytest.approx(strip_m2, rel=1e-2)
    loser = max(mended.changes, key=lambda change: change.moved_m2)
    assert loser.before_m2 - loser.after_m2 == pytest.approx(strip_m2, rel=1e-2)
    assert loser.shift_m == pytest.approx(0.865, abs=0.01)


def test_what_is_no_polygon_cannot_be_mended() -> None:
    with pytest.raises(LayerError, match="'b' has no polygon"):
        repair(["a", "b"], np.array([shapely.box(121, 39, 122, 40), None], dtype=object), PLANE)


def test_boston_precincts_are_mended(shared_data: Path) -> None:
    table = pyogrio.read_dataframe(shared_data / "polygons/boston/Precincts_255_NO_CRS_feet2249.geojson")
    stored = to_storage(table.geometry.to_numpy(), read_crs("EPSG:2249"))
    mended = repair(codes_for(stored), stored, plane_for(Bounds(*shapely.total_bounds(stored))), gap_width_m=3.0)
    assert must_be_mended(mended.remaining) == []
    assert 80 < len(mended.changes) < 100
    assert sum(before is after for before, after in zip(stored, mended.polygons, strict=True)) > 150
    assert max(change.shift_m for change in mended.changes) < 20


def test_snapping_keeps_neighbours_joined_and_is_done_once() -> None:
    cells = PLANE.to_storage(PLANE.to_plane(voronoi(80, bends=5)))
    cells = shapely.transform(cells, lambda points: points + 1.23456e-9)
    snapped = snap(cells)
    points = shapely.get_coordinates(snapped)
    assert (points == np.round(points, 7)).all()
    assert shapely.coverage_is_valid(snapped)
    assert shapely.equals_identical(snap(snapped), snapped).all()


def test_snapping_survives_edges_closer_than_the_precision() -> None:
    """A vertex 4e-8 degrees beside a slanted edge: rounding alone pushes it across."""
    tip = (121.0500000, 39.0500000 + 4.4e-8)
    south = shapely.Polygon([(121, 39), (121.1, 39), (121.1, 39.1), tip, (121.0, 39.0000001)])
    north = shapely.Polygon([(121.0, 39.0000001), tip, (121.1, 39.1), (121, 39.1)])
    cells = np.array([south, north], dtype=object)
    assert shapely.coverage_is_valid(cells)
    snapped = snap(cells)
    assert shapely.is_valid(snapped).all()
    assert shapely.coverage_is_valid(snapped)


def test_snapping_refuses_to_lose_a_polygon() -> None:
    thread = shapely.box(121, 39, 121 + 2e-8, 39.1)
    rest = shapely.box(121 + 2e-8, 39, 121.1, 39.1)
    with pytest.raises(LayerError, match="polygon 1 is narrower"):
        snap(np.array([thread, rest], dtype=object))


def test_snapping_a_layer_that_is_no_coverage_only_rounds() -> None:
    overlapping = np.array([shapely.box(121, 39, 121.2, 39.1), shapely.box(121.1, 39, 121.3, 39.1)], dtype=object)
    assert shapely.equals_identical(snap(overlapping), overlapping).all()


def test_grids_are_already_snapped() -> None:
    assert shapely.equals_identical(snap(grid(9, 9)), grid(9, 9)).all()
