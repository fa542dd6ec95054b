"""A layer of grids drawn in another tool beside a plan: read, checked, and told as operations that lead there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import PRECISION_DECIMALS
from geo.redraw import Cell, Coverage, Difference, difference
from layers.areas.defects import DefectsFound, Finding
from layers.areas.importing import LevelRequest, prepare_level
from layers.districts.records import District
from layers.read.features import FeatureTable

NOISE_M = 10.0
#: What was written with the usual decimals and read again lies no farther from where it was.
REACH_DEG = 2 * 10**-PRECISION_DECIMALS
#: Communities are derived from their grids: that a layer crosses those in force says nothing against it.
OF_PARENTS = frozenset({"crosses_parent", "uncovered", "childless"})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How a layer drawn elsewhere differs: operations and faults; `findings`: what the import has to say of it."""

    difference: Difference
    findings: tuple[Finding, ...]


async def drawn_elsewhere(
    connection: AsyncConnection,
    district: District,
    table: FeatureTable,
    request: LevelRequest,
    *,
    base: Coverage,
    noise_m: float = NOISE_M,
    inside: frozenset[str] | None = None,
) -> Elsewhere:
    """Compare a layer with the cells of `base`; nothing is stored.

    `inside`: the communities that the plan may change, all without it. A file may hold the whole layer, or their cells
    alone, which then must meet the others as they are.

    Raises:
        DefectsFound: the layer has defects that no plan can have; each with its place.
        FieldNeeded, CrsNeeded: as an import.
        Refused: the width of the noise is not positive.
    """
    prepared = await prepare_level(connection, district=district, table=table, request=request)
    broken = tuple(one for one in prepared.findings if one.kind not in OF_PARENTS)
    if any(one.is_error for one in broken):
        raise DefectsFound(broken, remedy="Mend it where it was drawn.")
    cells = prepared.levels[district.cell_depth]
    drawn = [Cell(*one) for one in zip(cells.codes, cells.parents, cells.polygons, strict=True)]
    return Elsewhere(difference(base, _whole(drawn, base, inside), noise_m=noise_m), broken)


def _whole(drawn: Sequence[Cell], base: Coverage, inside: frozenset[str] | None) -> Coverage:
    """The layer as it was drawn; cells of the plan's communities alone stand amid all the others as they are."""
    if inside is None or any(one.parent not in inside for one in drawn):
        return Coverage.of(drawn)
    around = [one for one in base.cells if one.parent not in inside]
    return Coverage.of([*_noded(drawn, around), *_noded(around, drawn)])


def _noded(cells: Sequence[Cell], beside: Sequence[Cell]) -> list[Cell]:
    """The cells with the vertices of others on their borders: neighbours share their borders vertex for vertex."""
    shapes = np.array([one.polygon for one in cells], dtype=object)
    others = np.array([one.polygon for one in beside], dtype=object)
    if not len(shapes) or not len(others):
        return list(cells)
    rows, near = shapely.STRtree(others).query(shapes, predicate="dwithin", distance=REACH_DEG)
    made = list(cells)
    for row in np.unique(rows).tolist():
        points = shapely.multipoints(shapely.get_coordinates(others[near[rows == row]]))
        made[row] = replace(cells[row], polygon=shapely.snap(shapes[row], points, REACH_DEG))
    return made
