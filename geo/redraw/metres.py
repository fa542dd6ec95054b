"""Widths and reaches in metres, taken in a flat frame around the place: good within a few kilometres."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DECIMALS
from geo.distance import metres_per_degree
from geo.positions import Floats, Geometries

THIN_M = 10.0
REACH_M = 5.0


class Frame(NamedTuple):
    """Degrees to metres and back around one place."""

    origin: Floats
    scale: Floats

    @classmethod
    def around(cls, geometry: BaseGeometry) -> Self:
        """The frame for what lies near a geometry (degrees)."""
        west, south, east, north = geometry.bounds
        middle = np.array([(west + east) / 2, (south + north) / 2])
        return cls(middle, np.array([float(size) for size in metres_per_degree(middle[1])]))

    def metres(self, geometries: Geometries | BaseGeometry) -> Geometries:
        """Geometries (degrees) in metres."""
        return np.asarray(shapely.transform(geometries, lambda points: (points - self.origin) * self.scale))

    def degrees(self, points: Floats) -> Floats:
        """Points in metres back in degrees, on the precision grid."""
        rounded: Floats = np.round(np.asarray(points) / self.scale + self.origin, PRECISION_DECIMALS)
        return rounded


def are_thin(polygons: Sequence[BaseGeometry] | Geometries, width_m: float) -> list[bool]:
    """Whether no circle of this diameter fits into each polygon."""
    flat = Frame.around(shapely.GeometryCollection(list(polygons))).metres(np.asarray(polygons, dtype=object))
    return [bool(empty) for empty in np.atleast_1d(shapely.is_empty(shapely.buffer(flat, -width_m / 2, quad_segs=4)))]


def reaching(line: BaseGeometry, border: BaseGeometry, reach_m: float = REACH_M) -> BaseGeometry:
    """The line, each end that stops short of the border by up to `reach_m` led on to it."""
    frame = Frame.around(line)
    ends = [shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])]
    flat = frame.metres(np.array([*ends, border], dtype=object))
    first, last = (_led_on(end, flat[2], frame, reach_m) for end in flat[:2])
    return shapely.LineString([*first, *np.round(line.coords, PRECISION_DECIMALS).tolist(), *last])


def _led_on(end: BaseGeometry, border: BaseGeometry, frame: Frame, reach_m: float) -> list[list[float]]:
    bridge = shapely.shortest_line(end, border)
    if not 0 < shapely.length(bridge) <= reach_m:
        return []
    points: list[list[float]] = frame.degrees(shapely.get_coordinates(bridge)[1:]).tolist()
    return points
