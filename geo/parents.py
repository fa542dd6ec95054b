"""Which area each cell belongs to, judged by overlap, where a file does not say it."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage import made_valid
from geo.positions import Floats, Geometries

NO_PARENT = -1


def parents_by_overlap(children: Geometries, parents: Geometries) -> tuple[NDArray[np.int32], Floats]:
    """The parent with the largest share of each child, and that share of the child's area (0 to 1).

    `children` (n,) and `parents` (m,) in one system; equal shares go to the first parent, a child without any overlap
    gets -1 and share 0. Shares are taken in degrees: over one child the scale is the same.
    """
    cells, areas = made_valid(np.asarray(children, dtype=object)), made_valid(np.asarray(parents, dtype=object))
    parent, share = np.full(len(cells), NO_PARENT, np.int32), np.zeros(len(cells))
    shapely.prepare(areas)
    child, above = shapely.STRtree(areas).query(cells)
    inside = shapely.covers(areas[above], cells[child])
    overlap = np.ones(len(child))
    crossing = ~inside
    with np.errstate(invalid="ignore"):
        shared = shapely.area(shapely.intersection(cells[child[crossing]], areas[above[crossing]]))
        overlap[crossing] = np.nan_to_num(shared / shapely.area(cells[child[crossing]]))
    order = np.lexsort((above, -overlap, child))
    child, above, overlap = child[order], above[order], overlap[order]
    best = np.flatnonzero(np.diff(child, prepend=-1) != 0)
    best = best[overlap[best] > 0]
    parent[child[best]], share[child[best]] = above[best], np.minimum(overlap[best], 1.0)
    return parent, share
