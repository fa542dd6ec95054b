"""A plane in metres for the made-up geometry, and the 1e-7° grid on which everything is stored.

Only sums, products and square roots are used, so that every machine gets the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ORIGIN_DEG = np.array([121.9, 39.2])
_METRES_PER_DEG = np.array([86_400.0, 111_020.0])  # a degree of longitude and of latitude at 39.2° north


def to_plane(lonlat_deg: Floats) -> Floats:
    """Metres east and north of the district's middle, shape (n, 2)."""
    plane: Floats = (lonlat_deg - _ORIGIN_DEG) * _METRES_PER_DEG
    return plane


def to_lonlat(xy_m: Floats) -> Floats:
    """Degrees, rounded to seven decimals, shape (n, 2)."""
    return np.asarray(np.round(xy_m / _METRES_PER_DEG + _ORIGIN_DEG, 7))


def distances_m(first: Floats, second: Floats) -> Floats:
    """Straight distances between points that broadcast against each other."""
    step = first - second
    return np.asarray(np.sqrt(step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1]))
