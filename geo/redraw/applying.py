"""Apply one operation: the rule redraws cells, then what came out is checked before anybody sees it."""

from collections.abc import Callable
from typing import Any

import shapely

from geo.crs import PRECISION_DEG
from geo.redraw.bisecting import split_balanced
from geo.redraw.cells import Cell, Change, Coverage
from geo.redraw.checking import Fault, check
from geo.redraw.cutting import Redrawn, carve, split
from geo.redraw.joining import merge, renumber, reparent
from geo.redraw.mending import mend_slivers
from geo.redraw.operations import (
    Carve,
    MendSlivers,
    Merge,
    MoveVertex,
    Operation,
    Renumber,
    Reparent,
    Reshape,
    Split,
    SplitBalanced,
    Transfer,
)
from geo.redraw.refused import Refused
from geo.redraw.shifting import move_vertex, reshape, transfer

_RULES: dict[type[Operation], Callable[[Coverage, Any], Redrawn]] = {
    Split: split,
    SplitBalanced: split_balanced,
    Merge: merge,
    Transfer: transfer,
    Reshape: reshape,
    MoveVertex: move_vertex,
    Carve: carve,
    Reparent: reparent,
    Renumber: renumber,
    MendSlivers: mend_slivers,
}
_FAULTS = {
    "invalid": "the border of {codes} would cross itself",
    "unmatched": "{codes} would overlap a neighbour or leave a gap",
    "outline": "the outline around {codes} would move",
}


def apply(coverage: Coverage, operation: Operation) -> Change:
    """What the operation changes; raises `Refused` when the coverage would not hold or the operation means nothing.

    The same coverage and operation give the same change, bit for bit. `coverage` itself stays as it is.
    """
    change = _change(coverage, _RULES[type(operation)](coverage, operation))
    codes = {cell.code for cell in (*change.created, *change.changed)} | set(change.retired)
    faults = check(coverage.replaced(change), codes, before=coverage)
    if isinstance(operation, MendSlivers):
        faults = tuple(fault for fault in faults if fault.reason != "outline")
    if faults:
        raise _refusal(faults[0])
    return change


def _change(coverage: Coverage, redrawn: Redrawn) -> Change:
    known = sorted(code for code in redrawn if code in coverage)
    cells = [cell for _, cell in sorted(redrawn.items()) if cell is not None]
    changed = tuple(cell for cell in cells if cell.code in coverage)
    return Change(
        created=tuple(cell for cell in cells if cell.code not in coverage),
        retired=tuple(code for code in known if redrawn[code] is None),
        changed=changed,
        touched=tuple(cell.code for cell in changed if _only_noded(coverage[cell.code], cell)),
        before=tuple(coverage[code] for code in known),
    )


def _only_noded(former: Cell, cell: Cell) -> bool:
    """Whether a cell covers what it covered: a node rounded to the grid moves a border by half a step at most."""
    if former.parent != cell.parent:
        return False
    moved = shapely.symmetric_difference(former.polygon, cell.polygon).area
    return bool(moved <= PRECISION_DEG * shapely.length(former.polygon.boundary))


def _refusal(fault: Fault) -> Refused:
    detail = _FAULTS[fault.reason].format(codes=", ".join(map(repr, fault.codes[:3])))
    return Refused(fault.reason, detail, remedy="draw a little further from the old borders", where=fault.where)
