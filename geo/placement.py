"""The honest answer to "which grid": the grid, how certain that is, and every grid the accuracy circle touches.

          +---------+---------+
          |    _    |         |      The fix lies in the west grid, 3 m from the border, its accuracy is 10 m:
          |   ( x)--|)        |      certainty = the share of the disc in the west grid; both grids are candidates.
          |         |         |
          +---------+---------+

Shares and distances are taken in a plane around the point (metres per degree at its latitude); the disc is a polygon
of 64 corners with the circle's area, so shares are exact to a thousandth and distances to a thousandth of themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, isnan
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.distance import metres_per_degree
from geo.errors import AccuracyError
from geo.locate import OUTSIDE, Locator
from geo.positions import Floats, LonLat

WIDEST_ACCURACY_M = 5_000.0
POOR_ACCURACY_M = 100.0
#: More cells than this help nobody: a circle of kilometres touches hundreds.
MOST_CANDIDATES = 20
_SHARE_DECIMALS = 4
_CORNERS = 64


class PlacementFlag(StrEnum):
    """What a reader of a placement should know."""

    OUTSIDE_NEAREST = "outside_nearest"
    NEAR_BORDER = "near_border"
    ACCURACY_ASSUMED = "accuracy_assumed"
    ACCURACY_POOR = "accuracy_poor"
    UNLOCATED = "unlocated"
    CANDIDATES_OMITTED = "candidates_omitted"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cell that the accuracy circle touches: its share of the disc (0 to 1), its distance from the position."""

    code: str
    share: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a position belongs.

    `certainty` is the share of the whole disc that lies in the answering cell, so near the layer's edge it is below 1
    even with one candidate. `candidates` are at most `MOST_CANDIDATES`, those of the largest shares and always the
    answering cell; a flag says that there were more. `border_m` is the distance to the answering cell's border, None
    for a position in no cell; `nearest_m` the distance to the nearest cell for such a position, None where none is in
    reach. `accuracy_m` is the radius that was used.
    """

    code: str | None
    certainty: float
    candidates: tuple[Candidate, ...]
    flags: tuple[PlacementFlag, ...]
    border_m: float | None
    nearest_m: float | None
    accuracy_m: float


def place(
    locator: Locator,
    position: LonLat,
    *,
    accuracy_m: float | None,
    assumed_accuracy_m: float,
    reach_m: float,
    poor_accuracy_m: float = POOR_ACCURACY_M,
) -> Placement:
    """Place one position.

    No accuracy, or 0 (which a phone writes for a mock fix), is taken as `assumed_accuracy_m` and flagged; one above
    `poor_accuracy_m` is flagged, and one above 5 km is taken as 5 km. A position in no cell gets the nearest within
    `reach_m`, flagged, else no code. Raises `AccuracyError` for a negative or infinite accuracy.
    """
    accuracy = _accuracy(accuracy_m, assumed_accuracy_m, poor_accuracy_m)
    index = locator.index(position)
    if index == OUTSIDE:
        return _placed_outside(locator, position, accuracy, reach_m)
    border_m = locator.borders.distance_m(position.lon, position.lat, index)
    return _placed_inside(locator, position, index, border_m, accuracy)


def place_many(
    locator: Locator,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    accuracy_m: ArrayLike | None,
    assumed_accuracy_m: float,
    reach_m: float,
    poor_accuracy_m: float = POOR_ACCURACY_M,
    threads: int = 1,
) -> list[Placement]:
    """Place n positions, each answer equal to that of `place`; in `accuracy_m` (n,) NaN stands for none."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    given_m = np.full(len(x), np.nan) if accuracy_m is None else np.asarray(accuracy_m, np.float64)
    if given_m.shape != x.shape:
        raise AccuracyError(f"accuracy_m has shape {given_m.shape}, lon {x.shape}: give one accuracy for each position")
    accuracies = [_accuracy(value, assumed_accuracy_m, poor_accuracy_m) for value in given_m.tolist()]
    indices = locator.indices(x, y, threads=threads)
    borders_m = locator.borders.distances_m(x, y, indices) if len(locator.codes) else np.empty(len(x))
    placements = []
    for row_lon, row_lat, accuracy, index, border_m in zip(
        x.tolist(), y.tolist(), accuracies, indices.tolist(), borders_m.tolist(), strict=True
    ):
        position = LonLat(row_lon, row_lat)
        if index == OUTSIDE:
            placements.append(_placed_outside(locator, position, accuracy, reach_m))
        else:
            placements.append(_placed_inside(locator, position, index, border_m, accuracy))
    return placements


class _Accuracy(NamedTuple):
    radius_m: float
    flags: tuple[PlacementFlag, ...]


def _accuracy(accuracy_m: float | None, assumed_m: float, poor_m: float) -> _Accuracy:
    if accuracy_m is None or isnan(accuracy_m) or accuracy_m == 0:
        return _Accuracy(assumed_m, (PlacementFlag.ACCURACY_ASSUMED,))
    if accuracy_m < 0 or not isfinite(accuracy_m):
        raise AccuracyError(f"accuracy_m is {accuracy_m}: give metres from 0 up, or nothing when it is not known")
    if accuracy_m > poor_m:
        return _Accuracy(min(accuracy_m, WIDEST_ACCURACY_M), (PlacementFlag.ACCURACY_POOR,))
    return _Accuracy(accuracy_m, ())


