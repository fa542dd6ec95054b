"""The large, never-changing half of a workload map: the outlines of one level under one edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely

from geo.outlines import label_points, outlines_text, simplify
from geo.positions import Geometries, LonLat
from maps.figures import order_digest

#: About 25 m: half a pixel at the zoom that shows a whole district of 60 km on a screen.
TOLERANCE_DEG = 0.00025
#: 1e-5 degrees is about a metre.
LABEL_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class AreaOutline:
    """One area to draw: its polygon (shapely, lon/lat of the storage datum), and where its label stands."""

    code: str
    name: str
    polygon: shapely.Geometry
    label: LonLat


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
    labels = _labels_inside(drawn, [area.label for area in ordered])
    texts = outlines_text(drawn) if ordered else []
    features = [_feature(*one) for one in zip(ordered, labels, texts, strict=True)]
    order = order_digest(area.code for area in ordered)
    body = orjson.dumps({"type": "FeatureCollection", "features": features, "order": order})
    return Outlines(body=body, digest=hashlib.sha256(body).hexdigest()[:20])


def _labels_inside(drawn: Geometries, labels: list[LonLat]) -> list[LonLat]:
    """The labels, placed anew where the simplified polygon does not hold its label."""
    lost = np.flatnonzero(~shapely.contains_xy(drawn, np.array(labels).reshape(-1, 2)))
    placed = list(labels)
    for index, label in zip(lost.tolist(), label_points(drawn[lost]), strict=True):
        placed[index] = label
    return placed


def _feature(area: AreaOutline, label: LonLat, text: str) -> dict[str, Any]:
    at = [round(label.lon, LABEL_DECIMALS), round(label.lat, LABEL_DECIMALS)]
    properties = {"code": area.code, "name": area.name, "label": at}
    return {"type": "Feature", "geometry": orjson.Fragment(text), "properties": properties}
