"""Distances in metres from points to the borders of their polygons."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo import _kernels
from geo.edges import rings_of, segments_of
from geo.positions import Floats, Geometries


@dataclass(frozen=True)
class Borders:
    """The border segments of all polygons: those of polygon p are `segments[starts[p]:starts[p + 1]]`."""

    segments: Floats
    starts: NDArray[np.int64]

    @classmethod
    def build(cls, polygons: Geometries) -> Self:
        """Collect the segments of every ring of every polygon."""
        rings, polygon = rings_of(polygons)
        begin, end, ring = segments_of(rings)
        starts = np.searchsorted(polygon[ring], np.arange(len(polygons) + 1)).astype(np.int64)
        return cls(np.hstack([begin, end]), starts)

    def distance_m(self, lon: float, lat: float, polygon: int) -> float:
        """Metres from one point to the border of one polygon, in a plane around the point (see `metres_per_degree`)."""
        first, last = self.starts[polygon], self.starts[polygon + 1]
        return float(_kernels.border_distance_m(lon, lat, self.segments, first, last))

    def distances_m(self, lon: Floats, lat: Floats, polygons: NDArray[np.int32]) -> Floats:
        """The same for n points and a polygon for each; NaN where the polygon is -1."""
        distances_m = np.empty(len(lon), np.float64)
        _kernels.border_distances_m(lon, lat, polygons, self.segments, self.starts, distances_m)
        return distances_m
