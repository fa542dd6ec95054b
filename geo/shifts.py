"""Is a layer shifted? Its corners are held against known borders, as they are and as each shifted datum reads them.

known border ------------------+            as given: few corners lie on a known border
                               |            read as GCJ-02: most do, so that is probably what they are
  as given  . . . . . . . .    |
                          .    +----
"""

from typing import NamedTuple

import numpy as np
import shapely

from geo.datum import to_storage
from geo.distance import metres_per_degree
from geo.positions import Datum, Floats, Geometries

SHIFTED = (Datum.GCJ02, Datum.BD09)
MOST_CORNERS = 4_000
NEAR_M = 5.0
#: A datum is proposed when at least this share of the corners lies on known borders, and this many times more than so.
LEAST_SHARE = 0.05
LEAST_GAIN = 4.0
_CHANCE_SHARE = 0.01


class Shift(NamedTuple):
    """A shifted datum that puts a layer on known borders, how far off the layer lies in metres, and the shares of its
    corners that lie within 5 m of a known border: as given, and read in this datum."""

    datum: Datum
    east_m: float
    north_m: float
    share_given: float
    share_read: float


def measured_shift(polygons: Geometries, known: Geometries) -> Shift | None:
    """The shifted datum in which `polygons` (degrees) fit the borders of `known`; None when they fit as they are.

    A corner counts when it lies within 5 m of a known border. Layers without common borders prove nothing: None.
    """
    corners = _corners(polygons)
    if not len(corners) or not len(known):
        return None
    east_m, north_m = metres_per_degree(float(np.median(corners[:, 1])))
    scale = np.array([east_m, north_m])
    lines = shapely.transform(shapely.boundary(known), lambda xy: xy * scale)
    tree = shapely.STRtree(shapely.get_parts(lines))
    given = _share_near(tree, corners * scale)
    best: Shift | None = None
    for datum in SHIFTED:
        read = np.column_stack(to_storage(corners[:, 0], corners[:, 1], datum))
        share = _share_near(tree, read * scale)
        off_m = ((corners - read) * scale).mean(axis=0)
        if best is None or share > best.share_read:
            best = Shift(datum, float(off_m[0]), float(off_m[1]), given, share)
    assert best is not None, "there are shifted datums"
    fits = best.share_read >= max(LEAST_SHARE, LEAST_GAIN * max(given, _CHANCE_SHARE))
    return best if fits else None


def unshifted(geometries: Geometries, datum: Datum) -> Geometries:
    """Geometries given in `datum` (degrees), in the storage datum; any shape, kept, None stays None."""
    moved = shapely.transform(
        np.asarray(geometries, dtype=object), lambda x, y: to_storage(x, y, datum), interleaved=False
    )
    return np.asarray(moved, dtype=object)


def _corners(polygons: Geometries) -> Floats:
    """Corners of the layer, evenly picked when there are many."""
    every: Floats = shapely.get_coordinates(polygons)
    return every[:: max(1, len(every) // MOST_CORNERS)]


def _share_near(tree: shapely.STRtree, corners_m: Floats) -> float:
    near, _ = tree.query(shapely.points(corners_m), predicate="dwithin", distance=NEAR_M)
    return len(np.unique(near)) / len(corners_m)
