"""Light outlines of a coverage for maps: simplified with neighbours still joined, in as few decimals as hold them."""

from typing import Any

import numpy as np
import shapely

from geo.crs import PRECISION_DECIMALS
from geo.errors import LayerError
from geo.positions import Geometries, LonLat

FEWEST_DECIMALS = 5


def simplify(polygons: Geometries, tolerance_deg: float) -> Geometries:
    """The n polygons of a coverage with fewer vertices; shared borders stay shared (Visvalingam-Whyatt in GEOS).

    A border moves by about `tolerance_deg` at most, and no polygon is lost. A layer that is no valid coverage is
    simplified all the same, but where its borders do not match they are simplified apart.
    """
    return np.asarray(shapely.coverage_simplify(np.asarray(polygons, dtype=object), tolerance_deg), dtype=object)


def decimals_for(polygons: Geometries) -> int:
    """The fewest decimals (5 to 7) at which no ring collapses and no polygon's area changes by more than 5 %."""
    areas = shapely.area(polygons)
    for decimals in range(FEWEST_DECIMALS, PRECISION_DECIMALS):
        coarse = shapely.transform(polygons, lambda points, places=decimals: np.round(points, places))
        if (_ring_areas(coarse) > 0).all() and (np.abs(shapely.area(coarse) - areas) <= 0.05 * areas).all():
            return decimals
    return PRECISION_DECIMALS


def outlines_text(polygons: Geometries, *, decimals: int | None = None) -> list[str]:
    """The GeoJSON geometry of each polygon as text, coordinates with `decimals` (default: `decimals_for`).

    Points that rounding makes equal to their neighbour are left out.
    """
    places = decimals_for(polygons) if decimals is None else decimals
    coarse = shapely.transform(polygons, lambda points: np.round(points, places))
    return list(shapely.to_geojson(shapely.remove_repeated_points(coarse)))


def label_points(polygons: Geometries) -> list[LonLat]:
    """A position well inside each polygon (of several parts: the largest) for its label."""
    largest = _largest_parts(np.asarray(polygons, dtype=object))
    if not len(largest):
        return []
    west, south, east, north = shapely.bounds(largest).T
    # A fiftieth of the extent is finer than any label, and quick.
    circles = shapely.maximum_inscribed_circle(largest, tolerance=np.maximum(east - west, north - south) / 50)
    middles = shapely.get_coordinates(shapely.get_point(circles, 0))
    return [LonLat(lon, lat) for lon, lat in middles.tolist()]


def _ring_areas(polygons: Geometries) -> Any:
    rings = shapely.get_rings(shapely.get_parts(polygons))
    return shapely.area(shapely.polygons(rings))


def _largest_parts(polygons: Geometries) -> Geometries:
    if shapely.is_empty(polygons).any():
        raise LayerError("a polygon is empty: it can bear no label, leave it out")
    parts, owners = shapely.get_parts(polygons, return_index=True)
    largest_last = np.lexsort((shapely.area(parts), owners))
    return np.asarray(parts[largest_last[np.searchsorted(owners, np.arange(len(polygons)), side="right") - 1]])
