"""The large, never-changing half of a workload map: the outlines of one level under one edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely

from geo.outlines import label_points, simplify
from maps.figures import order_digest

#: About 25 m: half a pixel at the zoom that shows a whole district of 60 km on a screen.
TOLERANCE_DEG = 0.00025
#: 1e-5 degrees is about a metre.
DECIMALS = 5


@dataclass(frozen=True, slots=True)
class AreaOutline:
    """One area to draw: its code, its name and its polygon (shapely, lon/lat of the storage datum)."""

    code: str
    name: str
    polygon: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Outlines:
    """A GeoJSON FeatureCollection as bytes, and the digest that makes its URL immutable."""

    body: bytes
    digest: str


def outlines_json(areas: Iterable[AreaOutline], *, tolerance_deg: float = TOLERANCE_DEG) -> Outlines:
    """Outlines simplified as one coverage, so that neighbours stay joined, ordered by code.

    Each feature holds its code, its name and the point for its label [lon, lat]; the member `order` is the digest that
    `figures_json` gives for the same codes.
    """
    ordered = sorted(areas, key=lambda area: area.code)
    polygons = np.array([area.polygon for area in ordered], dtype=object)
    drawn = simplify(polygons, tolerance_deg) if ordered else polygons
    labels = label_points(drawn) if ordered else ()
    features = [
        _feature(area, polygon, (float(label.lon), float(label.lat)))
        for area, polygon, label in zip(ordered, drawn, labels, strict=True)
    ]
    order = order_digest(area.code for area in ordered)
    body = orjson.dumps({"type": "FeatureCollection", "order": order, "features": features})
    return Outlines(body=body, digest=hashlib.sha256(body).hexdigest()[:20])


def _feature(area: AreaOutline, polygon: shapely.Geometry, label: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": area.code, "name": area.name, "label": [round(at, DECIMALS) for at in label]},
        "geometry": _geometry(polygon),
    }


def _geometry(polygon: shapely.Geometry) -> dict[str, Any]:
    parts = [[_ring(part.exterior), *map(_ring, part.interiors)] for part in shapely.get_parts(polygon)]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _ring(ring: shapely.LinearRing) -> list[list[float]]:
    """Rounded positions; those that round to the one before are left out, but never below a triangle."""
    rounded: list[list[float]] = np.round(shapely.get_coordinates(ring), DECIMALS).tolist()
    kept = [at for index, at in enumerate(rounded) if index == 0 or at != rounded[index - 1]]
    return kept if len(kept) >= 4 else shapely.get_coordinates(ring).tolist()
