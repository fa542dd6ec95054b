"""The four bounds (四至) of an area: what lies east, south, west and north of it, by name.

A side is what borders the area where its outline is seen from that side. Each of many level lines through the area
leaves it for good somewhere in the east, and whatever lies across that border has one line's share of the east:

          +---------+
     A    |    *----|--> B        east: B 50 %, C 50 %
          |         +----+
     A    |    *---------|--> C   west: A 100 %
          +--------------+

So crooked borders do not matter, a neighbour around a corner has its share of two sides, and one that encloses the
area has all four. Nothing is measured: in degrees the shares are the same as in a plane.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.edges import rings_of, segments_of
from geo.errors import LayerError
from geo.positions import Floats, Geometries

#: Beyond the layer's edge.
OUTSIDE = -1
#: A neighbour with less of a side is not named there.
LEAST_SHARE = 0.2
LINES = 100


class Side(StrEnum):
    """The sides in the order in which they are told: 东、南、西、北."""

    EAST = "east"
    SOUTH = "south"
    WEST = "west"
    NORTH = "north"


class Bound(NamedTuple):
    """A neighbour's index (`OUTSIDE`: none) and its share of the side (0 to 1)."""

    neighbour: int
    share: float


FourBounds = Mapping[Side, tuple[Bound, ...]]


@dataclass(frozen=True)
class _Outline:
    """The segments of one area and the neighbour across each."""

    begin: Floats
    end: Floats
    neighbours: NDArray[np.int64]


def four_bounds(polygons: Geometries, *, least_share: float = LEAST_SHARE) -> list[FourBounds]:
    """The four bounds of each polygon of a coverage, largest share first; every side names at least one neighbour.

    Neighbours with less than `least_share` of a side are left out, unless all have less: then the largest is named.
    Raises `LayerError` for polygons that are no coverage.
    """
    return [_bounds(outline, least_share) for outline in _outlines(np.asarray(polygons, dtype=object))]


def _outlines(polygons: Geometries) -> list[_Outline]:
    rings, owner = rings_of(polygons)
    begin, end, ring = segments_of(rings)
    polygon = owner[ring].astype(np.int64)
    across = _across(begin, end, polygon)
    cuts = np.searchsorted(polygon, np.arange(len(polygons) + 1))
    return [_Outline(begin[first:last], end[first:last], across[first:last]) for first, last in pairwise(cuts.tolist())]


def _across(begin: Floats, end: Floats, polygon: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each segment the polygon that has the same segment, `OUTSIDE` where none has."""
    turned = (begin[:, 0] > end[:, 0]) | ((begin[:, 0] == end[:, 0]) & (begin[:, 1] > end[:, 1]))
    edges = np.where(turned[:, None], np.hstack([end, begin]), np.hstack([begin, end]))
    order = np.lexsort(edges.T)
    same = (edges[order[1:]] == edges[order[:-1]]).all(axis=1)
    if (same[1:] & same[:-1]).any():
        raise LayerError("three polygons share an edge: they overlap, so repair the layer first")
    found = np.full(len(edges), OUTSIDE, np.int64)
    first, second = order[:-1][same], order[1:][same]
    found[first], found[second] = polygon[second], polygon[first]
    return found


def _bounds(outline: _Outline, least_share: float) -> FourBounds:
    east, west = _far_sides(outline, along=1)
    north, south = _far_sides(outline, along=0)
    seen = {Side.EAST: east, Side.SOUTH: south, Side.WEST: west, Side.NORTH: north}
    return {side: _shares(neighbours, least_share) for side, neighbours in seen.items()}


def _far_sides(outline: _Outline, *, along: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What lies beyond the last and the first border of lines across the axis `along` (0: lon, 1: lat)."""
    begin, end = outline.begin[:, along], outline.end[:, along]
    low, high = begin.min(), begin.max()
    lines = low + (high - low) * (np.arange(LINES) + 0.5) / LINES
    cut = (np.minimum(begin, end)[:, None] <= lines) & (lines < np.maximum(begin, end)[:, None])
    # A line may pass between the parts of an area.
    lines, cut = lines[cut.any(axis=0)], cut[:, cut.any(axis=0)]
    run = np.where(end == begin, 1.0, end - begin)[:, None]
    across, across_end = outline.begin[:, 1 - along, None], outline.end[:, 1 - along, None]
    places = across + (lines - begin[:, None]) / run * (across_end - across)
    last = np.where(cut, places, -np.inf).argmax(axis=0)
    first = np.where(cut, places, np.inf).argmin(axis=0)
    return outline.neighbours[last], outline.neighbours[first]


def _shares(neighbours: NDArray[np.int64], least_share: float) -> tuple[Bound, ...]:
    named, counts = np.unique(neighbours, return_counts=True)
    order = np.lexsort((named, -counts))
    bounds = [Bound(int(named[i]), float(counts[i] / counts.sum())) for i in order]
    return tuple(bound for bound in bounds if bound.share >= least_share) or tuple(bounds[:1])
