"""Mend the slivers around a cell: closed thin gaps beside it, thin parts of it that hang loose."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.cells import Cell, Coverage
from geo.redraw.cutting import Redrawn
from geo.redraw.drawn import cell_of
from geo.redraw.metres import are_thin
from geo.redraw.noding import joined, shared_deg
from geo.redraw.operations import MendSlivers
from geo.redraw.refused import Refused

WIDEST_M = 50.0


def mend_slivers(coverage: Coverage, operation: MendSlivers) -> Redrawn:
    """The cell with the gaps beside it, and the neighbours with the loose parts of it."""
    cell = cell_of(coverage, operation.code)
    if not 0 < operation.width_m <= WIDEST_M:
        detail = f"width_m is {operation.width_m}"
        raise Refused("width_unfit", detail, remedy=f"a sliver is up to {WIDEST_M:.0f} m wide")
    gaps = _gaps(coverage, cell, operation.width_m)
    kept, loose = _loose_parts(cell.polygon, operation.width_m)
    homes: dict[str, list[BaseGeometry]] = {}
    for part in loose:
        home = _longest_neighbour(coverage, cell, part)
        homes.setdefault(home or cell.code, []).append(part)
    if not gaps and not set(homes) - {cell.code}:
        remedy = "name the cell beside the sliver, or a greater width"
        raise Refused("nothing_moves", f"there is no sliver at {cell.code!r}", remedy=remedy, where=cell.polygon)
    homes[cell.code] = [*homes.get(cell.code, []), *kept, *gaps]
    own = {code: [] if code == cell.code else [coverage[code].polygon] for code in homes}
    return {code: Cell(code, coverage[code].parent, joined([*own[code], *more])) for code, more in homes.items()}


def _gaps(coverage: Coverage, cell: Cell, width_m: float) -> list[BaseGeometry]:
    """Closed gaps that share a border with the cell; holes that a farther cell fills are none."""
    around = coverage.ring(coverage.ring([cell.code]))
    union = joined([coverage[code].polygon for code in sorted(around)])
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in shapely.get_rings(part)[1:]]
    empty = [hole for hole in holes if coverage.meeting(hole) <= around and shared_deg(hole, cell.polygon)]
    return [hole for hole, thin in zip(empty, are_thin(empty, width_m) if empty else [], strict=True) if thin]


def _loose_parts(polygon: BaseGeometry, width_m: float) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """The parts that stay, the largest among them, and the thin ones."""
    parts = np.asarray(shapely.get_parts(polygon))
    thin = np.array(are_thin(parts, width_m))
    thin[int(shapely.area(parts).argmax())] = False
    return list(parts[~thin]), list(parts[thin])


def _longest_neighbour(coverage: Coverage, cell: Cell, part: BaseGeometry) -> str | None:
    shared = {
        code: shared_deg(coverage[code].polygon, part) for code in sorted(coverage.meeting(part)) if code != cell.code
    }
    longest = max(shared, key=lambda code: shared[code], default=None)
    return longest if longest is not None and shared[longest] else None
