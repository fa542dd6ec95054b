"""What was drawn, made fit: lines that can be cut along, areas without loops; and the refusals all rules share."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.cells import Cell, Coverage
from geo.redraw.metres import THIN_M, are_thin
from geo.redraw.noding import shared_deg
from geo.redraw.refused import Refused


def cell_of(coverage: Coverage, code: str) -> Cell:
    """The cell with this code; refused (unknown_code) when there is none."""
    if code not in coverage:
        raise Refused("unknown_code", f"there is no cell {code!r} here", remedy="name a cell of this plan")
    return coverage[code]


def require_new(coverage: Coverage, codes: tuple[str, ...], *, besides: str = "") -> None:
    """Refused (code_taken) when a code is in use, or given twice."""
    taken = [code for code in codes if code in coverage and code != besides]
    if taken or len(set(codes)) != len(codes):
        detail = f"code {(taken or codes)[0]!r} is in use or given twice"
        raise Refused("code_taken", detail, remedy="give codes that were never used")


def require_different(one: str, other: str) -> None:
    """Refused (same_cell) when two codes are one."""
    if one == other:
        raise Refused("same_cell", f"both cells are {one!r}", remedy="name two different cells")


def require_adjacent(one: Cell, other: Cell) -> None:
    """Refused (not_adjacent) when two cells share no stretch of border."""
    if not shared_deg(one.polygon, other.polygon):
        detail = f"{one.code!r} and {other.code!r} share no border"
        gap = shapely.shortest_line(one.polygon, other.polygon)
        raise Refused("not_adjacent", detail, remedy="choose cells that lie beside each other", where=gap)


def require_whole(cell: Cell, after: BaseGeometry | None, reason: str, remedy: str) -> None:
    """Refused when a cell has more loose parts than it had; the place is the smaller parts."""
    if after is None:
        detail = f"nothing of {cell.code!r} would be left"
        raise Refused("nothing_left", detail, remedy="merge the cells instead", where=cell.polygon)
    parts = np.asarray(shapely.get_parts(after))
    if len(parts) > len(shapely.get_parts(cell.polygon)):
        smaller = parts[np.argsort(-shapely.area(parts))[1:]]
        where = shapely.multipolygons(smaller)
        raise Refused(reason, f"{cell.code!r} would fall into {len(parts)} parts", remedy=remedy, where=where)


def sound_area(area: BaseGeometry) -> BaseGeometry:
    """The drawn area, small loops left out; refused (area_crosses_itself) when it crosses itself at large."""
    if area.is_empty or not area.is_valid:
        mended = shapely.get_parts(shapely.make_valid(area, method="structure", keep_collapsed=False))
        parts = sorted((part for part in mended if part.geom_type == "Polygon"), key=lambda part: -float(part.area))
        if not parts or not all(are_thin(np.array(parts[1:], dtype=object), THIN_M) if parts[1:] else []):
            detail = "the drawn area crosses itself or is empty"
            raise Refused("area_crosses_itself", detail, remedy="draw it again without loops", where=area)
        return parts[0]
    return area


def why_line_fails(line: BaseGeometry, polygon: BaseGeometry, code: str) -> Refused:
    """The refusal for a line that leaves a cell in one piece."""
    inside = shapely.intersection(line, polygon)
    if inside.is_empty:
        return Refused("line_outside", f"the line does not meet {code!r}", remedy="draw it across the cell", where=line)
    if shapely.length(shapely.difference(inside, shapely.buffer(polygon.boundary, 1e-6))) == 0:
        detail = f"the line lies on the border of {code!r}"
        return Refused("line_on_edge", detail, remedy="draw it through the inside of the cell", where=inside)
    ends = [shapely.Point(line.coords[row]) for row in (0, -1)]
    loose = [end for end in ends if shapely.contains_properly(polygon, end)]
    detail = f"the line does not cut {code!r} in two"
    remedy = "lead both ends to the border; the last 5 m are closed by themselves"
    return Refused("line_short", detail, remedy=remedy, where=shapely.multipoints(loose) if loose else inside)
