"""Positions, boxes and the datums a position may be given in."""

from enum import StrEnum
from math import isfinite
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geo.errors import PositionError

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]


class LonLat(NamedTuple):
    """One position in degrees, longitude first."""

    lon: float
    lat: float

    @classmethod
    def checked(cls, lon: float, lat: float) -> Self:
        """Build a position that lies on the globe; raises `PositionError` otherwise."""
        if not (isfinite(lon) and -180 <= lon <= 180):
            raise PositionError(f"lon is {lon!r}: give degrees between -180 and 180, longitude first")
        if not (isfinite(lat) and -90 <= lat <= 90):
            raise PositionError(f"lat is {lat!r}: give degrees between -90 and 90, latitude second")
        return cls(float(lon), float(lat))


class Bounds(NamedTuple):
    """A box in the units of its coordinates; degrees unless a name says otherwise."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> LonLat:
        """The middle of the box."""
        return LonLat((self.west + self.east) / 2, (self.south + self.north) / 2)


class Datum(StrEnum):
    """What a position's numbers refer to.

    `gcj02` (国测局坐标, AMap, Tencent) and `bd09` (Baidu) are shifts of a position, not coordinate reference systems.
    """

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"
