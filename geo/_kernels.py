# ruff: noqa: C901, PLR0912, PLR0913, PLR0917 - flat loops over flat arrays: numba unboxes objects and keywords slowly.
"""The compiled inner loops of locating; what they mean is told in `geo.compiled` and `geo.borders`.

Compilation is cached: beside this file, or, where the checkout is read-only, in the user's cache folder (numba's
NUMBA_CACHE_DIR overrides both). Where neither can be written, every start compiles anew (some seconds).
All of them release the interpreter lock, and none uses fast-math: the error bounds hold for plain IEEE arithmetic.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from geo.distance import scale_at

OUTSIDE = -1
UNSURE = -2
# Cell values: a face, OUTSIDE, or FIRST_EDGE_CELL - s for a cell whose edges begin at slot s; NOT_FILLED in building.
FIRST_EDGE_CELL = -3
NOT_FILLED = -2_147_483_648
BUILD_SLACK_CELLS = 1e-6
QUERY_SLACK_CELLS = 1e-7
# Four times Shewchuk's bound (3 + 16 eps) eps for the sign of a 2 x 2 determinant of differences.
SIGN_ERROR = 4 * 3.3306690738754716e-16

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def _compiled(function: Kernel) -> Kernel:
    try:
        return cast("Kernel", numba.njit(cache=True, nogil=True, forceinline=True)(function))
    except RuntimeError:
        return cast("Kernel", numba.njit(nogil=True)(function))


@_compiled
def touch_cells(
    segments: NDArray[np.float64],
    columns: int,
    rows: int,
    counts: NDArray[np.int32],
    starts: NDArray[np.int64],
    slots: NDArray[np.int64],
) -> None:
    """Count per cell the segments (in cell units, lower end first) that touch it; fill `slots` unless it is empty."""
    slack = BUILD_SLACK_CELLS
    for s in range(segments.shape[0]):
        xa, ya, xb, yb = segments[s, 0], segments[s, 1], segments[s, 2], segments[s, 3]
        for row in range(max(0, int(ya - slack)), min(rows - 1, int(yb + slack)) + 1):
            u, v = xa, xb
            if yb > ya:
                u = xa + (xb - xa) * min(1.0, max(0.0, (row - slack - ya) / (yb - ya)))
                v = xa + (xb - xa) * min(1.0, max(0.0, (row + 1 + slack - ya) / (yb - ya)))
            if u > v:
                u, v = v, u
            for column in range(max(0, int(u - slack)), min(columns - 1, int(v + slack)) + 1):
                cell = row * columns + column
                if slots.shape[0] > 0:
                    slots[starts[cell] + counts[cell]] = s
                counts[cell] += 1


@_compiled
def face_east_of(
    x: float,
    y: float,
    column: int,
    row_start: int,
    columns: int,
    west: float,
    per_x: float,
    tie: float,
    cells: NDArray[np.int32],
    edges: NDArray[np.float64],
) -> int:
    """The face at (x, y), found along its parallel from this cell eastward: a face, OUTSIDE or UNSURE.

    Two crossings within `tie` of each other may be one, so they leave the point unsure.
    """
    while column < columns:
        value = cells[np.uint64(row_start + column)]
        if value >= OUTSIDE:
            return int(value)
        column += 1
        if value == NOT_FILLED:
            continue
        # A crossing east of this cell is for a later cell to judge.
        east_end = west + (column + QUERY_SLACK_CELLS) / per_x
        nearest = np.inf
        second = np.inf
        face = UNSURE
        slot = np.uint64(FIRST_EDGE_CELL - value)
        is_more = True
        while is_more:
            xa, ya, xb, yb, west_face = edges[slot, 0], edges[slot, 1], edges[slot, 2], edges[slot, 3], edges[slot, 4]
            is_more = edges[slot, 5] > 0
            slot += np.uint64(1)
            if y < ya or y > yb:
                continue
            if y == yb:
                # Half-open: an edge owns its lower end, so a level edge owns nothing; a point upon either is unsure.
                if (ya == yb and (xa - x) * (xb - x) <= 0) or x == xb:
                    return UNSURE
                continue
            left = (xa - x) * (yb - y)
            right = (ya - y) * (xb - x)
            turn = left - right
            error = SIGN_ERROR * (abs(left) + abs(right))
            if turn > error:
                crossing = xa + (xb - xa) * ((y - ya) / (yb - ya))
                if crossing > east_end:
                    continue
                if crossing < nearest:
                    second = nearest
                    nearest = crossing
                    face = int(west_face)
                elif crossing < second:
                    second = crossing
            elif turn >= -error:
                return UNSURE
        if nearest < np.inf:
            return UNSURE if second - nearest <= tie else face
    return OUTSIDE


@_compiled
def faces_at(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    faces: NDArray[np.int32],
    frame: NDArray[np.float64],
    shape: tuple[int, int],
    cells: NDArray[np.int32],
    edges: NDArray[np.float64],
) -> int:
    """Write the face at every point into `faces`; returns how many of them are UNSURE."""
    columns, rows = shape
    west, south, per_x, per_y, tie = frame[0], frame[1], frame[2], frame[3], frame[4]
    unsure = 0
    for i in range(lon.shape[0]):
        x, y = lon[i], lat[i]
        across, up = (x - west) * per_x, (y - south) * per_y
        if not (across >= 0 and up >= 0 and across < columns and up < rows):
            faces[i] = OUTSIDE
            continue
        row_start = int(up) * columns
        face = int(cells[np.uint64(row_start + int(across))])
        if face < OUTSIDE:
            face = face_east_of(x, y, int(across), row_start, columns, west, per_x, tie, cells, edges)
            unsure += face == UNSURE
        faces[i] = face
    return unsure


_scale_at = _compiled(scale_at)


@_compiled
def border_distance_m(x: float, y: float, segments: NDArray[np.float64], first: int, last: int) -> float:
    """Metres from a point to the nearest of segments first..last, in a plane around the point."""
    east_m, north_m = _scale_at(y)
    nearest = np.inf
    for s in range(first, last):
        ax = (segments[s, 0] - x) * east_m
        ay = (segments[s, 1] - y) * north_m
        dx = (segments[s, 2] - x) * east_m - ax
        dy = (segments[s, 3] - y) * north_m - ay
        length = dx * dx + dy * dy
        along = 0.0
        if length > 0:
            along = min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
        ax += along * dx
        ay += along * dy
        nearest = min(nearest, ax * ax + ay * ay)
    return float(np.sqrt(nearest))


@_compiled
def border_distances_m(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    polygons: NDArray[np.int32],
    segments: NDArray[np.float64],
    starts: NDArray[np.int64],
    distances_m: NDArray[np.float64],
) -> None:
    """Write for every point the metres to the border of its polygon; NaN where the polygon is OUTSIDE."""
    for i in range(lon.shape[0]):
        p = polygons[i]
        distances_m[i] = np.nan
        if p >= 0:
            distances_m[i] = border_distance_m(lon[i], lat[i], segments, starts[p], starts[p + 1])
