"""The grid that positions shown to everybody are moved to: squares of 200 m in the plane of the district.

┌───────┬───────┐   every position in a square is shown at its middle, whoever asks and however often,
│  x    │       │   so that nothing is gained by asking again
│   ⊙   │   ⊙ x │
└───────┴───────┘   ⊙ what is shown, x where it was
"""

from __future__ import annotations

import numpy as np
import shapely

from geo.crs import PRECISION_DECIMALS, Plane, plane_for
from geo.positions import Bounds, Floats, LonLat

#: Edge of a square. Two positions that are shown apart are shown at least so far apart.
SQUARE_M = 200.0


def snapped(lons: Floats, lats: Floats, plane: Plane) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (degrees, one shape) of the middles of the squares that positions lie in.

    The squares begin at the plane's own origin: neither the district's outline nor what is shown moves them.
    """
    xy = shapely.get_coordinates(plane.to_plane(shapely.points(lons, lats)))
    middles = (np.floor(xy / SQUARE_M) + 0.5) * SQUARE_M
    degrees = shapely.get_coordinates(plane.to_storage(shapely.points(middles)))
    rounded = np.round(degrees, PRECISION_DECIMALS)
    return rounded[:, 0], rounded[:, 1]


def snapped_position(position: LonLat, plane: Plane | None) -> LonLat:
    """The middle of the square that one position lies in; without a plane, in the one that fits the position."""
    plane = plane or plane_for(Bounds(*position, *position))
    lons, lats = snapped(np.array([position.lon]), np.array([position.lat]), plane)
    return LonLat(float(lons[0]), float(lats[0]))
