"""Distances in metres between positions in degrees, vectorised."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Geod

from geo.positions import Floats

MEAN_RADIUS_M = 6_371_008.8
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006694379990141317


def great_circle_m(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> Floats:
    """Metres on the mean sphere (haversine), within 0.6 % of the geodesic; arguments broadcast."""
    lon_a, lat_a, lon_b, lat_b = (np.radians(np.asarray(value, np.float64)) for value in (lon_a, lat_a, lon_b, lat_b))
    chord = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    metres: Floats = 2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return metres


def geodesic_m(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> Floats:
    """Metres on the WGS 84 ellipsoid (Karney's algorithm in PROJ), exact to nanometres; arguments broadcast."""
    west, south, east, north = np.broadcast_arrays(lon_a, lat_a, lon_b, lat_b)
    _, _, metres = _ellipsoid().inv(west, south, east, north)
    return np.asarray(metres, np.float64)


def metres_per_degree(lat: ArrayLike) -> tuple[Floats, Floats]:
    """Metres in one degree of longitude and of latitude at `lat`, from the ellipsoid's radii of curvature there.

    Within 5 km of the point, distances scaled by these differ from the geodesic by less than 0.1 % below 65 degrees
    of latitude (0.04 % at 40 degrees).
    """
    east_m, north_m = scale_at(np.asarray(lat, np.float64))
    return east_m, north_m


def scale_at(lat: Any) -> Any:
    """The formula of `metres_per_degree`, plain so that the kernels can compile it for one latitude."""
    latitude = np.radians(lat)
    flattening = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    east_m = np.radians(_SEMI_MAJOR_M / np.sqrt(flattening) * np.cos(latitude))
    north_m = np.radians(_SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / flattening**1.5)
    return east_m, north_m


@cache
def _ellipsoid() -> Geod:
    return Geod(ellps="WGS84")
