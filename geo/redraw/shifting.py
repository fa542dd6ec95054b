"""Shift the border of two cells: transfer an area, reshape the shared edge, drag a vertex."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DECIMALS, PRECISION_DEG
from geo.positions import LonLat
from geo.redraw.cells import Cell, Coverage
from geo.redraw.cutting import Redrawn, as_cells, dealt_inside
from geo.redraw.drawn import cell_of, require_adjacent, require_different, require_whole, sound_area
from geo.redraw.metres import REACH_M, THIN_M, Frame, are_thin, reaching
from geo.redraw.noding import Face, joined, lines_inside, recut, without_thin_parts
from geo.redraw.operations import MoveVertex, Reshape, Transfer
from geo.redraw.refused import Refused


def transfer(coverage: Coverage, operation: Transfer) -> Redrawn:
    """The cells after an area went over; loose parts thinner than 10 m that the hand left go to the other party."""
    require_different(operation.giver, operation.taker)
    giver, taker = cell_of(coverage, operation.giver), cell_of(coverage, operation.taker)
    area = sound_area(operation.area)
    if not shapely.intersection(area, giver.polygon).area:
        detail = f"the area does not meet {giver.code!r}"
        raise Refused("area_outside", detail, remedy="draw it over the cell that gives", where=area)

    def deal(faces: list[Face]) -> list[str]:
        dealt = dealt_inside(faces, area, giver.code, taker.code)
        return without_thin_parts(faces, dealt, (giver.code, taker.code), THIN_M)

    lines = lines_inside(area.boundary, giver.polygon)
    after = recut(coverage, [giver.code, taker.code], lines, deal)
    if giver.code not in after or taker.code not in after or _stays(giver, after[giver.code]):
        remedy = "draw an area wider than 10 m inside the cell that gives"
        raise Refused("nothing_moves", f"nothing of {giver.code!r} would go over", remedy=remedy, where=area)
    require_whole(taker, after[taker.code], "not_adjacent", "draw the area up to the border of the cell that takes")
    require_whole(giver, after[giver.code], "cuts_in_two", "draw the area so that the rest hangs together")
    return as_cells(coverage, after, giver.parent)


def reshape(coverage: Coverage, operation: Reshape) -> Redrawn:
    """The cells after the shared edge follows the line: what lies between line and edge changes sides."""
    require_different(operation.one, operation.other)
    one, other = cell_of(coverage, operation.one), cell_of(coverage, operation.other)
    require_adjacent(one, other)
    union = joined([one.polygon, other.polygon])
    line = reaching(operation.line, _shared(one, other))
    sides = {one.code: other.code, other.code: one.code}

    def deal(faces: list[Face]) -> list[str]:
        between = [face.owner in sides and not _lies_on(face.polygon, union.boundary) for face in faces]
        flipped = [sides[face.owner] if turns else face.owner for turns, face in zip(between, faces, strict=True)]
        if not any(between):
            detail = f"the line does not close on the border of {one.code!r} and {other.code!r}"
            raise Refused("line_open", detail, remedy="begin and end it on their shared border", where=line)
        return without_thin_parts(faces, flipped, (one.code, other.code), THIN_M)

    after = recut(coverage, list(sides), lines_inside(line, union), deal)
    if not {one.code, other.code} <= set(after):
        remedy = "draw it away from the old border"
        raise Refused("nothing_moves", "the border would stay where it is", remedy=remedy, where=line)
    for cell in (one, other):
        require_whole(cell, after[cell.code], "cuts_in_two", "draw the line so that both cells hang together")
    return as_cells(coverage, after, one.parent)


def move_vertex(coverage: Coverage, operation: MoveVertex) -> Redrawn:
    """The cells after a vertex, the nearest within 5 m of the place, was dragged; all that have it follow."""
    at = _nearest_vertex(coverage, operation.at)
    to = np.round(np.array(operation.to), PRECISION_DECIMALS)
    if (at == to).all():
        raise Refused("nothing_moves", "the vertex would stay where it is", remedy="drag it further")
    holders = sorted(code for code in coverage.meeting(shapely.Point(at)) if _has(coverage[code].polygon, at))
    if shapely.intersects(joined([coverage[code].polygon for code in holders]).boundary, shapely.Point(at)):
        remedy = "the outline of the whole and of its holes is not a plan's to change"
        raise Refused("on_outline", "the vertex lies on the outline", remedy=remedy, where=shapely.Point(at))
    moved = {code: _moved(coverage[code].polygon, at, to) for code in holders}
    broken = [code for code, polygon in moved.items() if not polygon.is_valid]
    if broken:
        where = shapely.LineString([at, to])
        raise Refused("crosses_border", f"the border of {broken[0]!r} would cross itself", remedy="drag it less far",
                      where=where)  # fmt: skip
    return {code: Cell(code, coverage[code].parent, shapely.normalize(polygon)) for code, polygon in moved.items()}


def _stays(giver: Cell, after: BaseGeometry | None) -> bool:
    moved = giver.polygon if after is None else shapely.difference(giver.polygon, after)
    return moved.is_empty or are_thin([moved], 0.1)[0]


def _shared(one: Cell, other: Cell) -> BaseGeometry:
    return shapely.intersection(one.polygon.boundary, other.polygon.boundary, grid_size=PRECISION_DEG)


def _lies_on(polygon: BaseGeometry, outline: BaseGeometry) -> bool:
    """Whether a stretch of the polygon's border, not only points, lies on the outline."""
    shared = shapely.intersection(polygon.boundary, outline, grid_size=PRECISION_DEG)
    return bool(shapely.length(shared) > 10 * PRECISION_DEG)


def _nearest_vertex(coverage: Coverage, at: LonLat) -> np.ndarray:
    point = shapely.Point(at)
    frame = Frame.around(point)
    codes = sorted(coverage.meeting(shapely.buffer(point, 2 * REACH_M / float(frame.scale.min()))))
    points = np.vstack([np.empty((0, 2)), *(shapely.get_coordinates(coverage[code].polygon) for code in codes)])
    away_m = np.hypot(*((points - np.array(at)) * frame.scale).T)
    if not len(points) or away_m.min() > REACH_M:
        raise Refused("no_vertex", "there is no vertex within 5 m", remedy="point at a vertex", where=point)
    nearest: np.ndarray = points[int(away_m.argmin())]
    return nearest


def _has(polygon: BaseGeometry, at: np.ndarray) -> bool:
    return bool((shapely.get_coordinates(polygon) == at).all(axis=1).any())


def _moved(polygon: BaseGeometry, at: np.ndarray, to: np.ndarray) -> BaseGeometry:
    return shapely.transform(polygon, lambda points: np.where((points == at).all(axis=1)[:, None], to, points))
