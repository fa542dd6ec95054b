"""The locator answers like shapely on every point, and like exact arithmetic on the hardest ones."""

import os
import stat
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

# X
from geo.crs import plane_for, read_crs, to_storage
from geo.errors import LayerError
from geo.locate import Locator
from geo.positions import Bounds, Floats, Geometries, LonLat
from geo.repairs import repair, snap
from tests.geo.coverages import TOWN, codes_for, grid, hard_points, voronoi

LONG = os.environ.get("WANGGE_LONG") == "1"
POINTS = 2_000_000 if LONG else 60_000


def by_shapely(polygons: Geometries, lon: Floats, lat: Floats) -> NDArray[np.int32]:
    """The oracle: of all polygons that intersect the point, the first; -1 for none."""
    lowest = np.full(len(lon), -1, np.int32)
    finite = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    pairs = shapely.STRtree(polygons).query(shapely.points(lon[finite], lat[finite]), predicate="intersects")
    for point, polygon in pairs.T[np.argsort(-pairs[1])]:
        lowest[finite[point]] = polygon
    return lowest


def assert_like_shapely(polygons: Geometries, count: int = POINTS, *, coverage: bool = True, seed: int = 1) -> None:
    locator = Locator.build(codes_for(polygons), polygons)
    assert locator.exact_coverage is coverage, locator.why_slow
    lon, lat = hard_points(polygons, count, seed=seed)
    wanted = by_shapely(polygons, lon, lat)
    np.testing.assert_array_equal(locator.indices(lon, lat), wanted)
    singly = [locator.index(LonLat(*point)) for point in zip(lon[:2000], lat[:2000], strict=True)]
    assert singly == wanted[:2000].tolist()


def with_holes_and_islands() -> Geometries:
    """A ring around a lake, an island district of two parts in it, and a neighbour with a gap to its east."""
    lake = shapely.box(121.1, 39.1, 121.2, 39.2)
    islands = shapely.union_all([shapely.box(121.12, 39.12, 121.14, 39.14), shapely.box(121.16, 39.16, 121.18, 39.18)])
    enclave = shapely.box(121.02, 39.02, 121.05, 39.05)
    around = shapely.box(121.0, 39.0, 121.3, 39.3) - lake - enclave
    return np.array([islands, around, enclave, shapely.box(121.4, 39.0, 121.5, 39.3)], dtype=object)


def test_answers_are_shapelys_on_a_bent_voronoi_coverage() -> None:
    assert_like_shapely(voronoi(300, bends=9), POINTS)


def test_answers_are_shapelys_on_a_grid_whose_borders_are_level_and_upright() -> None:
    assert_like_shapely(grid(23, 17), POINTS)


def test_answers_are_shapelys_with_holes_islands_and_parts() -> None:
    assert_like_shapely(with_holes_and_islands(), POINTS)


def test_answers_are_shapelys_for_coordinates_in_metres() -> None:
    cells = voronoi(80, bends=4)
    assert_like_shapely(plane_for(TOWN).to_plane(cells), 30_000)


def test_answers_are_shapelys_where_coordinates_are_finest() -> None:
    """Around (0, 0) points lie closer together than a determinant of long edges can tell apart."""
    assert_like_shapely(voronoi(12, seed=3, bounds=Bounds(-1, -1, 1, 1)), 60_000)


def test_answers_are_shapelys_for_one_polygon() -> None:
    assert_like_shapely(voronoi(1, bends=5), 6_000)


def test_overlapping_layer_takes_the_slow_way_and_says_so() -> None:
    overlapping = np.array([shapely.box(x, 39.0, x + 0.15, 39.2) for x in (121.0, 121.1, 121.2)], dtype=object)
    assert_like_shapely(overlapping, 12_000, coverage=False)
    assert "overlap" in str(Locator.build(codes_for(overlapping), overlapping).why_slow)


def test_a_polygon_inside_another_is_no_coverage() -> None:
    nested = np.array([shapely.box(121, 39, 122, 40), shapely.box(121.4, 39.4, 121.5, 39.5)], dtype=object)
    assert_like_shapely(nested, 6_000, coverage=False)


def test_twin_polygons_are_no_coverage() -> None:
    twins = np.array([shapely.box(121, 39, 122, 40)] * 2, dtype=object)
    assert_like_shapely(twins, 6_000, coverage=False)


def test_invalid_polygon_takes_the_slow_way() -> None:
    bow_tie = shapely.Polygon([(121, 39), (122, 40), (122, 39), (121, 40)])
    locator = Locator.build(["1"], np.array([bow_tie], dtype=object))
    assert locator.why_slow == "1 of 1 polygons are invalid"


def test_layer_too_small_for_its_coordinates_takes_the_slow_way() -> None:
    assert_like_shapely(np.array([shapely.box(121, 39, 121 + 1e-9, 39 + 1e-9)], dtype=object), 600, coverage=False)


@settings(max_examples=400 if LONG else 30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10**6), st.integers(0, 6), st.sampled_from([1e-3, 0.1, 5.0]))
def test_answers_are_shapelys_on_random_coverages(count: int, seed: int, bends: int, size_deg: float) -> None:
    cells = voronoi(count, seed=seed, bends=bends, bounds=Bounds(121, 39, 121 + size_deg, 39 + size_deg / 2))
    if shapely.coverage_is_valid(cells) and shapely.is_valid(cells).all():
        assert_like_shapely(cells, 600, seed=seed)