def _placed_inside(locator: Locator, position: LonLat, index: int, border_m: float, accuracy: _Accuracy) -> Placement:
    radius_m, flags = accuracy
    code = str(locator.codes[index])
    if border_m >= radius_m:
        return Placement(code, 1.0, (Candidate(code, 1.0, 0.0),), flags, border_m, None, radius_m)
    near = _cells_within(locator, position, radius_m)
    candidates = _candidates(locator, position, near, radius_m)
    kept, omitted = _largest(candidates, code)
    flags = (*flags, PlacementFlag.NEAR_BORDER, *omitted)
    return Placement(code, _share_of(code, candidates), kept, flags, border_m, None, radius_m)


def _placed_outside(locator: Locator, position: LonLat, accuracy: _Accuracy, reach_m: float) -> Placement:
    radius_m, flags = accuracy
    if not (isfinite(position.lon) and isfinite(position.lat)):
        return Placement(None, 0.0, (), (*flags, PlacementFlag.UNLOCATED), None, None, radius_m)
    near = _cells_within(locator, position, max(radius_m, reach_m))
    candidates = _candidates(locator, position, near, radius_m)
    nearest = min(near, key=lambda cell: (cell[1], cell[0]), default=None)
    if nearest is None or nearest[1] > reach_m:
        nearest_m = nearest[1] if nearest else None
        kept, omitted = _largest(candidates, None)
        return Placement(None, 0.0, kept, (*flags, PlacementFlag.UNLOCATED, *omitted), None, nearest_m, radius_m)
    code = str(locator.codes[nearest[0]])
    kept, omitted = _largest(candidates, code)
    flags = (*flags, PlacementFlag.OUTSIDE_NEAREST, *omitted)
    return Placement(code, _share_of(code, candidates), kept, flags, None, nearest[1], radius_m)


def _share_of(code: str, candidates: Sequence[Candidate]) -> float:
    return next((candidate.share for candidate in candidates if candidate.code == code), 0.0)


def _largest(
    candidates: tuple[Candidate, ...], code: str | None
) -> tuple[tuple[Candidate, ...], tuple[PlacementFlag, ...]]:
    """The largest of the candidates, which come by share, and the answering cell; a flag if some are left out."""
    if len(candidates) <= MOST_CANDIDATES:
        return candidates, ()
    kept, left = candidates[:MOST_CANDIDATES], candidates[MOST_CANDIDATES:]
    answering = tuple(one for one in left if one.code == code)
    return (*kept[: MOST_CANDIDATES - len(answering)], *answering), (PlacementFlag.CANDIDATES_OMITTED,)


def _cells_within(locator: Locator, position: LonLat, radius_m: float) -> list[tuple[int, float]]:
    """Index and distance of every cell within `radius_m` of the position."""
    lon, lat = position
    east_m, north_m = metres_per_degree(lat)
    # A touch wider than the circle: rounding must not lose a cell that it just touches.
    reach_lon, reach_lat = 1.001 * radius_m / east_m, 1.001 * radius_m / north_m
    box = shapely.box(lon - reach_lon, lat - reach_lat, lon + reach_lon, lat + reach_lat)
    cells = np.sort(locator.tree.query(box))
    holds = shapely.intersects_xy(locator.polygons[cells], lon, lat)
    distances_m = (
        0.0 if held else locator.borders.distance_m(lon, lat, int(cell))
        for cell, held in zip(cells, holds, strict=True)
    )
    near = zip(cells.tolist(), distances_m, strict=True)
    return [(cell, distance_m) for cell, distance_m in near if distance_m <= radius_m]


def _candidates(
    locator: Locator, position: LonLat, near: Sequence[tuple[int, float]], radius_m: float
) -> tuple[Candidate, ...]:
    """The cells that the circle touches, the largest share first, equal shares by code."""
    touched = [(cell, distance_m) for cell, distance_m in near if distance_m <= radius_m]
    if not touched:
        return ()
    disc = _disc(position, radius_m)
    cells = np.array([cell for cell, _ in touched])
    shares: NDArray[np.float64] = shapely.area(shapely.intersection(locator.areal_polygons[cells], disc))
    shares = np.minimum(np.round(shares / shapely.area(disc), _SHARE_DECIMALS), 1.0)
    rows = zip(locator.codes[cells].tolist(), shares.tolist(), touched, strict=True)
    candidates = [Candidate(code, share, distance_m) for code, share, (_, distance_m) in rows]
    return tuple(sorted(candidates, key=lambda candidate: (-candidate.share, candidate.code)))


def _unit_disc() -> Floats:
    """Corners of a regular polygon with the area of the unit circle."""
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = np.sqrt(2 * np.pi / (_CORNERS * np.sin(2 * np.pi / _CORNERS)))
    corners: Floats = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return corners


_UNIT_DISC = _unit_disc()


def _disc(position: LonLat, radius_m: float) -> shapely.Polygon:
    return shapely.polygons(np.array(position) + _UNIT_DISC * radius_m / np.array(metres_per_degree(position.lat)))
