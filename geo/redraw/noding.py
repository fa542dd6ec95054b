"""The kernel: one way of cutting for every operation, so that a coverage stays one.

    +-----+-----+      1. the borders of the targets and of all around them are noded together with the drawn lines,
    |  A /|  B  |         on the precision grid (snap rounding);
    |   / |     |      2. every face goes to its owner by a point inside it, then to whom the operation's rule deals it;
    +--+--+-----+      3. the faces of each owner are joined. A neighbour whose border was crossed receives the node.
    |   C       |

Cutting one polygon alone would leave its neighbours without the new nodes: the coverage would be broken each time.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DECIMALS, PRECISION_DEG
from geo.redraw.cells import Coverage
from geo.redraw.metres import are_thin


class Face(NamedTuple):
    """A smallest piece between the borders and the drawn lines, and the code of the cell it lies in."""

    polygon: BaseGeometry
    owner: str


Deal = Callable[[list[Face]], list[str]]


def recut(
    coverage: Coverage, targets: Iterable[str], lines: Iterable[BaseGeometry], deal: Deal
) -> dict[str, BaseGeometry | None]:
    """The polygons that differ after `deal` has said whose each face is; None for codes that own nothing more.

    `deal` answers one code for each face, in order; it may raise `Refused`.
    """
    around = sorted(coverage.ring(targets))
    polygons = np.array([coverage[code].polygon for code in around], dtype=object)
    faces = faces_of(around, polygons, lines)
    owned: dict[str, list[BaseGeometry]] = {}
    for face, owner in zip(faces, deal(faces), strict=True):
        owned.setdefault(owner, []).append(face.polygon)
    after = {owner: joined(pieces) for owner, pieces in owned.items()}
    unchanged = {
        code
        for code, polygon in zip(around, shapely.normalize(polygons), strict=True)
        if code in after and shapely.equals_identical(polygon, after[code])
    }
    return {code: after.get(code) for code in sorted({*around, *after} - unchanged)}


def joined(pieces: Sequence[BaseGeometry]) -> BaseGeometry:
    """The union of pieces that share their borders vertex for vertex, its rings in the standard order."""
    union = shapely.coverage_union_all(list(pieces)) if len(pieces) > 1 else pieces[0]
    return shapely.normalize(shapely.transform(union, lambda points: np.round(points, PRECISION_DECIMALS)))


def lines_inside(line: BaseGeometry, polygon: BaseGeometry) -> list[BaseGeometry]:
    """The stretches of a line in a polygon, on the precision grid."""
    parts = shapely.get_parts(shapely.intersection(line, polygon, grid_size=PRECISION_DEG))
    return [part for part in parts if part.geom_type == "LineString"]


def shared_deg(one: BaseGeometry, other: BaseGeometry) -> float:
    """The length of the border that two polygons share, in degrees."""
    return float(shapely.length(shapely.intersection(one.boundary, other.boundary, grid_size=PRECISION_DEG)))


def without_thin_parts(
    faces: Sequence[Face], owners: Sequence[str], pair: tuple[str, str], width_m: float
) -> list[str]:
    """The owners, each thin part that hangs loose from one of the pair given to the other: the edge was hand-traced."""
    dealt = list(owners)
    for _ in range(3):
        loose = [row for one in pair for row in _loose_rows(faces, dealt, one, width_m)]
        if not loose:
            break
        for row in loose:
            dealt[row] = pair[1] if dealt[row] == pair[0] else pair[0]
    return dealt


def _loose_rows(faces: Sequence[Face], owners: Sequence[str], code: str, width_m: float) -> list[int]:
    """The faces in the thin parts of a code, its largest part left out."""
    rows = [row for row, owner in enumerate(owners) if owner == code]
    parts = shapely.get_parts(joined([faces[row].polygon for row in rows])) if rows else []
    if len(parts) < 2:
        return []
    order = np.argsort(-shapely.area(parts), kind="stable")[1:]
    smaller = np.asarray(parts, dtype=object)[order]
    thin = smaller[np.array(are_thin(smaller, width_m), dtype=bool)]
    points = shapely.point_on_surface([faces[row].polygon for row in rows])
    inside, _ = shapely.STRtree(thin).query(points, predicate="within")
    return [rows[int(row)] for row in inside]


def faces_of(codes: Sequence[str], polygons: object, lines: Iterable[BaseGeometry]) -> list[Face]:
    """The faces between the borders of the polygons and the lines, noded on the precision grid, each with its code."""
    linework = shapely.union_all([*shapely.boundary(polygons), *lines], grid_size=PRECISION_DEG)
    pieces = shapely.get_parts(shapely.polygonize([linework]))
    points = shapely.point_on_surface(pieces)
    piece, owner = shapely.STRtree(polygons).query(points, predicate="within")
    return [Face(pieces[row], codes[code]) for row, code in sorted(zip(piece.tolist(), owner.tolist(), strict=True))]
