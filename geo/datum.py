"""Conversion between the storage datum (WGS 84, numerically CGCS2000) and the shifted datums GCJ-02 and BD-09.

The shift is the publicly known GCJ-02 formula on the Krasovsky 1940 ellipsoid, with Baidu's further turn on top of it.
It holds inside the box 72.004-137.8347 E, 0.8293-55.8271 N; outside it positions are unchanged. A hard box edge would
make the shift impossible to undo there (some positions would have two originals, others none), so the shift fades to
nothing over half a degree outside the box:

        shift 0  |  fades 1 -> 0  |  box: shift 1  |  fades 1 -> 0  |  shift 0

Published pairs agree within 1 m (a constant bias of about 0.67 m in some), GCJ-02 against BD-09 within 0.05 m.
"""

import numpy as np
from numpy.typing import ArrayLike

from geo.positions import Bounds, Datum, Floats, LonLat

SHIFTED_BOX = Bounds(72.004, 0.8293, 137.8347, 55.8271)
FADE_DEG = 0.5

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_TURN = np.pi * 3000 / 180
_CONVERGED_DEG = 1e-12
_MAX_ROUNDS = 20


def to_storage(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Turn degrees given in `datum` into degrees of the storage datum.

    `lon` and `lat` have one shape, which the two answers keep. The inverse of the shift is found by fixed point; the
    way there and back stays below 0.1 mm. NaN and infinity stay what they are.
    """
    given_lon, given_lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if not _is_shifted(datum):
        return given_lon, given_lat
    stored_lon, stored_lat = given_lon, given_lat
    for _ in range(_MAX_ROUNDS):
        east, north = _shift_deg(stored_lon, stored_lat, datum)
        with np.errstate(invalid="ignore"):
            miss = np.hypot(stored_lon + east - given_lon, stored_lat + north - given_lat)
        stored_lon, stored_lat = given_lon - east, given_lat - north
        if not (miss > _CONVERGED_DEG).any():
            break
    return stored_lon, stored_lat


def from_storage(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Turn degrees of the storage datum into degrees in `datum`; shapes as in `to_storage`."""
    stored_lon, stored_lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if not _is_shifted(datum):
        return stored_lon, stored_lat
    east, north = _shift_deg(stored_lon, stored_lat, datum)
    return stored_lon + east, stored_lat + north


def position_to_storage(position: LonLat, datum: Datum) -> LonLat:
    """Turn one position given in `datum` into the storage datum."""
    lon, lat = to_storage(position.lon, position.lat, datum)
    return LonLat(float(lon), float(lat))


def position_from_storage(position: LonLat, datum: Datum) -> LonLat:
    """Turn one stored position into `datum`."""
    lon, lat = from_storage(position.lon, position.lat, datum)
    return LonLat(float(lon), float(lat))


def _is_shifted(datum: Datum) -> bool:
    return datum in (Datum.GCJ02, Datum.BD09)


def _shift_deg(lon: Floats, lat: Floats, datum: Datum) -> tuple[Floats, Floats]:
    """Degrees to add to a stored position, zero outside the box and its fading rim."""
    weight = _weight(lon, lat)
    inside = weight > 0
    near_lon, near_lat = np.where(inside, lon, 105.0), np.where(inside, lat, 35.0)
    east, north = _gcj_shift_deg(near_lon, near_lat)
    if datum is Datum.BD09:
        baidu_lon, baidu_lat = _gcj_to_baidu(near_lon + east, near_lat + north)
        east, north = baidu_lon - near_lon, baidu_lat - near_lat
    return np.where(inside, weight * east, 0.0), np.where(inside, weight * north, 0.0)


def _weight(lon: Floats, lat: Floats) -> Floats:
    beside = np.maximum(SHIFTED_BOX.west - lon, lon - SHIFTED_BOX.east)
    above = np.maximum(SHIFTED_BOX.south - lat, lat - SHIFTED_BOX.north)
    return np.clip(1 - np.maximum(beside, above) / FADE_DEG, 0.0, 1.0)


def _gcj_shift_deg(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m += (ripple + _waves(x, 150, 300)) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += (ripple + _waves(y, 160, 320)) * 2 / 3
    latitude = np.radians(lat)
    flattening = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    parallel_m = _SEMI_MAJOR_M / np.sqrt(flattening) * np.cos(latitude)
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / flattening**1.5
    return east_m / np.radians(parallel_m), north_m / np.radians(meridian_m)


def _waves(along: Floats, short_m: float, long_m: float) -> Floats:
    near = 20 * np.sin(np.pi * along) + 40 * np.sin(np.pi * along / 3)
    far = short_m * np.sin(np.pi * along / 12) + long_m * np.sin(np.pi * along / 30)
    waves: Floats = near + far
    return waves


def _gcj_to_baidu(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BAIDU_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
