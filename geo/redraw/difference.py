"""What a plan drawn elsewhere changes: the operations that lead there, or why none do.

coverage --operations--> as drawn elsewhere, but for noise below a width: the same plan digitised twice is no change
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.applying import apply
from geo.redraw.cells import Coverage
from geo.redraw.checking import Fault, check
from geo.redraw.metres import THIN_M, Frame, are_thin
from geo.redraw.noding import joined
from geo.redraw.operations import Carve, Merge, Operation, Reparent, Transfer
from geo.redraw.refused import Refused


@dataclass(frozen=True, slots=True)
class Difference:
    """Operations that hold one after the other, and faults that keep the rest from being expressed so.

    Faults: `invalid` and `unmatched` (the other layer is no coverage: no operations then), `outline` (it covers
    other ground), `unexplained` (where the operations do not lead to what was drawn).
    """

    operations: tuple[Operation, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Patch:
    """Ground that was one cell's and is another's."""

    former: str
    code: str
    ground: BaseGeometry


def difference(coverage: Coverage, other: Coverage, *, noise_m: float = THIN_M) -> Difference:
    """How `other`, the same ground drawn elsewhere with the same codes where cells stay, differs from `coverage`.

    What is thinner than `noise_m` is noise. Raises `Refused` (width_unfit) for a width that is not positive.
    """
    if not noise_m > 0:
        raise Refused("width_unfit", f"noise_m is {noise_m}", remedy="give a positive width in metres")
    broken = check(other)
    if broken:
        return Difference((), broken)
    outline = _outline(coverage, other, noise_m)
    if outline:
        return Difference((), outline)
    operations, reached = _carried_out(coverage, _operations(coverage, other, noise_m))
    moves, reached = _carried_out(reached, _reparented(reached, other))
    left = [
        Fault("unexplained", (patch.former, patch.code), patch.ground) for patch in patches(reached, other, noise_m)
    ]
    strays = [Fault("unexplained", (move.code,), reached[move.code].polygon) for move in _reparented(reached, other)]
    return Difference((*operations, *moves), (*left, *strays))


def patches(coverage: Coverage, other: Coverage, noise_m: float) -> list[_Patch]:
    """Where the two layers name different cells, wider than the noise, by former and by new code."""
    found = []
    for cell in coverage.cells:
        for code in sorted(other.meeting(cell.polygon) - {cell.code}):
            ground = _wide(shapely.intersection(cell.polygon, other[code].polygon), noise_m)
            found += [_Patch(cell.code, code, part) for part in shapely.get_parts(ground)]
    return found


def _wide(ground: BaseGeometry, width_m: float) -> BaseGeometry:
    """The ground without what is thinner than the width; corners stay sharp."""
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon"]
    wide = [part for part, thin in zip(parts, are_thin(parts, width_m) if parts else [], strict=True) if not thin]
    if not wide:
        return shapely.MultiPolygon()
    frame = Frame.around(shapely.multipolygons(wide))
    flat = frame.metres(np.array(wide, dtype=object))
    core = shapely.buffer(flat, -width_m / 2, join_style="mitre")
    opened = shapely.intersection(shapely.buffer(core, width_m / 2, join_style="mitre"), flat)
    pieces = [part for part in shapely.get_parts(opened) if part.geom_type == "Polygon"]
    return shapely.multipolygons([shapely.transform(piece, frame.degrees) for piece in pieces])


def _outline(coverage: Coverage, other: Coverage, noise_m: float) -> tuple[Fault, ...]:
    mine, theirs = (joined([cell.polygon for cell in layer.cells]) for layer in (coverage, other))
    moved = _wide(shapely.symmetric_difference(mine, theirs), noise_m)
    return () if moved.is_empty else (Fault("outline", (), moved),)


def _operations(coverage: Coverage, other: Coverage, noise_m: float) -> list[Operation]:
    """New cells are carved from where most of them lay, then ground goes over, then what is gone is merged."""
    found = sorted(patches(coverage, other, noise_m), key=lambda patch: (-float(patch.ground.area), patch.code))
    carved: set[str] = set()
    operations: list[Operation] = []
    merges: list[Operation] = []
    largest_heir: set[str] = set()
    for patch in found:
        if patch.code not in coverage and patch.code not in carved:
            carved.add(patch.code)
            operations.append(Carve(patch.former, patch.ground, patch.code))
        elif patch.former not in other and patch.former not in largest_heir:
            largest_heir.add(patch.former)
            merges.append(Merge((patch.former, patch.code), patch.code))
        else:
            operations.append(Transfer(patch.former, patch.code, patch.ground))
    return [*operations, *merges]


def _reparented(coverage: Coverage, other: Coverage) -> list[Reparent]:
    return [
        Reparent(cell.code, other[cell.code].parent)
        for cell in coverage.cells
        if cell.code in other and other[cell.code].parent != cell.parent
    ]


def _carried_out(coverage: Coverage, operations: Sequence[Operation]) -> tuple[tuple[Operation, ...], Coverage]:
    """The operations that hold, in an order in which they do."""
    done: list[Operation] = []
    waiting, before = list(operations), -1
    while len(done) > before:
        before, refused = len(done), list[Operation]()
        for operation in waiting:
            try:
                coverage = coverage.replaced(apply(coverage, operation))
                done.append(operation)
            except Refused:
                refused.append(operation)
        waiting = refused
    return tuple(done), coverage
