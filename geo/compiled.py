"""The compiled index over a valid coverage: a raster of cells, each with its face or with the edges that touch it.

    +-------+-------+-------+      a   no edge touches the cell: it holds its face
    |   a   |  a /  |   b   |      a/b edges touch it: it holds them, each with the face on its west side
    |       |  /    |       |
    +-------+-/-----+-------+      A point in such a cell looks east along its parallel: the nearest edge crossed
    |   a   |/  b   |   b   |      names the face. Nothing crossed in this cell: look on in the next one.
    +-------+-------+-------+

Every sign is taken under a floating-point error bound; a point for which the bound does not decide (on an edge, on a
vertex, or within rounding of one) is reported as unsure, and the caller asks GEOS. The method needs a valid coverage
and would not notice most violations, so `edges.why_not_a_coverage` is asked first.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree

from geo import _kernels
from geo.edges import lowest_intersecting, shared_edges
from geo.errors import LayerError
from geo.positions import Floats, Geometries

CELLS_PER_EDGE = 32
MOST_CELLS = 2048 * 2048
# Rounding of coordinates must stay far below the slack of a cell (a millionth of its width).
_CELL_WIDTH_ULPS = 1e8
_TIE_ULPS = 64


@dataclass(frozen=True)
class Raster:
    """The index arrays.

    `frame`: west, south, cells per unit east, cells per unit north, tie width. `shape`: columns, rows.
    `cells` (columns * rows,): a polygon, -1 outside, or below that where the cell's edges begin.
    `edges` (slots, 6): lower end, upper end, polygon on the west side, how many edges of this cell follow.
    """

    frame: Floats
    shape: tuple[int, int]
    cells: NDArray[np.int32]
    edges: Floats

    @classmethod
    def build(cls, polygons: Geometries, tree: STRtree) -> Self:
        """Index a valid coverage, given with its tree; raises `LayerError` when it is none, or too small to index."""
        segments, west_faces = shared_edges(polygons)
        frame, shape = _frame(segments)
        in_cells = (segments - np.tile(frame[:2], 2)) * np.tile(frame[2:4], 2)
        counts, starts, slots = _touched(in_cells, shape)
        cells = np.where(counts > 0, _kernels.FIRST_EDGE_CELL - starts, _kernels.NOT_FILLED).astype(np.int32)
        following = np.repeat(starts + counts, counts) - np.arange(len(slots)) - 1
        edges = np.column_stack([segments[slots], west_faces[slots], following])
        raster = cls(frame, shape, cells, edges)
        raster._fill_free_cells(tree)
        return raster

    @property
    def size_bytes(self) -> int:
        """Memory that the index arrays take."""
        return sum(part.nbytes for part in (self.cells, self.edges))

    def face(self, lon: float, lat: float) -> int:
        """The polygon at one point, -1 outside, less where only GEOS can tell."""
        west, south, per_x, per_y, tie = self._frame_numbers
        across, up = (lon - west) * per_x, (lat - south) * per_y
        columns, rows = self.shape
        if not (0 <= across < columns and 0 <= up < rows):
            return _kernels.OUTSIDE
        column, row_start = int(across), int(up) * columns
        value = self._cell_view[row_start + column]
        if value >= _kernels.OUTSIDE:
            return value
        look = _kernels.face_east_of
        return int(look(lon, lat, column, row_start, columns, west, per_x, tie, self.cells, self.edges))

    def faces(self, lon: Floats, lat: Floats, faces: NDArray[np.int32]) -> NDArray[np.intp]:
        """Write the polygon at every point into `faces`; returns the points that only GEOS can tell."""
        unsure = _kernels.faces_at(lon, lat, faces, self.frame, self.shape, self.cells, self.edges)
        return np.flatnonzero(faces == _kernels.UNSURE) if unsure else np.empty(0, np.intp)

    @cached_property
    def _frame_numbers(self) -> tuple[float, ...]:
        return tuple(self.frame.tolist())

    @cached_property
    def _cell_view(self) -> "memoryview[int]":
        return self.cells.data.cast("B").cast("i")

    def _fill_free_cells(self, tree: STRtree) -> None:
        """Give each run of edge-free cells in a row the face at its first cell's middle."""
        columns, rows = self.shape
        free = (self.cells == _kernels.NOT_FILLED).reshape(rows, columns)
        begins = free.copy()
        begins[:, 1:] &= ~free[:, :-1]
        row, column = np.nonzero(begins)
        x = self.frame[0] + (column + 0.5) / self.frame[2]
        y = self.frame[1] + (row + 0.5) / self.frame[3]
        faces = np.empty(len(x), np.int32)
        unsure = self.faces(x, y, faces)
        if len(unsure):
            faces[unsure] = lowest_intersecting(tree, x[unsure], y[unsure])
        run = np.cumsum(begins.ravel()) - 1
        self.cells[free.ravel()] = faces[run[free.ravel()]]


def _frame(edges: Floats) -> tuple[Floats, tuple[int, int]]:
    west, south = edges[:, [0, 2]].min(), edges[:, 1].min()
    width, height = edges[:, [0, 2]].max() - west, edges[:, 3].max() - south
    ulp_x, ulp_y = np.spacing(np.abs(edges[:, [0, 2]]).max()), np.spacing(np.abs(edges[:, [1, 3]]).max())
    if width < _CELL_WIDTH_ULPS * ulp_x or height < _CELL_WIDTH_ULPS * ulp_y:
        raise LayerError("the layer is too small for the size of its coordinates")
    wanted = min(CELLS_PER_EDGE * len(edges), MOST_CELLS)
    columns = _clamped((wanted * width / height) ** 0.5, wanted, width / (_CELL_WIDTH_ULPS * ulp_x))
    rows = _clamped(wanted / columns, wanted, height / (_CELL_WIDTH_ULPS * ulp_y))
    # A rim of a thousandth of a cell keeps every edge inside.
    rim = 1e-3
    per_x, per_y = (columns - 2 * rim) / width, (rows - 2 * rim) / height
    frame = np.array([west - rim / per_x, south - rim / per_y, per_x, per_y, _TIE_ULPS * ulp_x])
    return frame, (columns, rows)


def _clamped(count: float, *limits: float) -> int:
    return max(1, int(min(count, *limits)))


def _touched(
    in_cells: Floats, shape: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Segments per cell, where each cell's slots begin, and the segment in every slot."""
    counts = np.zeros(shape[0] * shape[1], np.int32)
    none = np.empty(0, np.int64)
    _kernels.touch_cells(in_cells, *shape, counts, none, none)
    starts = np.cumsum(counts, dtype=np.int64) - counts
    slots = np.empty(int(counts.sum()), np.int64)
    _kernels.touch_cells(in_cells, *shape, np.zeros_like(counts), starts, slots)
    return counts, starts, slots
