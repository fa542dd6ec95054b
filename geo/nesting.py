"""Does each cell lie in the area that it is said to belong to?"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.coverage import areas_of, made_valid
from geo.crs import Plane
from geo.defects import Defect, DefectKind, place_of
from geo.errors import LayerError
from geo.positions import Geometries

CROSSING_WIDTH_M = 0.1


def check_nesting(
    codes: Sequence[str],
    polygons: Geometries,
    parents_of: Sequence[str | None],
    *,
    parent_codes: Sequence[str],
    parents: Geometries,
    plane: Plane,
    crossing_width_m: float = CROSSING_WIDTH_M,
) -> list[Defect]:
    """Every cell without its parent, outside it, or across its border by more than `crossing_width_m`.

    `codes`, `polygons` and `parents_of` (the parent's code for each cell) have n entries, `parent_codes` and
    `parents` m; polygons in degrees. Cells and parents without a polygon are for `geo.coverage.check` to report.
    Raises `LayerError` when the numbers differ.
    """
    if not len(codes) == len(polygons) == len(parents_of) or len(parent_codes) != len(parents):
        sizes = (len(codes), len(polygons), len(parents_of), len(parent_codes), len(parents))
        raise LayerError(f"cells, polygons, parents_of, parent codes, parents number {sizes}: give each its partner")
    row_of = {code: row for row, code in enumerate(parent_codes)}
    parent = np.array([row_of.get(code or "", -1) for code in parents_of], dtype=np.intp)
    orphans = [_no_parent(codes[i], parents_of[i]) for i in np.flatnonzero(parent < 0).tolist()]
    cells, above = made_valid(np.asarray(polygons, dtype=object)), made_valid(np.asarray(parents, dtype=object))
    shapely.prepare(above)
    rows = np.flatnonzero(parent >= 0)
    loose = rows[~shapely.covers(above[parent[rows]], cells[rows]) & ~_absent(cells[rows], above[parent[rows]])]
    outside = shapely.difference(cells[loose], above[parent[loose]])
    wide = ~shapely.is_empty(shapely.buffer(plane.to_plane(outside), -crossing_width_m / 2))
    crossing, parts = loose[wide], outside[wide]
    found = zip(crossing.tolist(), parts, plane.areas_m2(parts), plane.areas_m2(cells[crossing]), strict=True)
    return [*orphans, *(_crossing(codes[i], str(parents_of[i]), *sizes) for i, *sizes in found)]


def _absent(cells: Geometries, above: Geometries) -> NDArray[np.bool_]:
    absent: NDArray[np.bool_] = np.zeros(len(cells), np.bool_)
    for shapes in (cells, above):
        absent |= shapely.is_missing(shapes) | shapely.is_empty(shapes)
    return absent


def _no_parent(code: str, parent: str | None) -> Defect:
    if not (parent or "").strip():
        return Defect(DefectKind.NO_PARENT, (code,), f"{code!r} names no parent: name one or take --parent spatial")
    message = f"{code!r} names the parent {parent!r}, which does not exist: correct it or import that area first"
    return Defect(DefectKind.NO_PARENT, (code, str(parent)), message)


def _crossing(code: str, parent: str, outside: BaseGeometry, outside_m2: float, cell_m2: float) -> Defect:
    area = areas_of(outside)
    is_all = outside_m2 >= cell_m2 * (1 - 1e-9)
    kind = DefectKind.OUTSIDE_PARENT if is_all else DefectKind.CROSSES_PARENT
    where = "lies wholly outside" if is_all else f"lies with {outside_m2:.4g} m² outside"
    return Defect(
        kind, (code, parent), f"{code!r} {where} its parent {parent!r}", place_of(area), area, float(outside_m2)
    )
