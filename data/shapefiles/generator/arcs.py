"""Borders between grids as shared arcs: traced once, smoothed, bent, snapped, and joined into polygons.

A ──arc── B        two neighbours take the same arc, one forwards and one backwards,
│         │        so their edges agree bit for bit
arc       arc
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from cells import SEA, Cells
from plane import Floats, Ints, distances_m

_STEP = 0.21  # distance between vertices as a share of the cell spacing


@dataclass(frozen=True)
class Arc:
    """A border between two areas, from one junction to the next, as indices of vertices."""

    vertices: Ints
    sides: tuple[int, int]


@dataclass(frozen=True)
class Borders:
    """All borders: the vertices, the spacing of the cells around each, and the arcs over them."""

    xy_m: Floats
    spacing_m: Floats
    arcs: list[Arc]


def trace(cells: Cells, label: Ints, spacing_m: Floats) -> Borders:
    """All borders between differently labelled cells and towards the sea."""
    named = np.where(cells.sides == SEA, SEA, label[cells.sides])
    border = np.flatnonzero(named[:, 0] != named[:, 1])
    around = spacing_m[np.where(cells.sides == SEA, cells.sides[:, ::-1], cells.sides)]
    vertices = _Vertices(cells, (around[:, 0] + around[:, 1]) / 2)
    leaving: dict[int, list[int]] = {}
    for ridge in border.tolist():
        for corner in cells.ends[ridge].tolist():
            leaving.setdefault(corner, []).append(ridge)
    done: set[int] = set()
    arcs = []
    junctions = sorted(corner for corner, ridges in leaving.items() if len(ridges) != 2)
    for start in junctions + sorted(leaving):
        for ridge in leaving[start]:
            if ridge not in done:
                corners, ridges = _follow(start, ridge, leaving, cells.ends, done)
                low, high = sorted(named[ridges[0]].tolist())
                arcs.append(Arc(vertices.along(corners, ridges), (low, high)))
    return vertices.borders(arcs)


def _follow(
    start: int, ridge: int, leaving: dict[int, list[int]], ends: Ints, done: set[int]
) -> tuple[list[int], list[int]]:
    corners, ridges = [start], []
    while True:
        done.add(ridge)
        ridges.append(ridge)
        a, b = ends[ridge].tolist()
        corners.append(b if corners[-1] == a else a)
        onward = [other for other in leaving[corners[-1]] if other not in done]
        if len(leaving[corners[-1]]) != 2 or not onward:
            return corners, ridges
        ridge = onward[0]


class _Vertices:
    """The vertices of all arcs: corners of cells, each once, and points every fifth of a cell between them."""

    def __init__(self, cells: Cells, around_m: Floats) -> None:
        self._cells, self._around_m = cells, around_m
        self._index: dict[int, int] = {}
        self._xy: list[Floats] = []
        self._spacing: list[float] = []

    def along(self, corners: list[int], ridges: list[int]) -> Ints:
        found = [self._corner(corners[0], ridges[0])]
        for ridge, (a, b) in zip(ridges, itertools.pairwise(corners), strict=True):
            near_m = float(self._around_m[ridge])
            start, end = self._cells.corners_m[a], self._cells.corners_m[b]
            pieces = max(1, round(float(distances_m(start, end)) / (_STEP * near_m)))
            found += [self._add(start + k / pieces * (end - start), near_m) for k in range(1, pieces)]
            found.append(self._corner(b, ridge))
        return np.array(found)

    def borders(self, arcs: list[Arc]) -> Borders:
        return Borders(np.array(self._xy), np.array(self._spacing), arcs)

    def _corner(self, corner: int, ridge: int) -> int:
        if corner not in self._index:
            self._index[corner] = self._add(self._cells.corners_m[corner], float(self._around_m[ridge]))
        return self._index[corner]

    def _add(self, xy_m: Floats, spacing_m: float) -> int:
        self._xy.append(xy_m)
        self._spacing.append(spacing_m)
        return len(self._xy) - 1


def lines(arcs: list[Arc], lonlat: Floats) -> list[Floats]:
    """The arcs as coordinates, without repeated vertices."""
    parts = [lonlat[arc.vertices] for arc in arcs]
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
