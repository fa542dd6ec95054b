import gzip
import json
from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo.errors import LayerError
from geo.outlines import decimals_for, label_points, outlines_text, simplify
from geo.positions import Bounds
from tests.geo.coverages import grid, voronoi


def test_neighbours_stay_joined() -> None:
    cells = voronoi(150, bends=11)
    light = simplify(cells, 5e-4)
    assert shapely.coverage_is_valid(light)
    assert not shapely.is_empty(light).any()
    assert shapely.get_num_coordinates(light).sum() < 0.7 * shapely.get_num_coordinates(cells).sum()


def test_all_grids_of_a_district_travel_in_six_hundred_kilobytes() -> None:
    cells = voronoi(3502, bends=11, seed=3, bounds=Bounds(121.3, 38.8, 122.3, 39.6))
    assert 60 <= np.median(shapely.get_num_coordinates(cells)) <= 90
    assert len(gzip.compress("\n".join(outlines_text(simplify(cells, 5e-4))).encode())) < 550_000


def test_decimals_are_as_few_as_hold_the_smallest_polygon() -> None:
    assert decimals_for(grid(3, 3)) == 5
    assert decimals_for(np.array([shapely.box(121, 39, 121.000004, 39.1)], dtype=object)) == 6
    assert decimals_for(np.array([shapely.box(121, 39, 121.000016, 39.1)], dtype=object)) == 6
    pond = shapely.box(121.000001, 39.000001, 121.0000013, 39.0000013)
    assert decimals_for(np.array([shapely.box(121, 39, 122, 40) - pond], dtype=object)) == 7


def rings(texts: list[str]) -> list[list[list[float]]]:
    """The outer ring of each polygon."""
    return [json.loads(text)["coordinates"][0] for text in texts]


def test_outlines_keep_their_order_and_decimals() -> None:
    west, east = rings(outlines_text(grid(2, 1)))
    assert max(lon for lon, _ in west) == min(lon for lon, _ in east)
    assert all(number == round(number, 5) for ring in (west, east) for point in ring for number in point)
    [coarse, *_] = rings(outlines_text(voronoi(5, bends=400), decimals=4))
    assert all(a != b for a, b in pairwise(coarse))


def test_numbers_are_written_as_short_as_they_are() -> None:
    assert outlines_text(np.array([shapely.box(121.1, 39.25, 121.30000000000001, 39.5)], dtype=object)) == [
        '{"type":"Polygon","coordinates":[[[121.3,39.25],[121.3,39.5],[121.1,39.5],[121.1,39.25],[121.3,39.25]]]}'
    ]


def test_labels_sit_inside_the_largest_part() -> None:
    small, large = shapely.box(0, 0, 1, 1), shapely.box(5, 0, 9, 4)
    crescent = shapely.Point(0, 0).buffer(2) - shapely.Point(0.5, 0).buffer(1.8)
    labels = label_points(np.array([shapely.union(small, large), crescent], dtype=object))
    assert shapely.contains_xy(large, *labels[0])
    assert shapely.contains_xy(crescent, *labels[1])
    assert label_points(np.array([], dtype=object)) == []
    with pytest.raises(LayerError, match="bear no label"):
        label_points(np.array([shapely.Polygon()], dtype=object))
