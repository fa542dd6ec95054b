"""Merge cells, move one to another community, give those of a community other codes."""

import numpy as np
import shapely

from geo.grid_codes import number_west_to_east
from geo.outlines import label_points
from geo.redraw.cells import Cell, Coverage
from geo.redraw.cutting import Redrawn
from geo.redraw.drawn import cell_of, require_new
from geo.redraw.noding import joined, shared_deg
from geo.redraw.operations import Merge, Renumber, Reparent
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


def renumber(coverage: Coverage, operation: Renumber) -> Redrawn:
    """Every cell of the community under another code, the polygons the same objects."""
    cells = [cell for _, cell in sorted(coverage.items()) if cell.parent == operation.parent]
    if not cells:
        detail = f"there is no community {operation.parent!r} here"
        raise Refused("unknown_parent", detail, remedy="name a community of this plan")
    if len(operation.codes) != len(cells):
        detail = f"{len(operation.codes)} codes are given for {len(cells)} cells"
        raise Refused("unreadable", detail, remedy=f"give {len(cells)} codes")
    require_new(coverage, operation.codes)
    places = np.array(label_points(np.array([cell.polygon for cell in cells], dtype=object)))
    numbers = number_west_to_east(places[:, 0], places[:, 1])
    named = zip(cells, numbers.tolist(), strict=True)
    renamed = [Cell(operation.codes[number - 1], cell.parent, cell.polygon) for cell, number in named]
    return {**dict.fromkeys((cell.code for cell in cells), None), **{cell.code: cell for cell in renamed}}


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
