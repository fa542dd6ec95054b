"""Its polygons: a lattice of cells with crooked borders that neighbours share vertex for vertex."""

from __future__ import annotations

from dataclasses import dataclass
from math import sin

import numpy as np
import shapely

from geo.grid_codes import number_west_to_east
from geo.positions import Geometries
from layers.areas.drafts import normalised

COLUMNS, ROWS = 9, 7
SOUTH_WEST = (117.2000, 36.6000)
STEP_DEG = (0.0024, 0.0018)
COUNTY = "990101"
DISTRICT_CODE = f"{COUNTY}000000"
STREET_NAMES = ("西街道", "中街道", "东街道")
#: Rows of cells in each community of a street, from the north.
BANDS = ((0, 1), (2, 3, 4), (5, 6))


@dataclass(frozen=True, slots=True)
class Level:
    """The areas of a level, as a file would hold them."""

    codes: list[str]
    names: list[str]
    parents: list[str]
    polygons: Geometries


def street_code(street: int) -> str:
    return f"{COUNTY}{street + 1:03d}000"


def community_code(street: int, band: int) -> str:
    return f"{COUNTY}{street + 1:03d}{band + 1:03d}"


def cell_polygon(column: int, row: int) -> shapely.Polygon:
    """A cell of the lattice, rows counted from the north; each side has a vertex in its middle."""
    x, y = 2 * column, 2 * (ROWS - 1 - row)
    around = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return shapely.Polygon([_vertex(x + dx, y + dy) for dx, dy in around])


def _vertex(x: int, y: int) -> tuple[float, float]:
    """A vertex of the lattice, counted in half steps, moved by up to a tenth of a step the same way each time."""
    shift_x, shift_y = sin(12.9898 * x + 78.233 * y), sin(39.3468 * x + 11.135 * y)
    lon = SOUTH_WEST[0] + STEP_DEG[0] * (x / 2 + 0.1 * shift_x)
    lat = SOUTH_WEST[1] + STEP_DEG[1] * (y / 2 + 0.1 * shift_y)
    return round(lon, 7), round(lat, 7)


def grids() -> Level:
    """63 cells with 15-digit codes, numbered west to east and north to south in their community."""
    level = Level([], [], [], np.empty(0, dtype=object))
    shapes: list[shapely.Polygon] = []
    for street in range(len(STREET_NAMES)):
        for band, rows in enumerate(BANDS):
            cells = np.array([cell_polygon(3 * street + column, row) for row in rows for column in range(3)])
            middle = shapely.centroid(cells)
            numbers = number_west_to_east(shapely.get_x(middle), shapely.get_y(middle), bands=len(rows))
            parent = community_code(street, band)
            for number, cell in sorted(zip(numbers.tolist(), cells, strict=True), key=lambda pair: pair[0]):
                level.codes.append(f"{parent}{number:03d}")
                level.names.append(f"{community_name(street, band)}第{number:03d}网格")
                level.parents.append(parent)
                shapes.append(cell)
    return Level(level.codes, level.names, level.parents, np.array(shapes, dtype=object))


def community_name(street: int, band: int) -> str:
    return f"{STREET_NAMES[street][0]}{'一二三'[band]}社区"


def communities() -> Level:
    """9 communities, each the exact union of its cells."""
    cells = grids()
    places = [(street, band) for street in range(len(STREET_NAMES)) for band in range(len(BANDS))]
    codes = [community_code(*place) for place in places]
    names = [community_name(*place) for place in places]
    return Level(codes, names, [street_code(street) for street, _ in places], _unions(cells, codes))


def streets() -> Level:
    """3 streets, each the exact union of its communities."""
    codes = [street_code(street) for street in range(len(STREET_NAMES))]
    return Level(codes, list(STREET_NAMES), [DISTRICT_CODE] * len(codes), _unions(communities(), codes))


def _unions(below: Level, codes: list[str]) -> Geometries:
    parents = np.array(below.parents)
    return normalised(
        np.array([shapely.coverage_union_all(below.polygons[parents == code]) for code in codes], dtype=object)
    )
