"""Merge cells, and move one to another community."""

import numpy as np
import shapely

from geo.redraw.cells import Cell, Coverage
from geo.redraw.cutting import Redrawn
from geo.redraw.drawn import cell_of, require_new
from geo.redraw.noding import joined, shared_deg
from geo.redraw.operations import Merge, Reparent
from geo.redraw.refused import Refused


def merge(coverage: Coverage, operation: Merge) -> Redrawn:
    """One cell of several; no border of any other cell changes."""
    cells = [cell_of(coverage, code) for code in sorted(set(operation.codes))]
    if len(cells) < 2:
        raise Refused("same_cell", "there is only one cell to merge", remedy="name two or more different cells")
    if operation.into not in operation.codes:
        require_new(coverage, (operation.into,))
    if len({cell.parent for cell in cells}) > 1:
        detail = f"the cells lie in {len({cell.parent for cell in cells})} communities"
        where = shapely.multipoints([shapely.point_on_surface(cell.polygon) for cell in cells])
        raise Refused("parents_differ", detail, remedy="move them to one community first", where=where)
    _require_one_piece(cells)
    union = Cell(operation.into, cells[0].parent, joined([cell.polygon for cell in cells]))
    return {**dict.fromkeys((cell.code for cell in cells), None), operation.into: union}


def reparent(coverage: Coverage, operation: Reparent) -> Redrawn:
    """The cell under another community of this coverage, the polygon the same object."""
    cell = cell_of(coverage, operation.code)
    if operation.parent == cell.parent:
        detail = f"{cell.code!r} already belongs to {cell.parent!r}"
        raise Refused("nothing_moves", detail, remedy="name another community", where=cell.polygon)
    if operation.parent not in coverage.parents:
        detail = f"there is no community {operation.parent!r} here"
        raise Refused("unknown_parent", detail, remedy="name a community of this plan", where=cell.polygon)
    if sum(other.parent == cell.parent for other in coverage.values()) == 1:
        detail = f"{cell.code!r} is the last cell of {cell.parent!r}"
        raise Refused("last_of_parent", detail, remedy="give that community another cell first", where=cell.polygon)
    return {cell.code: Cell(cell.code, operation.parent, cell.polygon)}


def _require_one_piece(cells: list[Cell]) -> None:
    """Every cell is reached from the first over shared stretches of border."""
    reached, waiting = [cells[0]], cells[1:]
    for here in reached:
        beside = [cell for cell in waiting if shared_deg(here.polygon, cell.polygon)]
        reached += beside
        waiting = [cell for cell in waiting if cell not in beside]
    if waiting:
        apart = shapely.union_all(np.array([cell.polygon for cell in waiting], dtype=object))
        detail = f"{waiting[0].code!r} shares no border with the others"
        raise Refused("not_adjacent", detail, remedy="merge cells that lie beside each other", where=apart)
