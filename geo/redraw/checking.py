"""Does the coverage still hold? The whole layer, or the cells around some codes."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.cells import Cell, Coverage
from geo.redraw.noding import joined

GAP_WIDTH_DEG = 2e-6
OUTLINE_DEG = 5e-7


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, with the codes concerned and the place in degrees."""

    reason: str
    codes: tuple[str, ...]
    where: BaseGeometry


def check(
    coverage: Coverage, codes: Iterable[str] | None = None, *, before: Coverage | None = None
) -> tuple[Fault, ...]:
    """Every fault of these cells (default: all); nothing for a clean coverage.

    A cell is faulty when its polygon is `invalid`, or overlaps or leaves a gap up to 2e-6 degrees to a neighbour
    (`unmatched`). With `before`, the union of the cells must keep the holes it had, and its outline within 5e-7
    degrees (`outline`), which leaves no room for new gaps; what was unmatched before is not told again.
    """
    named = sorted(coverage if codes is None else {code for code in codes if code in coverage})
    faults = _invalid(coverage, named) or _unmatched(coverage, named, before)
    if before is None or faults:
        return tuple(faults)
    former = before if codes is None else [code for code in codes if code in before]
    return tuple(_outline([coverage[code] for code in named], [before[code] for code in sorted(former)]))


def derived(coverage: Coverage) -> dict[str, BaseGeometry]:
    """The polygon of each community, made of its cells and of nothing else."""
    of_parent: dict[str, list[BaseGeometry]] = {}
    for cell in coverage.cells:
        of_parent.setdefault(cell.parent, []).append(cell.polygon)
    return {parent: joined(polygons) for parent, polygons in sorted(of_parent.items())}


def _invalid(coverage: Coverage, codes: list[str]) -> list[Fault]:
    polygons = np.array([coverage[code].polygon for code in codes], dtype=object)
    sound = shapely.is_valid(polygons) & ~shapely.is_empty(polygons)
    return [
        Fault("invalid", (code,), polygon)
        for code, polygon, fine in zip(codes, polygons, sound, strict=True)
        if not fine
    ]


def _unmatched(coverage: Coverage, codes: list[str], before: Coverage | None) -> list[Fault]:
    if before is None:
        return [Fault("unmatched", (code,), edge) for code, edge in _edges(coverage, codes, GAP_WIDTH_DEG).items()]
    edges = _edges(coverage, codes, 0.0)
    if not edges:
        return []
    known = list(_edges(before, [code for code in codes if code in before], 0.0).values())
    allowed = shapely.buffer(shapely.union_all(known), GAP_WIDTH_DEG)
    new = {code: shapely.difference(edge, allowed) for code, edge in edges.items()}
    return [Fault("unmatched", (code,), edge) for code, edge in new.items() if not edge.is_empty]


def _edges(coverage: Coverage, codes: list[str], gap_width_deg: float) -> dict[str, BaseGeometry]:
    """The edges of these cells that do not fit their neighbours."""
    around = sorted(coverage if len(codes) == len(coverage) else coverage.ring(codes))
    polygons = np.array([coverage[code].polygon for code in around], dtype=object)
    if not len(polygons):
        return {}
    edges = dict(zip(around, shapely.coverage_invalid_edges(polygons, gap_width=gap_width_deg), strict=True))
    return {code: edges[code] for code in codes if not edges[code].is_empty}


def _outline(cells: list[Cell], former: list[Cell]) -> list[Fault]:
    """No hole may come or go, and rounded nodes may not add up to more than `OUTLINE_DEG`."""
    after, before = (joined([cell.polygon for cell in rows]) for rows in (cells, former))
    moved = shapely.difference(
        shapely.symmetric_difference(after, before), shapely.buffer(before.boundary, OUTLINE_DEG, quad_segs=2)
    )
    rings = [len(shapely.get_rings(shapely.get_parts(union))) for union in (after, before)]
    if rings[0] == rings[1] and not moved.area:
        return []
    where = moved if moved.area else shapely.symmetric_difference(after, before)
    return [Fault("outline", tuple(cell.code for cell in cells), where)]
