"""The four bounds of squares, of shapes around corners, and of the toy town."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import LayerError
from geo.four_bounds import OUTSIDE, FourBounds, Side, four_bounds
from geo.positions import Geometries
from tests.toytown import polygons


def layer(*shapes: shapely.Polygon) -> Geometries:
    return np.array(shapes, dtype=object)


def named(bounds: FourBounds) -> dict[str, list[int]]:
    return {side.value: [bound.neighbour for bound in bounds[side]] for side in Side}


def square(x: float, y: float) -> shapely.Polygon:
    return shapely.box(x, y, x + 1, y + 1)


def test_the_middle_of_a_cross_has_one_neighbour_on_each_side() -> None:
    cross = layer(square(1, 1), square(2, 1), square(1, 0), square(0, 1), square(1, 2))
    middle, east, *_ = four_bounds(cross)
    assert named(middle) == {"east": [1], "south": [2], "west": [3], "north": [4]}
    assert named(east) == {"east": [OUTSIDE], "south": [OUTSIDE], "west": [0], "north": [OUTSIDE]}
    assert list(middle) == ["east", "south", "west", "north"]


def test_shares_are_those_of_the_side() -> None:
    west = shapely.Polygon([(0, 0), (1, 0), (1, 0.3), (1, 1), (0, 1)])
    bounds = four_bounds(layer(west, shapely.box(1, 0, 2, 0.3), shapely.box(1, 0.3, 2, 1)))[0][Side.EAST]
    assert [(one.neighbour, round(one.share, 2)) for one in bounds] == [(2, 0.7), (1, 0.3)]


def test_a_neighbour_around_the_corner_lies_on_both_sides() -> None:
    around = shapely.Polygon([(0, -1), (2, -1), (2, 1), (1, 1), (1, 0), (0, 0)])
    bounds = named(four_bounds(layer(square(0, 0), around))[0])
    assert bounds == {"east": [1], "south": [1], "west": [OUTSIDE], "north": [OUTSIDE]}


def test_an_enclave_has_the_same_neighbour_on_all_sides_and_the_hole_is_not_seen() -> None:
    whole = shapely.box(-1, -1, 2, 2).difference(square(0, 0))
    inner, outer = four_bounds(layer(square(0, 0), whole))
    assert set(map(tuple, named(inner).values())) == {(1,)}
    assert set(map(tuple, named(outer).values())) == {(OUTSIDE,)}


def test_a_crooked_border_is_one_side() -> None:
    teeth = [(1 + 0.2 * (i % 2), i / 10) for i in range(11)]
    west = shapely.Polygon([(0, 0), *teeth, (0, 1)])
    east = shapely.Polygon([*teeth[::-1], (3, 0), (3, 1)])
    bounds = four_bounds(layer(west, east))[0]
    assert named(bounds)["east"] == [1]
    assert bounds[Side.NORTH][0].neighbour == OUTSIDE


def test_a_small_share_is_left_out_unless_all_are_small() -> None:
    west = shapely.Polygon([(0, 0), (1, 0), (1, 0.05), (1, 1), (0, 1)])
    east = (shapely.box(1, 0, 2, 0.05), shapely.box(1, 0.05, 2, 1))
    assert named(four_bounds(layer(west, *east))[0])["east"] == [2]
    assert named(four_bounds(layer(west, *east), least_share=0.01)[0])["east"] == [2, 1]
    assert named(four_bounds(layer(west, *east), least_share=0.99)[0])["east"] == [2]


def test_parts_of_an_area_are_one_area() -> None:
    parts = shapely.MultiPolygon([square(0, 0), square(0, 5)])
    assert named(four_bounds(layer(parts, square(1, 0), square(1, 5)))[0])["east"] == [1, 2]


def test_an_overlap_is_refused() -> None:
    with pytest.raises(LayerError, match="repair"):
        four_bounds(layer(square(0, 0), square(0, 0), square(0, 0)))


@given(st.integers(-6, 6), st.integers(-100, 100), st.integers(-50, 50))
def test_moving_and_scaling_a_town_changes_no_bounds(doublings: int, lon: int, lat: int) -> None:
    cells = polygons.grids().polygons[:12]
    moved = shapely.transform(cells, lambda points: points * 2.0**doublings + (lon, lat))
    assert [named(one) for one in four_bounds(moved)] == [named(one) for one in four_bounds(cells)]


def test_in_the_lattice_of_the_toy_town_east_is_the_cell_to_the_right() -> None:
    cells = np.array(
        [polygons.cell_polygon(column, row) for row in range(polygons.ROWS) for column in range(polygons.COLUMNS)]
    )
    bounds = four_bounds(cells)
    for index, one in enumerate(bounds):
        column, row = index % polygons.COLUMNS, index // polygons.COLUMNS
        right = index + 1 if column + 1 < polygons.COLUMNS else OUTSIDE
        below = index + polygons.COLUMNS if row + 1 < polygons.ROWS else OUTSIDE
        assert one[Side.EAST][0].neighbour == right
        assert one[Side.SOUTH][0].neighbour == below
        if right != OUTSIDE:
            assert bounds[right][Side.WEST][0].neighbour == index
