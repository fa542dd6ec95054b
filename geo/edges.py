"""The edges of a layer of polygons, each once, and the exact GEOS answer to which polygon holds a point."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.errors import LayerError
from geo.positions import Floats, Geometries

_NONE = np.iinfo(np.int32).max


def why_not_a_coverage(polygons: Geometries) -> str | None:
    """Why the compiled index cannot be used for these polygons (none empty), or None when it can."""
    broken = np.flatnonzero(~shapely.is_valid(polygons))
    if len(broken):
        return f"{len(broken)} of {len(polygons)} polygons are invalid"
    if not shapely.coverage_is_valid(polygons):
        return "the polygons overlap, or their shared borders do not match vertex for vertex"
    return None


def lowest_intersecting(tree: STRtree, lon: Floats, lat: Floats) -> NDArray[np.int32]:
    """The lowest index of the tree's polygons that intersect each point, -1 where none does: the exact GEOS way."""
    lowest = np.full(len(lon), _NONE, np.int32)
    point, polygon = tree.query(shapely.points(lon, lat), predicate="intersects")
    np.minimum.at(lowest, point, polygon.astype(np.int32))
    lowest[lowest == _NONE] = -1
    return lowest


def shared_edges(polygons: Geometries) -> tuple[Floats, NDArray[np.int32]]:
    """The n distinct edges (n, 4), lower end first, and the polygon on the west side of each (-1: none).

    Raises `LayerError` when two polygons lie on the same side of an edge.
    """
    rings, owner = rings_of(shapely.orient_polygons(polygons))
    begin, end, ring = segments_of(rings)
    upward = (end[:, 1] > begin[:, 1]) | ((end[:, 1] == begin[:, 1]) & (end[:, 0] > begin[:, 0]))
    segments = np.where(upward[:, None], np.hstack([begin, end]), np.hstack([end, begin]))
    order = np.lexsort(segments.T)
    segments, upward, polygon = segments[order], upward[order], owner[ring[order]]
    is_new = np.ones(len(segments), np.bool_)
    is_new[1:] = (segments[1:] != segments[:-1]).any(axis=1)
    edge = np.cumsum(is_new) - 1
    if np.bincount(2 * edge + upward).max() > 1:
        raise LayerError("two polygons lie on the same side of one edge")
    # An outer ring runs counter-clockwise, so its polygon lies on the left: west of an edge that it goes upward.
    west_faces = np.full(edge[-1] + 1, -1, np.int32)
    west_faces[edge[upward]] = polygon[upward]
    return segments[is_new], west_faces


def segments_of(rings: Geometries) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Begin (n, 2), end (n, 2) and ring index of every segment that has a length."""
    points, ring = shapely.get_coordinates(rings, return_index=True)
    begin, end = points[:-1], points[1:]
    kept = (ring[1:] == ring[:-1]) & (begin != end).any(axis=1)
    return begin[kept], end[kept], ring[:-1][kept]


def rings_of(polygons: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Every ring of every polygon, holes included, and the index of its polygon."""
    parts, polygon = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    return rings, polygon[part]
