"""What each grid is used for, its buildings, and how many live in them; nobody is named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from addresses import addresses
from district import District
from plane import Floats, Ints, distances_m, to_lonlat
from shares import apportion

BUILDINGS, HOUSEHOLDS, RESIDENTS = 42_000, 527_000, 1_545_491
OVER_60 = round(RESIDENTS * 0.25)

# Chances of each use of a grid in town, at the edge of town and in the country.
_USES = {
    "town": {"residential": 0.80, "mixed": 0.09, "commercial": 0.04, "campus": 0.03, "industrial": 0.04},
    "edge": {"residential": 0.58, "mixed": 0.06, "rural": 0.20, "industrial": 0.14, "scenic": 0.02},
    "country": {"rural": 0.93, "industrial": 0.04, "scenic": 0.03},
}
_VILLAGE_USES = {"rural", "scenic"}
DEDICATED_USES = {"commercial", "campus", "industrial", "scenic"}
_TOWN_KM2, _EDGE_KM2 = 0.16, 0.6
_VILLAGE_M, _ESTATE_M = 42.0, 120.0  # distance between neighbouring buildings


@dataclass(frozen=True)
class _Use:
    """How a use shapes a grid: weights of households and buildings, share over 60, and the kinds of its buildings."""

    households: float
    buildings: float
    over_60: float
    kinds: tuple[tuple[str, float], ...]


_SHAPES = {
    "residential": _Use(1.0, 1.0, 0.24, (("apartments", 0.86), ("shops", 0.09), ("public", 0.05))),
    "mixed": _Use(0.85, 1.1, 0.22, (("apartments", 0.62), ("shops", 0.30), ("public", 0.08))),
    "commercial": _Use(0.25, 0.9, 0.18, (("apartments", 0.22), ("shops", 0.70), ("public", 0.08))),
    "campus": _Use(0.30, 0.8, 0.12, (("apartments", 0.35), ("shops", 0.10), ("public", 0.55))),
    "industrial": _Use(0.15, 0.7, 0.15, (("apartments", 0.20), ("works", 0.70), ("public", 0.10))),
    "rural": _Use(0.80, 1.1, 0.33, (("yards", 0.93), ("shops", 0.04), ("public", 0.03))),
    "scenic": _Use(0.20, 0.5, 0.30, (("yards", 0.50), ("shops", 0.35), ("public", 0.15))),
}
_LIVED_IN = {"apartments", "yards"}


@dataclass(frozen=True)
class Buildings:
    """Buildings in the order of their codes; arrays of equal length."""

    codes: list[str]
    grid: Ints
    kinds: list[str]
    addresses: list[str]
    lonlat: Floats
    households: Ints
    residents: Ints
    over_60: Ints

    def per_grid(self, figures: Ints, grids: int) -> Ints:
        """A figure of the buildings summed for each grid."""
        sums = np.zeros(grids, dtype=np.int64)
        np.add.at(sums, self.grid, figures)
        return sums


def _drawn(chances: dict[str, float], at: float) -> str:
    for name, chance in chances.items():
        at -= chance
        if at < 0:
            return name
    return next(iter(chances))


def grid_uses(district: District) -> list[str]:
    """The use of every grid, by how built up it is."""
    at = np.random.default_rng([51]).random(len(district.codes))
    around = ["town" if km2 < _TOWN_KM2 else "edge" if km2 < _EDGE_KM2 else "country" for km2 in district.area_km2]
    return [_drawn(_USES[kind], chance) for kind, chance in zip(around, at.tolist(), strict=True)]


def erect_buildings(district: District, uses: list[str]) -> Buildings:
    """All buildings with their people; the totals are the district's published ones."""
    rng = np.random.default_rng([52])
    shapes = [_SHAPES[use] for use in uses]
    counts = 4 + apportion(
        np.array([s.buildings for s in shapes]) * (0.6 + 0.8 * rng.random(len(shapes))), BUILDINGS - 4 * len(shapes)
    )
    grid = np.repeat(np.arange(len(uses)), counts)
    kinds = _kinds(shapes, counts, rng)
    numbers = np.concatenate([np.arange(1, count + 1) for count in counts])
    places = [
        _places(polygon, int(count), use, np.random.default_rng([53, k]))
        for k, (polygon, count, use) in enumerate(zip(district.plane_polygons, counts, uses, strict=True))
    ]
    households, residents, over_60 = _people(shapes, grid, kinds, rng)
    return Buildings(
        codes=[f"{district.codes[g]}{n:03d}" for g, n in zip(grid, numbers, strict=True)],
        grid=grid,
        kinds=kinds,
        addresses=addresses(district, grid, kinds),
        lonlat=to_lonlat(np.concatenate(places)),
        households=households,
        residents=residents,
        over_60=over_60,
    )


