"""Split a cell by a line, carve a cell out of one."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.cells import Cell, Coverage
from geo.redraw.drawn import cell_of, require_new, require_whole, sound_area, why_line_fails
from geo.redraw.metres import REACH_M, THIN_M, Frame, are_thin, reaching
from geo.redraw.noding import Face, lines_inside, recut, shared_deg, without_thin_parts
from geo.redraw.operations import Carve, Split
from geo.redraw.refused import Refused

Redrawn = dict[str, Cell | None]


def split(coverage: Coverage, operation: Split) -> Redrawn:
    """The cells after a cut; pieces thinner than 10 m stay with the part they share most border with."""
    cell = cell_of(coverage, operation.code)
    require_new(coverage, operation.codes, besides=cell.code)
    line = reaching(operation.line, cell.polygon.boundary)
    lines = lines_inside(line, cell.polygon)

    def deal(faces: list[Face]) -> list[str]:
        rows = [row for row, face in enumerate(faces) if face.owner == cell.code]
        part_of = _parts(cell, [faces[row].polygon for row in rows], line)
        if max(part_of) + 1 > len(operation.codes):
            detail = f"the line cuts {cell.code!r} into {max(part_of) + 1} parts, codes are {len(operation.codes)}"
            raise Refused("too_few_codes", detail, remedy="draw a simpler line or give more codes", where=line)
        names = {row: operation.codes[part] for row, part in zip(rows, part_of, strict=True)}
        return [names.get(row, face.owner) for row, face in enumerate(faces)]

    return as_cells(coverage, recut(coverage, [cell.code], lines, deal), cell.parent)


def carve(coverage: Coverage, operation: Carve) -> Redrawn:
    """The cells after an area inside a cell has become a cell; up to 5 m may stick out and are left out."""
    cell = cell_of(coverage, operation.code)
    require_new(coverage, (operation.new_code,))
    area = sound_area(operation.area)
    _require_inside(area, cell)
    pair = (cell.code, operation.new_code)

    def deal(faces: list[Face]) -> list[str]:
        dealt = dealt_inside(faces, area, cell.code, operation.new_code)
        return without_thin_parts(faces, dealt, pair, THIN_M)

    after = recut(coverage, [cell.code], lines_inside(area.boundary, cell.polygon), deal)
    new = after.get(operation.new_code)
    if new is None or new.geom_type != "Polygon" or are_thin([new], THIN_M)[0]:
        remedy = "draw one area wider than 10 m"
        raise Refused("too_thin", f"nothing wide enough lies in {cell.code!r}", remedy=remedy, where=area)
    rest = after.get(cell.code)
    require_whole(cell, rest, "cuts_in_two", "leave a way around the island, or split the cell by a line")
    return as_cells(coverage, after, cell.parent)


def dealt_inside(faces: list[Face], area: BaseGeometry, giver: str, taker: str) -> list[str]:
    """The owners once the giver's faces inside the area are the taker's."""
    points = shapely.point_on_surface([face.polygon for face in faces])
    inside = shapely.covers(area, points)
    return [taker if within and face.owner == giver else face.owner for within, face in zip(inside, faces, strict=True)]


def as_cells(coverage: Coverage, polygons: dict[str, BaseGeometry | None], parent: str) -> Redrawn:
    """Cells for redrawn polygons: known codes keep their community, new ones get `parent`."""
    return {
        code: None if polygon is None else Cell(code, coverage[code].parent if code in coverage else parent, polygon)
        for code, polygon in polygons.items()
    }


def _parts(cell: Cell, pieces: list[BaseGeometry], line: BaseGeometry) -> list[int]:
    """The number of the part each piece belongs to, parts numbered by size, the largest 0."""
    whole = shapely.get_parts(cell.polygon)
    thin = np.array(are_thin(np.array(pieces, dtype=object), THIN_M))
    uncut = np.array([any(shapely.equals(piece, part) for part in whole) for piece in pieces]) & (len(whole) > 1)
    leading = [int(row) for row in np.flatnonzero(~thin & ~uncut)]
    if len(leading) < 2:
        if len(pieces) > len(whole):
            remedy = "draw it further inside: each part must be wider than 10 m"
            raise Refused("too_thin", f"the line cuts off a strip of {cell.code!r} only", remedy=remedy, where=line)
        raise why_line_fails(line, cell.polygon, cell.code)
    home = {row: row for row in leading}
    _adopt_thin(pieces, home, [int(row) for row in np.flatnonzero(thin & ~uncut)])
    sizes = {lead: sum(pieces[row].area for row, to in home.items() if to == lead) for lead in leading}
    order = sorted(leading, key=lambda lead: (-sizes[lead], pieces[lead].bounds))
    return [order.index(home.get(row, order[0])) for row in range(len(pieces))]


def _adopt_thin(pieces: list[BaseGeometry], home: dict[int, int], thin: list[int]) -> None:
    """Each thin piece joins the part it shares most border with, the best joined first."""
    waiting = set(thin)
    while waiting:
        shared = {(row, to): shared_deg(pieces[row], pieces[to]) for row in sorted(waiting) for to in sorted(home)}
        (row, to), length = max(shared.items(), key=lambda entry: (entry[1], entry[0]))
        if not length:
            return
        home[row] = home[to]
        waiting.remove(row)


def _require_inside(area: BaseGeometry, cell: Cell) -> None:
    outside = shapely.difference(area, cell.polygon)
    flat = Frame.around(area).metres(np.array([outside, cell.polygon], dtype=object))
    if not outside.is_empty and not shapely.covers(shapely.buffer(flat[1], REACH_M), flat[0]):
        remedy = "draw it inside the cell, or transfer the other part"
        raise Refused("area_outside", f"the area leaves {cell.code!r}", remedy=remedy, where=outside)
