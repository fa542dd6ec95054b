"""Balancing: more even, in one piece, locks and barriers kept, measures that are true."""

from functools import cache
from time import perf_counter

import numpy as np
import pyogrio
import pytest
import shapely

from geo.positions import Floats
from geo.redraw import Coverage, Option, balance, check, measured
from geo.redraw.applying import apply
from geo.redraw.refused import Refused
from geo.redraw.tiling import tiled
from tests.geo.redraw.layers import CHECKOUT, METRE_EAST, demo_street, exactly, line, nine

SIX = ("00001", "00002", "00004", "00005", "00007", "00008")


@cache
def buildings() -> Floats:
    frame = pyogrio.read_dataframe(CHECKOUT / "data" / "shapefiles" / "buildings.shp", columns=["households"])
    middles = shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy()))
    return np.column_stack([middles, frame["households"].to_numpy(np.float64)])


def uneven(seed: int = 5) -> Floats:
    """Three hundred buildings over the two western columns, more and more of them to the south."""
    rng = np.random.default_rng(seed)
    lat = 39.0 + 0.03 * rng.beta(1, 2, 300)
    return np.column_stack([rng.uniform(121.0, 121.02, 300), lat, rng.integers(1, 12, 300)])


def carried_out(coverage: Coverage, option: Option) -> Coverage:
    for operation in option.operations:
        coverage = coverage.replaced(apply(coverage, operation))
    return coverage


def test_options_are_more_even_and_measured_as_they_come_out() -> None:
    before, weights = nine(), uneven()
    was = measured(before, before, SIX, weights)
    options = balance(before, SIX, weights)
    assert was.largest_deviation > 0.5
    assert was.moved_share == 0
    assert options[0].measures.largest_deviation < 0.1
    for option in options:
        after = carried_out(before, option)
        assert check(after, before=before) == ()
        assert measured(before, after, SIX, weights) == option.measures
        assert all(after[code].polygon.geom_type == "Polygon" for code in SIX)
        assert after["00003"].polygon.area == pytest.approx(1e-4, rel=1e-6)


def test_no_option_is_worse_in_everything_and_less_change_is_on_offer() -> None:
    options = balance(nine(), SIX, uneven())
    assert len(options) > 1
    moved = [option.measures.moved_share for option in options]
    assert min(moved) < moved[0]
    for one in options:
        for other in options:
            better = (
                other.measures.largest_deviation <= one.measures.largest_deviation,
                other.measures.moved_share <= one.measures.moved_share,
                other.measures.compactness >= one.measures.compactness,
            )
            assert other is one or not all(better)


def test_same_arguments_same_options() -> None:
    once, again = (balance(nine(), SIX, uneven()) for _ in range(2))
    assert [o.measures for o in once] == [o.measures for o in again]
    assert [o.operations for o in once] == [o.operations for o in again]


def test_how_far_one_walks_is_measured_from_the_middle_of_the_weights() -> None:
    """Two buildings a hundred metres apart in one cell, one alone in another."""
    east = 100 * METRE_EAST
    weights = np.array([[121.005, 39.005, 1.0], [121.005 + east, 39.005, 1.0], [121.015, 39.005, 2.0]])
    told = measured(nine(), nine(), SIX, weights)
    assert told.walk_m == pytest.approx(25.0, rel=0.01)


def test_locked_cells_stay_bit_for_bit() -> None:
    before = nine()
    for option in balance(before, SIX, uneven(), locks=["00005"]):
        assert "00005" not in {code for move in option.operations for code in (move.giver, move.taker)}
        after = carried_out(before, option)
        assert after["00005"].polygon.area == pytest.approx(1e-4, rel=1e-6)


def test_nothing_goes_over_a_barrier() -> None:
    """A river between the southern and the middle row."""
    river = line((120.99, 39.01), (121.04, 39.01))
    south = {"00001", "00002"}
    options = balance(nine(), SIX, uneven(), barriers=[river])
    assert any(option.operations for option in options)
    for option in options:
        assert all((move.giver in south) == (move.taker in south) for move in option.operations)
    free = [move for option in balance(nine(), SIX, uneven()) for move in option.operations]
    assert any((move.giver in south) != (move.taker in south) for move in free)


def test_tiles_cover_their_cells_and_hold_all_the_weight() -> None:
    coverage, weights = nine(), uneven()
    tiling = tiled(coverage, SIX, weights)
    assert sum(tiling.weights) == pytest.approx(weights[:, 2].sum())
    for row, code in enumerate(SIX):
        tiles = [tile for tile, owner in zip(tiling.polygons, tiling.owners, strict=True) if owner == row]
        assert sum(tile.area for tile in tiles) == pytest.approx(coverage[code].polygon.area, rel=1e-5)
    for tile, beside in enumerate(tiling.beside):
        assert all(tiling.beside[near][tile] == pytest.approx(length) for near, length in beside.items())
    assert shapely.coverage_is_valid(tiling.polygons)


@pytest.mark.parametrize(
    ("codes", "weights", "reason"),
    [
        (("00001",), uneven(), "same_cell"),
        (("00001", "00002"), np.empty((0, 3)), "nothing_moves"),
        (("00001", "x"), uneven(), "unknown_code"),
    ],
)
def test_what_cannot_be_balanced_is_refused(codes: tuple[str, ...], weights: Floats, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        balance(nine(), codes, weights)
    assert caught.value.reason == reason


def test_communities_of_the_demo_come_out_even_and_soon() -> None:
    street = demo_street()
    before, took_s, deviations = exactly(street), [], []
    for parent in sorted(street.parents)[:9]:
        codes = [cell.code for cell in street.cells if cell.parent == parent]
        box = shapely.box(*shapely.total_bounds([street[code].polygon for code in codes]))
        began = perf_counter()
        options = balance(street, codes, buildings()[shapely.intersects_xy(box, buildings()[:, :2])])
        took_s.append(perf_counter() - began)
        deviations.append(options[0].measures.largest_deviation)
    assert exactly(street) == before
    assert np.median(deviations) <= 0.06
    assert np.median(took_s) <= 3.0
