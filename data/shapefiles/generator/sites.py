"""Where the small cells lie that grids are put together from: town blocks on turned lattices, fields between them.

Sites in the sea mirror the coastal ones, so that the border between land and sea cells is the outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from noise import field
from plane import Floats, Ints, distances_m
from scipy.spatial import cKDTree
from territory import RASTER_M, Territories

CELLS_PER_GRID = 12
_SAMPLE_M2 = RASTER_M * RASTER_M
_BLOCK_ASPECT = 1.3
_JITTER = 0.07
_RELAXATIONS = 6
_SAMPLES_PER_SITE = 8


@dataclass(frozen=True)
class Zone:
    """A ring of a street around its office: its share of the cells and the spacing of its blocks."""

    share: float
    spacing: float  # in metres, or below 2 as a multiple of the street's mean spacing


_ZONES = {
    "urban": (Zone(0.40, 0.80), Zone(0.45, 1.04)),
    "suburban": (Zone(0.28, 75.0), Zone(0.27, 115.0)),
    "rural": (Zone(0.16, 82.0), Zone(0.16, 140.0)),
}


@dataclass(frozen=True)
class Sites:
    """Cell sites on land with their street and the spacing around them, and the sites of the sea."""

    xy_m: Floats
    street: Ints
    spacing_m: Floats
    sea_m: Floats


def _lattice(around: Floats, spacing_m: float, turn: float, rng: np.random.Generator) -> Floats:
    """Jittered lattice points over the bounding box of some points, turned by 2·atan(turn)."""
    cosine, sine = (1 - turn * turn) / (1 + turn * turn), 2 * turn / (1 + turn * turn)
    middle = (around.min(axis=0) + around.max(axis=0)) / 2
    half = float(distances_m(around.min(axis=0), around.max(axis=0))) / 2 + spacing_m
    stretch = np.sqrt(_BLOCK_ASPECT)
    u, v = np.meshgrid(np.arange(-half, half, spacing_m * stretch), np.arange(-half, half, spacing_m / stretch))
    steps = np.column_stack([u.ravel(), v.ravel()])
    steps += (rng.random(steps.shape) - 0.5) * 2 * _JITTER * spacing_m
    turned = np.column_stack([cosine * steps[:, 0] - sine * steps[:, 1], sine * steps[:, 0] + cosine * steps[:, 1]])
    return np.asarray(turned + middle)


def _relaxed(samples_m: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Evenly spread irregular sites over an area that is given by sample points."""
    repeats = -(-_SAMPLES_PER_SITE * count // len(samples_m))
    fine = np.repeat(samples_m, repeats, axis=0)
    fine = fine + (rng.random(fine.shape) - 0.5) * RASTER_M
    sites = fine[rng.permutation(len(fine))[:count]]
    for _ in range(_RELAXATIONS):
        _, nearest = cKDTree(sites).query(fine)
        filled = np.bincount(nearest, minlength=len(sites))
        sums = np.column_stack([np.bincount(nearest, fine[:, axis], minlength=len(sites)) for axis in (0, 1)])
        sites = np.where(filled[:, None] > 0, sums / np.maximum(filled, 1)[:, None], sites)
    return sites


class _StreetPlan:
    """The zones of one street: rings around the office, uneven like a town's edge."""

    def __init__(self, index: int, setting: str, cells: int, territories: Territories) -> None:
        self._index, self._territories = index, territories
        self.samples_m = territories.samples_m[territories.sample_street == index]
        self._cells, self._dense = cells, setting == "urban"
        reach = np.sort(self._reach(self.samples_m))
        mean_m = float(np.sqrt(len(reach) * _SAMPLE_M2 / cells))
        self.rings: list[tuple[float, float, float]] = []
        inner = used = 0.0
        for zone in _ZONES[setting]:
            spacing_m = zone.spacing * mean_m if zone.spacing < 2 else min(zone.spacing, 0.9 * mean_m)
            used += zone.share * cells * spacing_m * spacing_m / _SAMPLE_M2
            outer = float(reach[min(int(used), len(reach) - 1)])
            self.rings.append((inner, outer, spacing_m))
            inner = outer
        self._edge = inner

    def _reach(self, xy_m: Floats) -> Floats:
        office = self._territories.offices_m[self._index]
        return distances_m(xy_m, office) * (1.0 + 0.35 * field(xy_m, 2_500.0, 300 + self._index))

    def sites(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Sites of the street and the spacing at each."""
        found, spacing = [], []
        turn = float(rng.random()) - 0.5
        for inner, outer, spacing_m in self.rings:
            points = _lattice(self.samples_m, spacing_m, turn, rng)
            reach = self._reach(points)
            points = points[(reach >= inner) & (reach < outer)]
            points = points[self._territories.on_land(points)]
            points = points[self._territories.street_of(points) == self._index]
            found.append(points)
            spacing.append(np.full(len(points), spacing_m))
        country = self.samples_m[self._reach(self.samples_m) >= self._edge]
        coarsest_m = 2.5 * self.rings[-1][2]
        fewest = int(len(country) * _SAMPLE_M2 / (coarsest_m * coarsest_m)) + 1 if self._dense else 1
        left = max(self._cells - sum(map(len, found)), fewest)
        found.append(_relaxed(country, left, rng))
        spacing.append(np.full(left, float(np.sqrt(len(country) * _SAMPLE_M2 / left))))
        return np.concatenate(found), np.concatenate(spacing)


def _without_crowding(xy_m: Floats, spacing_m: Floats) -> Floats:
    """Which sites to keep so that none is too near to an earlier one."""
    keep = np.ones(len(xy_m), dtype=bool)
    pairs = cKDTree(xy_m).query_pairs(250.0, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    apart = distances_m(xy_m[pairs[:, 0]], xy_m[pairs[:, 1]])
    near = apart < 0.55 * np.minimum(spacing_m[pairs[:, 0]], spacing_m[pairs[:, 1]])
    for first, second in pairs[near]:
        if keep[first]:
            keep[second] = False
    return keep


def _mirrored(xy_m: Floats, spacing_m: Floats, land: shapely.MultiPolygon) -> Floats:
    """The coastal sites' mirror images in the sea, and a far frame around everything."""
    points = shapely.points(xy_m)
    coastal = shapely.dwithin(land.boundary, points, 2.5 * spacing_m)
    feet = shapely.get_coordinates(shapely.shortest_line(points[coastal], land.boundary)).reshape(-1, 2, 2)[:, 1]
    images = 2 * feet - xy_m[coastal]
    images = images[~shapely.contains_xy(land, images[:, 0], images[:, 1])]
    low, high = xy_m.min(axis=0) - 30_000.0, xy_m.max(axis=0) + 30_000.0
    steps = np.arange(0.0, 1.0001, 0.05)[:, None]
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    frame = [corners[k] * (1 - steps) + corners[(k + 1) % 4] * steps for k in range(4)]
    return np.unique(np.round(np.concatenate([images, *frame]), 3), axis=0)


def lay_sites(territories: Territories, settings: list[str], grids: Ints, land: shapely.MultiPolygon) -> Sites:
    """Cell sites for every street; `grids` is the number of grids per street."""
    found, street, spacing = [], [], []
    for index, setting in enumerate(settings):
        plan = _StreetPlan(index, setting, int(grids[index]) * CELLS_PER_GRID, territories)
        points, around_m = plan.sites(np.random.default_rng([21, index]))
        found.append(points)
        spacing.append(around_m)
        street.append(np.full(len(points), index))
    xy_m, spacing_m, owner = np.concatenate(found), np.concatenate(spacing), np.concatenate(street)
    inside = shapely.contains_xy(land, xy_m[:, 0], xy_m[:, 1])
    inside &= ~shapely.dwithin(land.boundary, shapely.points(xy_m), 0.25 * spacing_m)
    xy_m, spacing_m, owner = xy_m[inside], spacing_m[inside], owner[inside]
    keep = _without_crowding(xy_m, spacing_m)
    xy_m, spacing_m, owner = xy_m[keep], spacing_m[keep], owner[keep]
    return Sites(xy_m, owner, spacing_m, _mirrored(xy_m, spacing_m, land))
