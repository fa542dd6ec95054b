"""The large, never-changing half of a workload map: the outlines of one level under one edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely

from geo.outlines import label_points, outlines_geojson, simplify
from geo.positions import LonLat
from maps.figures import order_digest

#: About 25 m: half a pixel at the zoom that shows a whole district of 60 km on a screen.
TOLERANCE_DEG = 0.00025
#: 1e-5 degrees is about a metre.
LABEL_DECIMALS = 5


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
    properties = [_properties(area, label) for area, label in zip(ordered, label_points(drawn), strict=True)]
    order = order_digest(area.code for area in ordered)
    body = orjson.dumps({**outlines_geojson(drawn, properties), "order": order})
    return Outlines(body=body, digest=hashlib.sha256(body).hexdigest()[:20])


def _properties(area: AreaOutline, label: LonLat) -> dict[str, Any]:
    at = [round(label.lon, LABEL_DECIMALS), round(label.lat, LABEL_DECIMALS)]
    return {"code": area.code, "name": area.name, "label": at}
