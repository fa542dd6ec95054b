import csv
import gzip
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distance import geodesic_m, metres_per_degree
from geo.errors import AccuracyError
from geo.locate import Locator
from geo.placement import (
    MOST_CANDIDATES,
    WIDEST_ACCURACY_M,
    Candidate,
    Placement,
    PlacementFlag,
    place,
    place_many,
)
from geo.positions import LonLat
from tests.geo.coverages import codes_for, grid, hard_points, voronoi

WEST, EAST = shapely.box(121.0, 39.0, 121.1, 39.1), shapely.box(121.1, 39.0, 121.2, 39.1)
TWO = Locator.build(["w", "e"], np.array([WEST, EAST], dtype=object))
EAST_M, NORTH_M = (float(scale) for scale in metres_per_degree(39.05))
TOWN = Locator.build(codes_for(voronoi(200, bends=3)), voronoi(200, bends=3))


def placed(lon: float, lat: float, accuracy_m: float | None = 10.0, reach_m: float = 50.0) -> Placement:
    return place(TWO, LonLat(lon, lat), accuracy_m=accuracy_m, assumed_accuracy_m=20.0, reach_m=reach_m)


def test_deep_inside_is_certain() -> None:
    answer = placed(121.05, 39.05)
    assert (answer.code, answer.certainty, answer.flags) == ("w", 1.0, ())
    assert answer.candidates == (Candidate("w", 1.0, 0.0),)
    assert answer.border_m is not None
    assert abs(answer.border_m - 0.05 * EAST_M) < 1
    assert answer.nearest_m is None


def test_beside_a_border_both_cells_are_candidates_with_the_shares_of_a_circle() -> None:
    answer = placed(121.1 - 5 / EAST_M, 39.05)
    assert answer.code == "w"
    assert answer.flags == (PlacementFlag.NEAR_BORDER,)
    assert answer.border_m is not None
    assert abs(answer.border_m - 5) < 0.01
    # A chord at half the radius cuts off acos(1/2) - 1/2 sqrt(3)/2 of the disc, over pi.
    beyond = (np.arccos(0.5) - 0.5 * np.sqrt(0.75)) / np.pi
    assert [candidate.code for candidate in answer.candidates] == ["w", "e"]
    assert abs(answer.candidates[1].share - beyond) < 1e-3
    assert answer.candidates[0].distance_m == 0
    assert abs(answer.candidates[1].distance_m - 5) < 0.01
    assert answer.certainty == answer.candidates[0].share


def test_a_cell_that_the_circle_only_just_touches_is_a_candidate() -> None:
    answer = placed(121.1 - 9.9 / EAST_M, 39.05)
    assert [candidate.code for candidate in answer.candidates] == ["w", "e"]
    assert answer.certainty > 0.999


def test_on_the_border_the_lowest_code_answers_with_half_the_disc() -> None:
    answer = placed(121.1, 39.05)
    assert (answer.code, answer.certainty) == ("e", 0.5)
    assert [candidate.code for candidate in answer.candidates] == ["e", "w"]


def test_at_the_layers_edge_one_candidate_is_not_certainty() -> None:
    answer = placed(121.0 + 1 / EAST_M, 39.05)
    assert [candidate.code for candidate in answer.candidates] == ["w"]
    assert 0.5 < answer.certainty < 0.6


def test_outside_within_reach_takes_the_nearest_and_says_so() -> None:
    answer = placed(121.0 - 30 / EAST_M, 39.05)
    assert (answer.code, answer.certainty, answer.candidates) == ("w", 0.0, ())
    assert answer.flags == (PlacementFlag.OUTSIDE_NEAREST,)
    assert answer.nearest_m is not None
    assert abs(answer.nearest_m - 30) < 0.05
    assert answer.border_m is None


def test_outside_within_the_circle_has_a_share() -> None:
    answer = placed(121.0 - 5 / EAST_M, 39.05)
    assert answer.code == "w"
    assert 0.15 < answer.certainty < 0.25


