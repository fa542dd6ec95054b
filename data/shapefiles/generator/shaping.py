"""Gives borders their natural course: rounded like roads and brooks, and bent by waves, most of all the coast."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from arcs import Arc, Borders
from cells import SEA
from noise import Octave, warp
from plane import Floats, Ints
from scipy.spatial import cKDTree
from spacing import SpacingField

_TOWN_M, _COUNTRY_M = 90.0, 330.0
# Wavelength and push, with the weight in the densest town (first) and in open country (second).
_WAVES = (
    (Octave(1_500.0, 0.055), 0.35, 1.0),
    (Octave(620.0, 0.085), 0.30, 1.0),
    (Octave(260.0, 0.08), 0.35, 0.9),
    (Octave(110.0, 0.035), 0.50, 0.0),
)
_COAST_WAVES = (Octave(3_100.0, 0.055), Octave(1_150.0, 0.075), Octave(430.0, 0.10))
_COAST_REACH_M = 900.0
# Rounds of smoothing in town and in the country for borders of grids, communities, and streets with the coast.
_ROUNDS = ((3, 10), (14, 14), (30, 18))
_GRID, _COMMUNITY, _STREET = range(3)
_ATTEMPTS = 12
_HELD_BACK = 2.0  # how far around a crossing less is smoothed, in spacings of cells


def _openness(spacing_m: Floats) -> Floats:
    """0 in the densest town, 1 in open country."""
    return np.clip((spacing_m - _TOWN_M) / (_COUNTRY_M - _TOWN_M), 0.0, 1.0)


def ranks(arcs: list[Arc], community: Ints, street: Ints) -> list[int]:
    """The highest level each arc divides; `community` and `street` hold those of every grid."""
    return [_rank(arc.sides, community, street) for arc in arcs]


def _rank(sides: tuple[int, int], community: Ints, street: Ints) -> int:
    a, b = sides
    if SEA in sides or street[a] != street[b]:
        return _STREET
    return _COMMUNITY if community[a] != community[b] else _GRID


def smoothed(borders: Borders, rank: list[int]) -> Floats:
    """Vertices after rounding off the corners of the cells, higher borders more.

    Where a lower border meets a higher one, their common vertex moves along with the higher; where three of the highest
    meet, it stays. Where borders would cross, less is rounded.
    """
    before, after, highest = _neighbours(borders, rank)
    town, country = (np.array([r[k] for r in _ROUNDS])[highest] for k in (0, 1))
    rounds = np.where(after >= 0, town + (country - town) * _openness(borders.spacing_m), 0.0)
    for _ in range(_ATTEMPTS):
        xy = _rounded_off(borders.xy_m, before, after, rounds)
        crossings = _crossings(xy, borders.arcs)
        if not len(crossings):
            return xy
        gap, _ = cKDTree(crossings).query(xy)
        rounds[gap < _HELD_BACK * borders.spacing_m] *= 0.5
    raise RuntimeError(f"borders cross at {crossings[0]} after {_ATTEMPTS} attempts: lower the rounds of smoothing")


def _rounded_off(xy_m: Floats, before: Ints, after: Ints, rounds: Floats) -> Floats:
    xy = xy_m.copy()
    for turn in range(int(np.ceil(rounds.max()))):
        moving = np.flatnonzero(rounds > turn)
        xy[moving] = (xy[moving] + (xy[before[moving]] + xy[after[moving]]) / 2) / 2
    return xy


def _crossings(xy_m: Floats, arcs: list[Arc]) -> Floats:
    """Where arcs cross each other or themselves, shape (n, 2)."""
    drawn = np.array([shapely.LineString(xy_m[arc.vertices]) for arc in arcs])
    first, second = shapely.STRtree(drawn).query(drawn, predicate="crosses")
    crossed = shapely.get_coordinates(shapely.intersection(drawn[first], drawn[second]))
    loops = shapely.get_coordinates(drawn[~shapely.is_simple(drawn)])
    return np.concatenate([crossed, loops])


def _neighbours(borders: Borders, rank: list[int]) -> tuple[Ints, Ints, Ints]:
    """The two neighbours of each vertex along its highest border (−1 where there are not just two), and its rank."""
    count = len(borders.xy_m)
    near: list[list[int]] = [[] for _ in range(count)]
    highest = np.full(count, -1)
    for level in (_STREET, _COMMUNITY, _GRID):
        for arc, own in zip(borders.arcs, rank, strict=True):
            if own == level:
                _link(arc.vertices.tolist(), level, highest, near)
    before, after = np.full(count, -1), np.full(count, -1)
    for vertex, around in enumerate(near):
        if len(around) == 2:
            before[vertex], after[vertex] = sorted(around)
    return before, after, highest


def _link(vertices: list[int], level: int, highest: Ints, near: list[list[int]]) -> None:
    for a, b in itertools.pairwise(vertices):
        for here, there in ((a, b), (b, a)):
            if highest[here] <= level:
                highest[here] = level
                near[here].append(there)


def bend(xy_m: Floats, field: SpacingField, coast: shapely.Geometry) -> Floats:
    """Move points by the waves that fit the spacing there, and by larger ones near the coast."""
    openness = _openness(field.at(xy_m))
    near = np.clip(1.0 - shapely.distance(coast, shapely.points(xy_m)) / _COAST_REACH_M, 0.0, 1.0)
    near = near * near * (3.0 - 2.0 * near)
    inland = [(octave, town + (country - town) * openness) for octave, town, country in _WAVES]
    return warp(warp(xy_m, inland, seed=501), [(octave, near) for octave in _COAST_WAVES], seed=601)
