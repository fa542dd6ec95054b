"""Is a layer a clean coverage? Every defect in it, with place and size.

    +----+----+     overlap: two polygons claim it        sliver: a gap no wider than `gap_width_m`, closed all around
    |    /|    |     gap: a wider one (may be a lake)      narrow inlet: an equally thin gap, open to the outside
    +---/-+----+     unmatched border: two borders lie upon each other, but not vertex for vertex

What lies where is judged in degrees, where shared vertices are identical; sizes are taken in the district's plane.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DEG, Plane
from geo.defects import Defect, DefectKind, place_of
from geo.distance import metres_per_degree
from geo.errors import LayerError
from geo.positions import Floats, Geometries

GAP_WIDTH_M = 2.0
# Finer ones cost ten times the time on long thin slivers and change their widths by a few hundredths.
_WIDTH_TOLERANCE_M = 1.0
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def check(
    codes: Sequence[str | None], polygons: Geometries, plane: Plane, *, gap_width_m: float = GAP_WIDTH_M
) -> list[Defect]:
    """Every defect of a layer of n codes and n polygons (degrees); an empty list for a clean coverage.

    Overlaps come one for each pair. Raises `LayerError` when the numbers of codes and polygons differ.
    """
    names, shapes = _paired(codes, polygons)
    usable = _is_polygonal(shapes)
    defects = [*_code_defects(codes), *_shape_defects(names, shapes)]
    names, shapes = names[usable], made_valid(shapes[usable])
    if not len(shapes):
        return defects
    tree = shapely.STRtree(shapes)
    unmatched = shapely.coverage_invalid_edges(shapes)
    overlaps = _overlaps(names, shapes, tree, np.flatnonzero(~shapely.is_empty(unmatched)), plane)
    gaps = _gaps(names, shapes, tree, plane, gap_width_m)
    explained = [defect.geometry for defect in (*overlaps, *gaps) if defect.geometry is not None]
    thin = shapely.coverage_invalid_edges(shapes, gap_width=width_deg(shapes, gap_width_m))
    borders = _line_defects(DefectKind.UNMATCHED_BORDER, names, unmatched, explained)
    inlets = _line_defects(DefectKind.NARROW_INLET, names, shapely.difference(thin, unmatched), explained)
    return [*defects, *overlaps, *gaps, *borders, *inlets]


def width_deg(polygons: Geometries, width_m: float) -> float:
    """A width in degrees that is at least `width_m` in every direction at these polygons."""
    _, south, _, north = shapely.total_bounds(polygons)
    east_m, north_m = metres_per_degree(max(abs(south), abs(north)))
    return float(width_m / min(east_m, north_m))


def made_valid(polygons: Geometries) -> Geometries:
    """The polygons, the invalid ones made valid by the structure of their rings; valid ones are the same objects."""
    mended = polygons.copy()
    broken = ~shapely.is_valid(polygons)
    mended[broken] = shapely.make_valid(polygons[broken], method="structure", keep_collapsed=False)
    return mended


def areas_of(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons in a geometry as one geometry, empty when it has none."""
    parts = shapely.get_parts(geometry)
    parts = shapely.get_parts(parts) if (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any() else parts
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def widths_m(geometries: Geometries, plane: Plane) -> Floats:
    """Widths of areas (degrees) in metres: about the diameter of the largest circle inside each, never more."""
    if not len(geometries):
        return np.empty(0)
    radii = shapely.maximum_inscribed_circle(plane.to_plane(geometries), tolerance=_WIDTH_TOLERANCE_M)
    widths: Floats = 2 * np.nan_to_num(shapely.length(radii))
    return widths


def _paired(codes: Sequence[str | None], polygons: Geometries) -> tuple[NDArray[np.object_], Geometries]:
    shapes = np.asarray(polygons, dtype=object)
    if len(codes) != len(shapes):
        raise LayerError(f"there are {len(codes)} codes for {len(shapes)} polygons: give each polygon one code")
    return np.array([str(code or "").strip() for code in codes], dtype=object), shapes


def _is_polygonal(shapes: Geometries) -> NDArray[np.bool_]:
    polygonal: NDArray[np.bool_] = np.isin(shapely.get_type_id(shapes), _POLYGONAL) & ~shapely.is_empty(shapes)
    return polygonal


def _code_defects(codes: Sequence[str | None]) -> Iterator[Defect]:
    names = [str(code or "").strip() for code in codes]
    for row, name in enumerate(names, start=1):
        if not name:
            yield Defect(DefectKind.EMPTY_CODE, (), f"row {row} has no code: give it one")
    for name, times in Counter(filter(None, names)).items():
        if times > 1:
            message = f"code {name!r} occurs {times} times: merge its polygons or give each its own code"
            yield Defect(DefectKind.DUPLICATE_CODE, (name,), message)


def _shape_defects(names: NDArray[np.object_], shapes: Geometries) -> Iterator[Defect]:
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for i in np.flatnonzero(missing):
        yield Defect(DefectKind.EMPTY_GEOMETRY, (names[i],), f"{names[i]!r} has no polygon: draw it or leave it out")
    for i in np.flatnonzero(~missing & ~_is_polygonal(shapes)):
        message = f"{names[i]!r} is a {shapes[i].geom_type}: only polygons are areas"
        yield Defect(DefectKind.NOT_POLYGON, (names[i],), message, place_of(shapes[i]), shapes[i])
    for i in np.flatnonzero(~shapely.is_valid(shapes) & _is_polygonal(shapes)):
        message = f"{names[i]!r} is invalid: {shapely.is_valid_reason(shapes[i])}"
        yield Defect(DefectKind.INVALID_RING, (names[i],), message, place_of(shapes[i].envelope), shapes[i])


def _overlaps(
    names: NDArray[np.object_], shapes: Geometries, tree: shapely.STRtree, suspects: NDArray[np.intp], plane: Plane
) -> list[Defect]:
    """The overlap of every pair; at least one of a pair has edges that do not fit the coverage."""
    query, other = tree.query(shapes[suspects], predicate="intersects")
    pairs = np.unique(np.sort(np.column_stack([suspects[query], other]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    shared = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    real = shapely.area(shared) > 0
    areas = np.array([areas_of(geometry) for geometry in shared[real]], dtype=object)
    rows = zip(pairs[real], areas, plane.areas_m2(areas), widths_m(areas, plane), strict=True)
    return [_overlap((names[i], names[j]), area, size_m2, width_m) for (i, j), area, size_m2, width_m in rows]


def _overlap(codes: tuple[str, str], area: BaseGeometry, size_m2: float, width_m: float) -> Defect:
    message = f"{codes[0]!r} and {codes[1]!r} overlap by {size_m2:.4g} m², about {width_m:.4g} m wide"
    return Defect(DefectKind.OVERLAP, codes, message, place_of(area), area, float(size_m2), float(width_m))


def _gaps(
    names: NDArray[np.object_], shapes: Geometries, tree: shapely.STRtree, plane: Plane, gap_width_m: float
) -> list[Defect]:
    """Every hole of the layer's union, thin ones as slivers."""
    union = shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)
    holes = [shapely.polygons(ring) for part in shapely.get_parts(union) for ring in shapely.get_rings(part)[1:]]
    if not holes:
        return []
    areas = np.array(holes, dtype=object)
    hole, around = tree.query(areas, predicate="intersects")
    neighbours = [
        tuple(sorted(part)) for part in np.split(names[around], np.searchsorted(hole, np.arange(1, len(areas))))
    ]
    thin = shapely.is_empty(shapely.buffer(plane.to_plane(areas), -gap_width_m / 2))
    rows = zip(thin, neighbours, areas, plane.areas_m2(areas), widths_m(areas, plane), strict=True)
    return [_gap(DefectKind.SLIVER if is_thin else DefectKind.GAP, *row) for is_thin, *row in rows]


def _gap(kind: DefectKind, codes: tuple[str, ...], area: BaseGeometry, size_m2: float, width_m: float) -> Defect:
    message = f"a {kind.value} of {size_m2:.4g} m², about {width_m:.4g} m wide, between {', '.join(codes)}"
    return Defect(kind, codes, message, place_of(area), area, float(size_m2), float(width_m))


def _line_defects(
    kind: DefectKind, names: NDArray[np.object_], edges: Geometries, explained: Sequence[BaseGeometry]
) -> list[Defect]:
    """The edges that touch no overlap and no gap, one defect for each polygon."""
    lines, polygon = _segments(edges)
    margins = shapely.buffer(np.array(explained, dtype=object), 2 * PRECISION_DEG)
    touching, _ = shapely.STRtree(margins).query(lines, predicate="intersects")
    kept = np.setdiff1d(np.arange(len(lines)), touching)
    what = (
        "does not match its neighbour's vertex for vertex" if kind is DefectKind.UNMATCHED_BORDER else "is a thin inlet"
    )
    defects = []
    for row in np.unique(polygon[kept]):
        line = shapely.line_merge(shapely.multilinestrings(lines[kept[polygon[kept] == row]]))
        message = f"part of the border of {names[row]!r} {what}"
        defects.append(Defect(kind, (names[row],), message, place_of(line), line))
    return defects


def _segments(edges: Geometries) -> tuple[Geometries, NDArray[np.intp]]:
    """Every straight piece of lines, and the index of its line."""
    parts, line = shapely.get_parts(edges, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    follows = np.flatnonzero(part[1:] == part[:-1])
    pieces = shapely.linestrings(np.stack([points[follows], points[follows + 1]], axis=1))
    return np.asarray(pieces, dtype=object), line[part[follows]]
