"""A fine tiling of cells: around each building what lies nearer to it than to any other of the same cell.

Tiles never cross the border of their cell, and share their own borders segment for segment.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.positions import Floats, Geometries
from geo.redraw.cells import Coverage
from geo.redraw.metres import Frame
from geo.redraw.noding import Face, faces_of, joined

Segment = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Tiling:
    """n tiles: polygons (degrees), the row of the cell of each in `codes`, weights, and who meets whom (metres)."""

    codes: tuple[str, ...]
    polygons: tuple[BaseGeometry, ...]
    owners: tuple[int, ...]
    weights: tuple[float, ...]
    beside: tuple[dict[int, float], ...]


def tiled(coverage: Coverage, codes: Sequence[str], weights_at: Floats) -> Tiling:
    """Tile these cells around m places, `weights_at` (m, 3) as lon, lat, weight; places outside do not count."""
    cells = np.array([coverage[code].polygon for code in codes], dtype=object)
    points = shapely.points(weights_at[:, :2])
    place, cell = shapely.STRtree(cells).query(points, predicate="within")
    edges = [_bisectors(points[place[cell == row]], polygon) for row, polygon in enumerate(cells)]
    faces = faces_of(codes, cells, [edge for edge in edges if edge is not None])
    sums = np.zeros(len(faces))
    row, inside = shapely.STRtree([face.polygon for face in faces]).query(points, predicate="within")
    np.add.at(sums, inside, weights_at[row, 2])
    return _merged(tuple(codes), faces, sums.tolist())


def _bisectors(points: Geometries, polygon: BaseGeometry) -> BaseGeometry | None:
    distinct = np.unique(shapely.get_coordinates(points), axis=0)
    if len(distinct) < 2:
        return None
    edges = shapely.voronoi_polygons(shapely.multipoints(distinct), extend_to=polygon, only_edges=True)
    return shapely.intersection(edges, polygon)


def _merged(codes: tuple[str, ...], faces: list[Face], weights: list[float]) -> Tiling:
    """Faces without any weight join the neighbour of their cell with which they share most border."""
    beside = _adjacency(faces)
    home = list(range(len(faces)))
    for row in sorted(range(len(faces)), key=lambda face: faces[face].polygon.area):
        own = {near: shared for near, shared in beside[row].items() if faces[near].owner == faces[row].owner}
        if not weights[row] and own:
            longest = max(own, key=lambda near: (own[near], near))
            home[row] = longest if _root(home, longest) != row else row
    groups: dict[int, list[int]] = defaultdict(list)
    for row in range(len(faces)):
        groups[_root(home, row)].append(row)
    tile_of = {row: tile for tile, rows in enumerate(groups.values()) for row in rows}
    meets: list[dict[int, float]] = [defaultdict(float) for _ in groups]
    for row, near in enumerate(beside):
        for other, shared in near.items():
            if tile_of[other] != tile_of[row]:
                meets[tile_of[row]][tile_of[other]] += shared
    return Tiling(
        codes,
        tuple(joined([faces[row].polygon for row in rows]) for rows in groups.values()),
        tuple(codes.index(faces[rows[0]].owner) for rows in groups.values()),
        tuple(sum(weights[row] for row in rows) for rows in groups.values()),
        tuple(dict(sorted(near.items())) for near in meets),
    )


def _root(home: list[int], row: int) -> int:
    while home[row] != row:
        row = home[row]
    return row


def _adjacency(faces: list[Face]) -> list[dict[int, float]]:
    """For each face the faces that share segments with it, and the metres they share."""
    beside: list[dict[int, float]] = [defaultdict(float) for _ in faces]
    if not faces:
        return beside
    scale = Frame.around(faces[0].polygon).scale
    seen: dict[Segment, int] = {}
    for row, face in enumerate(faces):
        for ring in shapely.get_rings(face.polygon):
            points = list(ring.coords)
            for one, other in pairwise(points):
                segment = (one, other) if one < other else (other, one)
                near = seen.setdefault(segment, row)
                if near != row:
                    length_m = float(np.hypot(*((np.array(one) - other) * scale)))
                    beside[row][near] += length_m
                    beside[near][row] += length_m
    return beside
