"""Split a cell into parts of about equal weight by straight lines, halving again and again.

+------+-----+     each cut is tried in twelve directions; of those that leave both sides in one piece the most
|  2   |  1  |     even one is taken, and among equally even ones (within 2 %) the shortest
+---+--+-----+
| 3 |   4    |
+---+--------+
"""

from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.positions import Floats
from geo.redraw.cells import Coverage
from geo.redraw.cutting import Redrawn, as_cells
from geo.redraw.drawn import cell_of, require_new
from geo.redraw.metres import THIN_M, Frame
from geo.redraw.noding import Face, lines_inside, recut
from geo.redraw.operations import SplitBalanced
from geo.redraw.refused import Refused

MOST_PARTS = 20
_DIRECTIONS = 12
_EVENLY = 0.02
_SAMPLES = 40


class _Weights(NamedTuple):
    """Points in metres (n, 2) and the weight at each (n)."""

    points: Floats
    at: Floats


class _Cut(NamedTuple):
    sides: tuple[BaseGeometry, BaseGeometry]
    line: BaseGeometry
    error: float


def split_balanced(coverage: Coverage, operation: SplitBalanced) -> Redrawn:
    """The cells after the cuts; without weights inside the cell its ground is shared out evenly."""
    cell = cell_of(coverage, operation.code)
    require_new(coverage, operation.codes, besides=cell.code)
    if not 2 <= operation.parts <= min(MOST_PARTS, len(operation.codes)):
        detail = f"parts is {operation.parts} with {len(operation.codes)} codes"
        raise Refused("too_few_codes", detail, remedy=f"give 2 to {MOST_PARTS} parts and a code for each")
    frame = Frame.around(cell.polygon)
    flat = frame.metres(np.array([cell.polygon], dtype=object))[0]
    pieces, cuts = _divided(flat, _weights_in(flat, frame, operation), operation.parts)
    pieces = sorted(pieces, key=lambda piece: -float(piece.area))
    lines = [line for cut in cuts for line in lines_inside(_in_degrees(cut, frame), cell.polygon)]

    def deal(faces: list[Face]) -> list[str]:
        points = frame.metres(shapely.point_on_surface([face.polygon for face in faces]))
        nearest = [int(np.argmin(shapely.distance(pieces, point))) for point in points]
        return [
            operation.codes[part] if face.owner == cell.code else face.owner
            for part, face in zip(nearest, faces, strict=True)
        ]

    return as_cells(coverage, recut(coverage, [cell.code], lines, deal), cell.parent)


def _weights_in(flat: BaseGeometry, frame: Frame, operation: SplitBalanced) -> _Weights:
    rows = np.array(operation.weights_at, np.float64).reshape(-1, 3)
    points = (rows[:, :2] - frame.origin) * frame.scale
    inside = shapely.intersects_xy(flat, points) & (rows[:, 2] > 0)
    if inside.any():
        return _Weights(points[inside], rows[inside, 2])
    west, south, east, north = flat.bounds
    x, y = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    ground = np.column_stack([x.ravel(), y.ravel()])
    ground = ground[shapely.intersects_xy(flat, ground)]
    return _Weights(ground, np.ones(len(ground)))


def _divided(piece: BaseGeometry, weights: _Weights, parts: int) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """The pieces and the lines between them, in metres."""
    if parts == 1:
        return [piece], []
    first = parts // 2
    cut = _best_cut(piece, weights, first / parts)
    pieces: list[BaseGeometry] = []
    lines = [cut.line]
    for side, share in zip(cut.sides, (first, parts - first), strict=True):
        inside = shapely.intersects_xy(side, weights.points)
        smaller, cuts = _divided(side, _Weights(weights.points[inside], weights.at[inside]), share)
        pieces, lines = [*pieces, *smaller], [*lines, *cuts]
    return pieces, lines


def _best_cut(piece: BaseGeometry, weights: _Weights, share: float) -> _Cut:
    if len(weights.points) < 2:
        raise Refused("too_thin", "the weights are too few for so many parts", remedy="ask for fewer parts")
    angles = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
    tried = [_cut(piece, weights, share, angle) for angle in angles]
    cuts = [cut for cut in tried if cut is not None]
    if not cuts:
        raise Refused("cuts_in_two", "no straight line leaves both sides in one piece", remedy="split by a drawn line")
    return min(cuts, key=lambda cut: (round(cut.error / _EVENLY), cut.line.length))


def _cut(piece: BaseGeometry, weights: _Weights, share: float, angle: float) -> _Cut | None:
    """The cut across a direction that leaves this share of the weight before it, None where it does not work."""
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    reach = weights.points @ along
    order = np.argsort(reach, kind="stable")
    sums = np.cumsum(weights.at[order])[:-1] / weights.at.sum()
    best = int(np.abs(sums - share).argmin())
    offset = (reach[order[best]] + reach[order[best + 1]]) / 2
    far = 2 * shapely.length(piece.boundary)
    line = shapely.LineString([offset * along - far * across, offset * along + far * across])
    before = shapely.Polygon([*line.coords, *(np.array(line.coords)[::-1] - far * along).tolist()])
    sides = (shapely.intersection(piece, before), shapely.difference(piece, before))
    if any(side.geom_type != "Polygon" or side.is_empty or _is_narrow(side) for side in sides):
        return None
    return _Cut(sides, shapely.intersection(line, piece), float(abs(sums[best] - share)))


def _is_narrow(side: BaseGeometry) -> bool:
    """Whether a piece (metres) is too narrow to be a cell."""
    return bool(shapely.is_empty(shapely.buffer(side, -THIN_M / 2, quad_segs=4)))


def _in_degrees(line: BaseGeometry, frame: Frame) -> BaseGeometry:
    """The line in degrees, led on by half a metre so that cuts meet."""
    points = shapely.get_coordinates(line)
    ends = points[[0, -1]]
    way = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    return shapely.LineString((ends + np.array([-0.5, 0.5])[:, None] * way) / frame.scale + frame.origin)
