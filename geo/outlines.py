"""Light outlines of a coverage for maps: simplified with neighbours still joined, in as few decimals as hold them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from geo.crs import PRECISION_DECIMALS
from geo.defects import rounded
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


def outlines_geojson(
    polygons: Geometries, properties: Sequence[Mapping[str, Any]], *, decimals: int | None = None
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection in the order given, coordinates with `decimals` (default: `decimals_for`).

    Points that rounding makes equal to their neighbour are left out. Raises `LayerError` unless every polygon has its
    properties.
    """
    if len(polygons) != len(properties):
        raise LayerError(f"there are {len(properties)} properties for {len(polygons)} polygons: give each its own")
    places = decimals_for(polygons) if decimals is None else decimals
    coarse = shapely.transform(polygons, lambda points: np.round(points, places))
    shapes = shapely.remove_repeated_points(coarse)
    features = [_feature(shape, about, places) for shape, about in zip(shapes, properties, strict=True)]
    return {"type": "FeatureCollection", "features": features}


def label_points(polygons: Iterable[Any]) -> list[LonLat]:
    """A position well inside each polygon (of several parts: the largest) for its label."""
    largest = np.array([_largest_part(polygon) for polygon in polygons], dtype=object)
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


def _largest_part(polygon: Any) -> Any:
    parts = shapely.get_parts(polygon)
    if shapely.is_empty(parts).all():
        raise LayerError("a polygon is empty: it can bear no label, leave it out")
    return parts[int(np.argmax(shapely.area(parts)))]


def _feature(shape: Any, properties: Mapping[str, Any], decimals: int) -> dict[str, Any]:
    return {"type": "Feature", "geometry": rounded(mapping(shape), decimals), "properties": dict(properties)}