def test_outside_beyond_reach_is_unlocated_with_its_candidates() -> None:
    far = placed(121.0 - 60 / EAST_M, 39.05)
    assert (far.code, far.flags, far.nearest_m) == (None, (PlacementFlag.UNLOCATED,), None)
    touched = placed(121.0 - 60 / EAST_M, 39.05, accuracy_m=80.0)
    assert touched.code is None
    assert [candidate.code for candidate in touched.candidates] == ["w"]


@pytest.mark.parametrize("accuracy_m", [None, 0.0, float("nan")])
def test_no_accuracy_is_assumed_and_flagged(accuracy_m: float | None) -> None:
    answer = placed(121.05, 39.05, accuracy_m)
    assert (answer.accuracy_m, answer.flags) == (20.0, (PlacementFlag.ACCURACY_ASSUMED,))


def test_poor_accuracy_is_flagged_and_bounded() -> None:
    answer = placed(121.05, 39.05, 1e6)
    assert answer.accuracy_m == WIDEST_ACCURACY_M
    assert PlacementFlag.ACCURACY_POOR in answer.flags
    assert len(answer.candidates) == 2


@pytest.mark.parametrize("accuracy_m", [-1.0, float("inf")])
def test_impossible_accuracy_is_refused(accuracy_m: float) -> None:
    with pytest.raises(AccuracyError, match="accuracy_m is"):
        placed(121.05, 39.05, accuracy_m)
    with pytest.raises(AccuracyError, match="accuracy_m is"):
        place_many(TWO, [121.0], [39.0], accuracy_m=[accuracy_m], assumed_accuracy_m=20, reach_m=50)


def test_a_position_that_is_no_number_is_unlocated() -> None:
    answer = placed(float("nan"), 39.0)
    assert (answer.code, answer.flags, answer.candidates) == (None, (PlacementFlag.UNLOCATED,), ())


def test_overlapping_and_invalid_layers_are_placed_too() -> None:
    bow_tie = shapely.Polygon([(121, 39), (121.2, 39.2), (121.2, 39), (121, 39.2)])
    layer = Locator.build(["1", "2"], np.array([WEST, bow_tie], dtype=object))
    answer = place(layer, LonLat(121.02, 39.05), accuracy_m=10, assumed_accuracy_m=20, reach_m=50)
    assert answer.code == "1"
    near = place(layer, LonLat(121.0 + 1e-5, 39.05), accuracy_m=10, assumed_accuracy_m=20, reach_m=50)
    assert [candidate.code for candidate in near.candidates] == ["1", "2"]


def test_empty_layer_places_nothing() -> None:
    nothing = Locator.build([], np.array([], dtype=object))
    one = place(nothing, LonLat(121, 39), accuracy_m=5, assumed_accuracy_m=20, reach_m=50)
    assert one.flags == (PlacementFlag.UNLOCATED,)
    assert place_many(nothing, [121.0], [39.0], accuracy_m=[5.0], assumed_accuracy_m=20, reach_m=50) == [one]


def test_many_answers_are_the_single_ones() -> None:
    lon, lat = hard_points(TOWN.polygons, 600)
    accuracy_m = np.random.default_rng(1).choice([np.nan, 0, 3, 50, 400], len(lon))
    many = place_many(TOWN, lon, lat, accuracy_m=accuracy_m, assumed_accuracy_m=15, reach_m=100)
    rows = zip(lon.tolist(), lat.tolist(), accuracy_m.tolist(), strict=True)
    singly = [place(TOWN, LonLat(x, y), accuracy_m=m, assumed_accuracy_m=15, reach_m=100) for x, y, m in rows]
    assert many == singly
    assert sum(PlacementFlag.NEAR_BORDER in answer.flags for answer in many) > 100
    assert place_many(TOWN, lon[:3], lat[:3], accuracy_m=None, assumed_accuracy_m=15, reach_m=100)[0].accuracy_m == 15
    with pytest.raises(AccuracyError, match="give one accuracy for each position"):
        place_many(TOWN, lon, lat, accuracy_m=[1.0], assumed_accuracy_m=15, reach_m=100)


