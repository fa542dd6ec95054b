"""The cells around the sites: who touches whom, and along which ridge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from plane import Floats, Ints, distances_m
from scipy.spatial import Voronoi
from sites import Sites

SEA = -1


@dataclass(frozen=True)
class Cells:
    """The Voronoi cells of the land sites and the ridges that bound them.

    ``sides[k]`` are the two cells along ridge k (−1 is the sea), ``ends[k]`` its two corners in ``corners_m``.
    """

    count: int
    corners_m: Floats
    ends: Ints
    sides: Ints
    length_m: Floats

    def inner(self) -> Ints:
        """Indices of the ridges with land on both sides."""
        return np.flatnonzero((self.sides >= 0).all(axis=1))


def voronoi_cells(sites: Sites) -> Cells:
    """Cells of all land sites; corners that nearly meet are drawn together into one crossing."""
    land = len(sites.xy_m)
    diagram = Voronoi(np.concatenate([sites.xy_m, sites.sea_m]))
    sides = np.where(diagram.ridge_points < land, diagram.ridge_points, SEA).astype(np.int64)
    ends = np.array(diagram.ridge_vertices, dtype=np.int64)
    kept = (sides >= 0).any(axis=1)
    sides, ends = np.sort(sides[kept], axis=1), np.sort(ends[kept], axis=1)
    order = np.lexsort((sides[:, 1], sides[:, 0]))
    sides, ends = sides[order], ends[order]
    around_m = sites.spacing_m[sides[:, 1]]
    corners, ends = _drawn_together(diagram.vertices, ends, 0.28 * around_m)
    whole = ends[:, 0] != ends[:, 1]
    ends, sides = ends[whole], sides[whole]
    return Cells(land, corners, ends, sides, distances_m(corners[ends[:, 0]], corners[ends[:, 1]]))


def _drawn_together(corners: Floats, ends: Ints, short_m: Floats) -> tuple[Floats, Ints]:
    """Pull the two ends of every short ridge together, each corner at most once."""
    moved, target = corners.copy(), np.arange(len(corners))
    length = distances_m(corners[ends[:, 0]], corners[ends[:, 1]])
    used = np.zeros(len(corners), dtype=bool)
    for ridge in np.lexsort((np.arange(len(ends)), length)):
        a, b = ends[ridge]
        if length[ridge] >= short_m[ridge] or used[a] or used[b]:
            continue
        used[a] = used[b] = True
        moved[a] = (corners[a] + corners[b]) / 2
        target[b] = a
    return moved, target[ends]
