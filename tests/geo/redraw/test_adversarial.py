"""Lines as hands and machines draw them, on the bent grids of the demo and on bent cells with lakes and islands."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw import Coverage, Operation, Refused, Reshape, Split, Transfer, apply, check
from geo.redraw.metres import Frame
from tests.geo.redraw.drawing import METRES, Hand, edge_of
from tests.geo.redraw.layers import demo_street, holed

START = {"demo": cache(demo_street), "holed": cache(holed)}
TRIES = 60
Draw = Callable[[Coverage, str, Hand], Operation]


def outcomes(coverage: Coverage, draw: Draw, *, noise_m: float = 0.0) -> Counter[str]:
    """How often it held, and the reasons where it was refused; whatever held is a coverage."""
    hand, told = Hand(11, noise_m), Counter[str]()
    wide = [cell.code for cell in coverage.cells if cell.polygon.area > 1e-6 and not cell.polygon.interiors]
    for _ in range(TRIES):
        try:
            change = apply(coverage, draw(coverage, str(hand.rng.choice(wide)), hand))
            assert check(coverage.replaced(change), before=coverage) == ()
            told["held"] += 1
        except Refused as refused:
            assert refused.where is not None
            told[refused.reason] += 1
    return told


def halves(polygon: BaseGeometry, hand: Hand) -> tuple[BaseGeometry, BaseGeometry]:
    """The largest part of a cell on one side of a line through its middle, and that line."""
    middle, reach = np.array(polygon.centroid.coords[0]), 1.0
    angle = hand.rng.uniform(0, np.pi)
    way = reach * np.array([np.cos(angle), np.sin(angle)])
    cut = shapely.LineString([middle - way, middle + way])
    side = shapely.Polygon([middle - way, middle + way, middle + way[::-1] * [-1, 1] * 3])
    parts = shapely.get_parts(shapely.intersection(polygon, side))
    return max((part for part in parts if part.geom_type == "Polygon"), key=lambda part: float(part.area)), cut


def traced(line: BaseGeometry, hand: Hand, step_m: float = 15.0) -> np.ndarray:
    """Points along a line every few metres, as a hand puts them down."""
    frame = Frame.around(line)
    dense = shapely.segmentize(frame.metres(np.array([line], dtype=object))[0], step_m)
    return hand.strayed(shapely.get_coordinates(dense) / frame.scale + frame.origin)


def along_the_edge(coverage: Coverage, code: str, hand: Hand) -> Operation:
    return Split(code, edge_of(coverage[code].polygon, coverage[coverage.neighbours(code)[0]].polygon), (code, "n"))


def vertex_to_vertex(coverage: Coverage, code: str, hand: Hand) -> Operation:
    points = np.unique(shapely.get_coordinates(coverage[code].polygon), axis=0)
    one, other = hand.rng.choice(len(points), 2, replace=False)
    return Split(code, shapely.LineString(points[[one, other]]), (code, *hand.codes(5)))


def straight_across(coverage: Coverage, code: str, hand: Hand) -> BaseGeometry:
    """The longest stretch inside the cell of a line through its middle."""
    _, cut = halves(coverage[code].polygon, hand)
    inside = shapely.get_parts(shapely.intersection(cut, coverage[code].polygon))
    return max(inside, key=lambda part: float(part.length))


def short_by_three_metres(coverage: Coverage, code: str, hand: Hand) -> Operation:
    ends = shapely.get_coordinates(straight_across(coverage, code, hand))
    way_m = (ends[1] - ends[0]) / METRES
    inward = 3 * way_m / np.hypot(*way_m) * METRES
    return Split(code, shapely.LineString([ends[0] + inward, ends[1] - inward]), (code, *hand.codes(5)))


def five_decimals(coverage: Coverage, code: str, hand: Hand) -> Operation:
    ends = np.round(shapely.get_coordinates(straight_across(coverage, code, hand)), 5)
    return Split(code, shapely.LineString(ends), (code, *hand.codes(5)))


def zig_zag(coverage: Coverage, code: str, hand: Hand) -> Operation:
    across = straight_across(coverage, code, hand)
    points = shapely.get_coordinates(shapely.line_interpolate_point(across, np.linspace(0, 1, 25), normalized=True))
    points[1:-1] += np.tile([[40.0, 40.0], [-40.0, -40.0]], (12, 1))[:23] * METRES
    return Split(code, shapely.LineString(points), (code, *hand.codes(30)))


def self_crossing(coverage: Coverage, code: str, hand: Hand) -> Operation:
    across = shapely.get_coordinates(straight_across(coverage, code, hand))
    middle = across.mean(axis=0)
    loop = middle + np.array([[60, 0], [60, 60], [-60, 60], [0, -20]]) * METRES
    return Split(code, shapely.LineString([across[0], middle, *loop, across[1]]), (code, *hand.codes(30)))


def traced_transfer(coverage: Coverage, code: str, hand: Hand) -> Operation:
    """Half a cell, its old borders traced by hand, to a neighbour of that half."""
    half, _ = halves(coverage[code].polygon, hand)
    beside = {near: edge_of(half, coverage[near].polygon) for near in coverage.neighbours(code)}
    shared = {near: shapely.intersection(half.boundary, coverage[near].polygon.boundary).length for near in beside}
    taker = max(shared, key=lambda near: shared[near])
    return Transfer(code, taker, shapely.Polygon(traced(half.exterior, hand)[:-1]))


def traced_split(coverage: Coverage, code: str, hand: Hand) -> Operation:
    return Split(code, shapely.LineString(traced(straight_across(coverage, code, hand), hand)), (code, *hand.codes(5)))


def traced_reshape(coverage: Coverage, code: str, hand: Hand) -> Operation:
    """The middle of the longest shared edge, traced by hand and bulged by fifty metres."""
    polygon = coverage[code].polygon
    edges = {near: edge_of(polygon, coverage[near].polygon) for near in coverage.neighbours(code)}
    near = max(edges, key=lambda other: shapely.intersection(polygon.boundary, coverage[other].polygon.boundary).length)
    stretch = shapely.ops.substring(edges[near], 0.2, 0.8, normalized=True)
    points = traced(stretch, hand)
    aside = np.array(polygon.representative_point().coords[0]) - points.mean(axis=0)
    aside *= 50 / np.hypot(*(aside / METRES))
    bulge = np.sin(np.linspace(0, np.pi, len(points)))[:, None] * aside
    return Reshape(code, near, shapely.LineString(points + bulge))


@pytest.mark.parametrize("name", START)
def test_a_line_on_the_shared_edge_is_refused_with_its_reason(name: str) -> None:
    assert outcomes(START[name](), along_the_edge) == {"line_on_edge": TRIES}


@pytest.mark.parametrize("name", START)
@pytest.mark.parametrize("draw", [short_by_three_metres, five_decimals, zig_zag, self_crossing])
def test_splits_that_are_meant_hold(name: str, draw: Draw) -> None:
    assert outcomes(START[name](), draw)["held"] >= 0.98 * TRIES


@pytest.mark.parametrize("name", START)
def test_from_vertex_to_vertex_it_holds_or_says_that_nothing_is_cut(name: str) -> None:
    told = outcomes(START[name](), vertex_to_vertex)
    assert told["held"] >= TRIES // 3
    assert set(told) <= {"held", "line_on_edge", "too_thin", "line_short"}


@pytest.mark.parametrize("name", START)
@pytest.mark.parametrize("draw", [traced_transfer, traced_split, traced_reshape])
def test_traced_by_hand_with_two_metres_of_noise(name: str, draw: Draw) -> None:
    assert outcomes(START[name](), draw, noise_m=2.0)["held"] >= 0.98 * TRIES