def test_answers_are_shapelys_on_boston_precincts_once_repaired(shared_data: Path) -> None:
    layer = pyogrio.read_dataframe(shared_data / "polygons/boston/Precincts_255_NO_CRS_feet2249.geojson")
    stored = to_storage(layer.geometry.to_numpy(), read_crs("EPSG:2249"))
    assert_like_shapely(stored, 6_000, coverage=False)
    plane = plane_for(Bounds(*shapely.total_bounds(stored)))
    repaired = snap(repair(codes_for(stored), stored, plane, gap_width_m=3.0).polygons)
    assert_like_shapely(repaired, POINTS)


def test_answers_are_shapelys_on_shenzhen_cells(shared_data: Path) -> None:
    layer = pyogrio.read_dataframe(shared_data / "polygons/shenzhen_grid500_noprj/grid.shp")
    assert_like_shapely(layer.geometry.to_numpy(), POINTS)


def exactly_within(polygon: shapely.Polygon, x: float, y: float) -> bool:
    """Whether the point lies in or on a polygon without holes, in rational arithmetic."""
    corners = [(Fraction(px), Fraction(py)) for px, py in polygon.exterior.coords]
    px, py = Fraction(x), Fraction(y)
    inside = False
    for (ax, ay), (bx, by) in pairwise(corners):
        turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if turn == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by):
            return True
        if (ay <= py) != (by <= py):
            inside ^= (turn > 0) == (by > ay)
    return inside


def test_answers_are_those_of_rational_arithmetic() -> None:
    cells = voronoi(12, seed=5, bends=2)
    lon, lat = hard_points(cells, 600, seed=5)
    lon, lat = lon[:-3], lat[:-3]
    located = Locator.build(codes_for(cells), cells).indices(lon, lat)
    for x, y, index in zip(lon, lat, located, strict=True):
        holders = [i for i, cell in enumerate(cells) if exactly_within(cell, float(x), float(y))]
        assert index == (holders[0] if holders else -1), (x, y)


def test_tie_goes_to_the_lowest_code_whatever_the_order_given() -> None:
    west, east = shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1, 39, 121.2, 39.1)
    locator = Locator.build(["b", "a"], np.array([west, east], dtype=object))
    assert locator.codes.tolist() == ["a", "b"]
    assert locator.code(LonLat(121.1, 39.05)) == "a"
    assert locator.code(LonLat(121.05, 39.05)) == "b"
    assert locator.code(LonLat(120.0, 39.05)) is None


def test_threads_give_the_same_answers() -> None:
    cells = voronoi(50)
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(120.9, 121.5, 300_000), rng.uniform(38.9, 39.4, 300_000)
    locator = Locator.build(codes_for(cells), cells)
    np.testing.assert_array_equal(locator.indices(lon, lat), locator.indices(lon, lat, threads=2))


def test_empty_layer_and_missing_polygons_hold_nothing() -> None:
    nothing = Locator.build([], np.array([], dtype=object))
    assert nothing.indices([121.0], [39.0]).tolist() == [-1]
    assert nothing.index(LonLat(121.0, 39.0)) == -1
    holed = Locator.build(["1", "2", "3"], np.array([None, shapely.box(121, 39, 122, 40), shapely.Polygon()], object))
    assert holed.indices([121.5, 123.0, np.nan], [39.5, 39.5, 39.5]).tolist() == [1, -1, -1]


def test_index_stays_small_and_fits_its_layer() -> None:
    three = Locator.build(codes_for(grid(3, 1)), grid(3, 1))
    assert three.index_bytes < 50_000
    many = grid(80, 60)
    assert Locator.build(codes_for(many), many).index_bytes < 100_000_000


@pytest.mark.parametrize(
    ("codes", "polygons", "says"),
    [
        (["1", "1"], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], "'1' occurs more than once"),
        (["1"], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], "1 codes for 2 polygons"),
        (["1"], [shapely.Point(0, 0)], "'1' is a Point"),
    ],
)
def test_unfit_layers_are_refused(codes: list[str], polygons: list[object], says: str) -> None:
    with pytest.raises(LayerError, match=says):
        Locator.build(codes, np.array(polygons, dtype=object))


def test_points_of_unlike_length_are_refused() -> None:
    cells = grid(2, 2)
    with pytest.raises(LayerError, match=r"lon has shape \(2,\) and lat \(1,\)"):
        Locator.build(codes_for(cells), cells).indices([1.0, 2.0], [1.0])


def test_compilation_does_not_need_a_writable_cache(tmp_path: Path) -> None:
    source = Path(__file__).resolve().parents[2] / "geo"
    copy = tmp_path / "geo"
    copy.mkdir()
    for file in source.glob("*.py"):
        (copy / file.name).write_text(file.read_text())
    (copy / "__pycache__").write_text("a file where the cache folder would be")
    copy.chmod(stat.S_IRUSR | stat.S_IXUSR)
    call = "border_distance_m(0., 0., numpy.array([[1., -1., 1., 1.]]), 0, 1)"
    code = f"import numpy; from geo._kernels import border_distance_m; print({call})"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"HOME": "/proc/nowhere", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert round(float(run.stdout)) == 111_319, run.stderr