@settings(max_examples=60, deadline=None)
@given(st.floats(121.01, 121.39), st.floats(39.01, 39.29), st.floats(1, 900))
def test_shares_are_those_of_many_sampled_positions(lon: float, lat: float, accuracy_m: float) -> None:
    answer = place(TOWN, LonLat(lon, lat), accuracy_m=accuracy_m, assumed_accuracy_m=15, reach_m=50)
    turn = np.arange(20_000) * 2.399963229728653
    reach_m = accuracy_m * np.sqrt((np.arange(20_000) + 0.5) / 20_000)
    east_m, north_m = metres_per_degree(lat)
    found = TOWN.indices(lon + reach_m * np.cos(turn) / east_m, lat + reach_m * np.sin(turn) / north_m)
    shares = {candidate.code: candidate.share for candidate in answer.candidates}
    for index in np.unique(found[found >= 0]):
        assert abs(shares[str(TOWN.codes[index])] - np.mean(found == index)) < 2e-3
    assert sum(shares.values()) <= 1 + 1e-3
    assert all(candidate.distance_m <= accuracy_m for candidate in answer.candidates)


def test_border_distance_is_the_geodesic_one() -> None:
    position = LonLat(121.1 - 3e-4, 39.05)
    answer = placed(*position)
    exact = geodesic_m(position.lon, position.lat, 121.1, 39.05)
    assert answer.border_m is not None
    assert abs(answer.border_m - exact) < 1e-3 * exact


def test_boston_requests_have_their_ward_among_the_candidates(shared_data: Path) -> None:
    layer = pyogrio.read_dataframe(shared_data / "polygons/boston/Wards_22_wgs84.geojson")
    wards = Locator.build([f"{ward:02d}" for ward in layer["WARD"]], layer.geometry.to_numpy())
    with gzip.open(shared_data / "reports/boston311_2011.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::5]
    default = ("42.3594", "-71.0587")
    rows = [row for row in rows if row["ward"].strip() and (row["latitude"], row["longitude"]) != default]
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("longitude", "latitude"))
    answers = place_many(wards, lon, lat, accuracy_m=np.full(len(rows), 10.0), assumed_accuracy_m=10, reach_m=100)
    told = [row["ward"].removeprefix("Ward ").zfill(2) for row in rows]
    among = [
        ward in [candidate.code for candidate in answer.candidates] for ward, answer in zip(told, answers, strict=True)
    ]
    assert len(rows) > 10_000
    assert np.mean(among) > 0.997


def test_of_many_candidates_the_largest_shares_are_kept() -> None:
    cells = grid(40, 40)
    locator = Locator.build([f"{number:04d}" for number in range(len(cells))], cells)
    middle = shapely.centroid(cells[820])
    where = LonLat(middle.x, middle.y)
    wide = place(locator, where, accuracy_m=5_000, assumed_accuracy_m=20, reach_m=200)
    assert len(wide.candidates) == MOST_CANDIDATES
    assert PlacementFlag.CANDIDATES_OMITTED in wide.flags
    assert list(wide.candidates) == sorted(wide.candidates, key=lambda one: (-one.share, one.code))
    near = place(locator, where, accuracy_m=5, assumed_accuracy_m=20, reach_m=200)
    assert PlacementFlag.CANDIDATES_OMITTED not in near.flags


def test_the_answering_cell_is_always_among_the_candidates() -> None:
    # A sliver holds the position; the circle covers far larger cells all around it.
    cells = [*grid(40, 40), shapely.box(120.9995, 39.0, 121.0, 39.0001)]
    locator = Locator.build([f"{number:04d}" for number in range(len(cells))], np.array(cells, dtype=object))
    answer = place(locator, LonLat(120.9999, 39.00005), accuracy_m=5_000, assumed_accuracy_m=20, reach_m=200)
    assert answer.code == "1600"
    assert answer.candidates[-1].code == "1600"
    assert len(answer.candidates) == MOST_CANDIDATES
    assert answer.certainty == answer.candidates[-1].share
