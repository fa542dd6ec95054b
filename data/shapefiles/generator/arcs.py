"""Borders between grids as shared arcs: traced once, smoothed, bent, snapped, and joined into polygons.

A ──arc── B        two neighbours take the same arc, one forwards and one backwards,
│         │        so their edges agree bit for bit
arc       arc
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from cells import SEA, Cells
from noise import Octave, warp
from plane import Floats, Ints, to_lonlat

# Wavelength and push, with the weight in the densest town (first) and in open country (second).
_WAVES = (
    (Octave(1_500.0, 0.055), 0.35, 1.0),
    (Octave(620.0, 0.055), 0.35, 1.0),
    (Octave(260.0, 0.05), 0.40, 0.85),
    (Octave(110.0, 0.035), 0.50, 0.0),
)
_TOWN_M, _COUNTRY_M = 90.0, 330.0
_STEP = 0.21  # distance between vertices as a share of the cell spacing


@dataclass(frozen=True)
class Arc:
    """A border between two areas, from one junction to the next."""

    xy_m: Floats
    spacing_m: Floats
    sides: tuple[int, int]


def trace(cells: Cells, label: Ints, spacing_m: Floats) -> list[Arc]:
    """All borders between differently labelled cells and towards the sea."""
    named = np.where(cells.sides == SEA, SEA, label[cells.sides])
    border = np.flatnonzero(named[:, 0] != named[:, 1])
    around_m = spacing_m[np.maximum(cells.sides, 0)]
    around_m = np.where(cells.sides == SEA, around_m[:, ::-1], around_m).mean(axis=1)
    leaving: dict[int, list[int]] = {}
    for ridge in border:
        for corner in cells.ends[ridge]:
            leaving.setdefault(int(corner), []).append(int(ridge))
    done: set[int] = set()
    arcs = []
    junctions = sorted(corner for corner, ridges in leaving.items() if len(ridges) != 2)
    for start in junctions + sorted(leaving):
        for ridge in leaving[start]:
            if ridge not in done:
                corners, ridges = _follow(start, ridge, leaving, cells.ends, done)
                low, high = sorted(named[ridges[0]].tolist())
                arcs.append(_subdivided(cells.corners_m[corners], around_m[ridges], (low, high)))
    return arcs


def _follow(
    start: int, ridge: int, leaving: dict[int, list[int]], ends: Ints, done: set[int]
) -> tuple[list[int], list[int]]:
    corners, ridges = [start], []
    while True:
        done.add(ridge)
        ridges.append(ridge)
        a, b = (int(end) for end in ends[ridge])
        corners.append(b if corners[-1] == a else a)
        onward = [other for other in leaving[corners[-1]] if other not in done]
        if len(leaving[corners[-1]]) != 2 or not onward:
            return corners, ridges
        ridge = onward[0]


def _subdivided(corners_m: Floats, around_m: Floats, sides: tuple[int, int]) -> Arc:
    """Vertices every fifth of a cell along the arc."""
    points, spacing = [corners_m[:1]], [around_m[:1]]
    for k, near_m in enumerate(around_m):
        step = corners_m[k + 1] - corners_m[k]
        pieces = max(1, round(float(np.sqrt((step * step).sum())) / (_STEP * float(near_m))))
        along = np.arange(1, pieces + 1)[:, None] / pieces
        points.append(corners_m[k] + along * step)
        spacing.append(np.full(pieces, near_m))
    points[-1][-1] = corners_m[-1]
    return Arc(np.concatenate(points), np.concatenate(spacing), sides)


def _openness(spacing_m: Floats) -> Floats:
    """0 in the densest town, 1 in open country."""
    return np.clip((spacing_m - _TOWN_M) / (_COUNTRY_M - _TOWN_M), 0.0, 1.0)


def smoothed(arcs: list[Arc], town_rounds: int, country_rounds: int) -> list[Arc]:
    """Round off the corners of the cells, more in the country; junctions stay."""
    xy = np.concatenate([arc.xy_m for arc in arcs])
    spacing = np.concatenate([arc.spacing_m for arc in arcs])
    limits = np.cumsum([len(arc.xy_m) for arc in arcs])
    fixed = np.zeros(len(xy), dtype=bool)
    fixed[limits - 1] = fixed[np.concatenate([[0], limits[:-1]])] = True
    rounds = town_rounds + (country_rounds - town_rounds) * _openness(spacing)
    for turn in range(country_rounds):
        moving = np.flatnonzero(~fixed & (rounds > turn))
        xy[moving] = (xy[moving] + (xy[moving - 1] + xy[moving + 1]) / 2) / 2
    starts = np.concatenate([[0], limits[:-1]])
    return [Arc(xy[s:e], arc.spacing_m, arc.sides) for s, e, arc in zip(starts, limits, arcs, strict=True)]


def bend(xy_m: Floats, spacing_m: Floats) -> Floats:
    """Move points by the waves that fit the spacing there."""
    openness = _openness(spacing_m)
    return warp(xy_m, [(octave, town + (country - town) * openness) for octave, town, country in _WAVES], seed=501)


def lines(arcs: list[Arc], around: Floats) -> list[Floats]:
    """The arcs bent and snapped to 1e-7°, without repeated vertices; `around` is the smooth spacing per vertex."""
    lonlat = to_lonlat(bend(np.concatenate([arc.xy_m for arc in arcs]), around))
    parts = np.split(lonlat, np.cumsum([len(arc.xy_m) for arc in arcs])[:-1])
    return [part[np.concatenate([[True], (part[1:] != part[:-1]).any(axis=1)])] for part in parts]


def polygons(arcs: list[Arc], snapped: list[Floats], count: int) -> list[shapely.Polygon]:
    """One polygon for each area from the arcs on its border."""
    own: list[list[shapely.LineString]] = [[] for _ in range(count)]
    for arc, line in zip(arcs, snapped, strict=True):
        for side in arc.sides:
            if side != SEA:
                own[side].append(shapely.LineString(line))
    return [_one_polygon(area, rings) for area, rings in enumerate(own)]


def _one_polygon(area: int, border: list[shapely.LineString]) -> shapely.Polygon:
    found = shapely.polygonize(border).geoms
    if len(found) != 1:
        raise RuntimeError(f"area {area}: {len(found)} polygons from {len(border)} arcs, expected 1")
    return shapely.normalize(found[0])
