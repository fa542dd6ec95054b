"""Points to locate: many near borders as reports are, and the ones that only exact arithmetic gets right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from geo.distance import metres_per_degree
from geo.positions import Floats, Geometries

NEAR_SHARE = 0.3
NEAR_M = 20.0


class Points(NamedTuple):
    """Two arrays of degrees."""

    lon: Floats
    lat: Floats


def mixed(polygons: Geometries, count: int, *, seed: int) -> Points:
    """`count` points over the layer's bounds, 30 % of them within 20 m of a border, in no order."""
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(polygons)
    near = int(count * NEAR_SHARE)
    anywhere = rng.uniform((west, south), (east, north), (count - near, 2))
    degree_m = np.array(metres_per_degree((south + north) / 2))
    # At most 14 m along either axis is at most 20 m away.
    aside = rng.uniform(-1, 1, (near, 2)) * NEAR_M / np.sqrt(2) / degree_m
    points = rng.permutation(np.vstack([_on_edges(polygons, near, rng) + aside, anywhere]))
    return _split(points)


def delicate(polygons: Geometries, count: int, *, seed: int) -> Points:
    """Thirds: at vertices, on edges as nearly as numbers can be, and one ulp beside either."""
    rng = np.random.default_rng(seed)
    third = count // 3
    vertices = shapely.get_coordinates(polygons)
    corners = vertices[rng.integers(0, len(vertices), third)]
    edges = _on_edges(polygons, third, rng)
    beside = rng.permutation(np.vstack([corners, edges]))[: count - 2 * third]
    directions = rng.choice([-np.inf, np.inf], beside.shape)
    return _split(np.vstack([corners, edges, np.nextafter(beside, directions)]))


def _on_edges(polygons: Geometries, count: int, rng: np.random.Generator) -> Floats:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    begins = np.flatnonzero(ring[1:] == ring[:-1])
    chosen = rng.choice(begins, count)
    # Halves and quarters lie on an edge exactly more often than other shares do.
    along = np.where(rng.random((count, 1)) < 0.5, rng.choice([0.25, 0.5, 0.75], (count, 1)), rng.random((count, 1)))
    points: Floats = vertices[chosen] + along * (vertices[chosen + 1] - vertices[chosen])
    return points


def _split(points: Floats) -> Points:
    return Points(np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1]))
