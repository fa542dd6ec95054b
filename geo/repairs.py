"""Mend a layer into a clean coverage, say by how much each polygon changed, and snap it to the storage precision."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.coverage import GAP_WIDTH_M, check, made_valid, width_deg
from geo.crs import PRECISION_DECIMALS, Plane
from geo.defects import Defect
from geo.errors import LayerError
from geo.positions import Floats, Geometries

_SNAP_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Change:
    """What mending did to one polygon: areas, the area that came or went, and how far the border moved at most."""

    code: str
    before_m2: float
    after_m2: float
    moved_m2: float
    shift_m: float


@dataclass(frozen=True)
class Repair:
    """A mended layer: `polygons` in the order given, untouched ones the same objects; `mended` were there before."""

    polygons: Geometries
    changes: tuple[Change, ...]
    mended: tuple[Defect, ...]
    remaining: tuple[Defect, ...]


def repair(codes: Sequence[str], polygons: Geometries, plane: Plane, *, gap_width_m: float = GAP_WIDTH_M) -> Repair:
    """Mend n polygons (degrees): overlaps and gaps up to `gap_width_m` go to the neighbour with the longest border.

    What only a person can decide (codes, parents, wider gaps, inlets) stays and is listed in `remaining`. Raises
    `LayerError` when a geometry is missing, empty or no polygon, for then nothing can be mended.
    """
    shapes = np.asarray(polygons, dtype=object)
    _require_polygons(codes, shapes)
    cleaned = shapely.coverage_clean(made_valid(shapes), gap_width=width_deg(shapes, gap_width_m))
    untouched = shapely.equals_identical(shapely.normalize(cleaned), shapely.normalize(shapes))
    mended = np.where(untouched, shapes, cleaned)
    before, after = (check(codes, layer, plane, gap_width_m=gap_width_m) for layer in (shapes, mended))
    left = {(defect.kind, defect.codes) for defect in after}
    gone = tuple(defect for defect in before if (defect.kind, defect.codes) not in left)
    return Repair(mended, _changes(codes, shapes, mended, plane), gone, tuple(after))


def snap(polygons: Geometries) -> Geometries:
    """Polygons (degrees) with every coordinate on the storage precision of 1e-7°, as one coverage.

    Equal vertices stay equal, so neighbours stay joined. Where rounding pushes a vertex across a border the layer is
    cleaned and rounded again. Snapping twice changes nothing. A layer that was no valid coverage is only rounded.
    Raises `LayerError` when a polygon would collapse, or no rounding gives a valid coverage.
    """
    shapes = np.asarray(polygons, dtype=object)
    snapped = _rounded(shapes)
    if not _is_coverage(shapes) or _is_coverage(snapped):
        return snapped
    for _ in range(_SNAP_ROUNDS):
        snapped = _rounded(shapely.coverage_clean(made_valid(snapped)))
        if shapely.is_empty(snapped).any():
            row = int(np.flatnonzero(shapely.is_empty(snapped))[0]) + 1
            raise LayerError(
                f"polygon {row} is narrower than the storage precision of 1e-7 degrees: widen or remove it"
            )
        if _is_coverage(snapped):
            return snapped
    raise LayerError("the layer cannot be rounded to 1e-7 degrees as one coverage: remove its narrowest parts")


def _rounded(shapes: Geometries) -> Geometries:
    def round_all(points: Floats) -> Floats:
        return np.round(points, PRECISION_DECIMALS)

    return np.asarray(shapely.remove_repeated_points(shapely.transform(shapes, round_all)), dtype=object)


def _is_coverage(shapes: Geometries) -> bool:
    return bool(shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes))


def _require_polygons(codes: Sequence[str], shapes: Geometries) -> None:
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    unfit = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), kinds) | shapely.is_empty(shapes))
    if len(unfit):
        raise LayerError(f"{codes[int(unfit[0])]!r} has no polygon ({len(unfit)} such): leave it out, then repair")


def _changes(codes: Sequence[str], before: Geometries, after: Geometries, plane: Plane) -> tuple[Change, ...]:
    rows = [row for row in range(len(before)) if before[row] is not after[row]]
    old, new = plane.to_plane(made_valid(before[rows])), plane.to_plane(after[rows])
    moved = shapely.area(shapely.symmetric_difference(old, new))
    shift = np.nan_to_num(shapely.hausdorff_distance(shapely.boundary(old), shapely.boundary(new)))
    sizes = zip(shapely.area(old), shapely.area(new), moved, shift, strict=True)
    return tuple(Change(codes[row], *map(float, size)) for row, size in zip(rows, sizes, strict=True))