def _kinds(shapes: list[_Use], counts: Ints, rng: np.random.Generator) -> list[str]:
    """Kinds of all buildings; the first of every grid is lived in."""
    kinds = []
    for shape, count in zip(shapes, counts.tolist(), strict=True):
        chances = dict(shape.kinds)
        kinds.append(shape.kinds[0][0])
        kinds += [_drawn(chances, at) for at in rng.random(count - 1).tolist()]
    return kinds


def _people(shapes: list[_Use], grid: Ints, kinds: list[str], rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    lived_in = np.array([kind in _LIVED_IN for kind in kinds])
    homes = np.bincount(grid, lived_in, len(shapes))
    per_grid = np.array([shape.households for shape in shapes]) * (0.7 + 0.6 * rng.random(len(shapes)))
    weights = lived_in * (per_grid / homes)[grid] * (0.4 + 1.2 * rng.random(len(grid)))
    households = apportion(weights, HOUSEHOLDS)
    residents = households + apportion(households * (1.4 + 1.1 * rng.random(len(grid))), RESIDENTS - HOUSEHOLDS)
    share = np.array([shape.over_60 for shape in shapes])[grid] * (0.6 + 0.8 * rng.random(len(grid)))
    return households, residents, np.minimum(apportion(residents * share, OVER_60), residents)


def _places(polygon: shapely.Polygon, count: int, use: str, rng: np.random.Generator) -> Floats:
    """Points inside a polygon, apart from each other and from its border; a village or an estate keeps together."""
    spacing_m = float(np.sqrt(polygon.area / count)) * 0.9
    widest_m = _VILLAGE_M + _VILLAGE_M * float(rng.random()) if use in _VILLAGE_USES else _ESTATE_M
    clustered = spacing_m > widest_m
    points = _clear_points(polygon, count, min(spacing_m, widest_m), rng)
    if clustered:
        centre = shapely.get_coordinates(shapely.point_on_surface(polygon))[0]
        uneven = distances_m(points, centre) * (0.75 + 0.5 * rng.random(len(points)))
        chosen = np.argsort(uneven, kind="stable")[:count]
    else:
        chosen = rng.permutation(len(points))[:count]
    return np.asarray(points[np.sort(chosen)])


def _clear_points(polygon: shapely.Polygon, count: int, spacing_m: float, rng: np.random.Generator) -> Floats:
    """At least `count` points inside, clear of the border; closer together where there is little room."""
    while True:
        points = _jittered(polygon, spacing_m, rng)
        clear = shapely.distance(polygon.boundary, shapely.points(points)) > 0.22 * spacing_m
        points = points[clear & shapely.contains_xy(polygon, points[:, 0], points[:, 1])]
        if len(points) >= count:
            return np.asarray(points)
        spacing_m *= 0.85


def _jittered(polygon: shapely.Polygon, spacing_m: float, rng: np.random.Generator) -> Floats:
    west, south, east, north = polygon.bounds
    x, y = np.meshgrid(np.arange(west, east, spacing_m), np.arange(south, north, spacing_m))
    points = np.column_stack([x.ravel(), y.ravel()]) + spacing_m / 2
    return np.asarray(points + (rng.random(points.shape) - 0.5) * 0.5 * spacing_m)
