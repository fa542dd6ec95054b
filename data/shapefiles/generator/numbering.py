"""Codes of grids inside their communities, by the project's own rule."""

from __future__ import annotations

import numpy as np
import shapely
from plane import Ints

from geo.grid_codes import code_of, number_west_to_east


def grid_codes(cells: list[shapely.Polygon], community: Ints, community_codes: list[str]) -> list[str]:
    """The 15-digit code of every grid: numbered by centroid, west to east, then north to south."""
    centres = np.round(shapely.get_coordinates(shapely.centroid(cells)), 7)
    codes = [""] * len(cells)
    for index, code in enumerate(community_codes):
        members = np.flatnonzero(community == index)
        numbers = number_west_to_east(centres[members, 0], centres[members, 1])
        for member, number in zip(members, numbers, strict=True):
            codes[member] = code_of(code, int(number))
    return codes
