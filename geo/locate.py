"""Which polygon of a layer holds a point: exact, and compiled when the layer is a valid coverage.

The answer to every point, vertices and shared borders included, is that of shapely's ``STRtree.query`` with the
predicate "intersects", and of several polygons the one with the lowest code.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import STRtree

from geo.edges import lowest_intersecting, why_not_a_coverage
from geo.errors import LayerError
from geo.positions import Floats, Geometries, LonLat

if TYPE_CHECKING:
    from geo.borders import Borders
    from geo.compiled import Raster

OUTSIDE = -1
_CHUNK = 65_536
_PARTS_PER_THREAD = 4
_POLYGONAL = (-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, eq=False)
class Locator:
    """A layer of m polygons sorted by code, ready to answer for points.

    `codes` (m,) text ascending and `polygons` (m,) in the same order; `why_slow` says why the exact slower way through
    GEOS is taken, None when the compiled index answers.
    """

    codes: NDArray[np.str_]
    polygons: Geometries
    why_slow: str | None
    _tree: STRtree
    _raster: "Raster | None"

    @classmethod
    def build(cls, codes: Sequence[str], polygons: Geometries) -> Self:
        """Index polygons (missing and empty ones hold no point) under their codes.

        Raises `LayerError` for duplicate codes, for another number of codes than of polygons, and for geometries that
        are no polygons.
        """
        names, shapes = _sorted_by_code(codes, polygons)
        held = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        tree = STRtree(shapes)
        why_slow = why_not_a_coverage(held) if len(held) else None
        raster = None
        if len(held) and why_slow is None:
            raster, why_slow = _indexed(shapes, tree)
        return cls(names, shapes, why_slow, tree, raster)

    @property
    def exact_coverage(self) -> bool:
        """Whether the layer is a valid coverage, so that the compiled index answers."""
        return self.why_slow is None

    @property
    def index_bytes(self) -> int:
        """Memory that the compiled index takes."""
        return self._raster.size_bytes if self._raster else 0

    @property
    def tree(self) -> STRtree:
        """The tree over `polygons`, for questions about more than points."""
        return self._tree

    @cached_property
    def borders(self) -> "Borders":
        """The borders of `polygons`, for distances."""
        from geo.borders import Borders

        return Borders.build(self.polygons)

    @cached_property
    def areal_polygons(self) -> Geometries:
        """`polygons` with the invalid ones made valid, for areas."""
        return np.asarray(shapely.make_valid(self.polygons), dtype=object)

    def indices(self, lon: ArrayLike, lat: ArrayLike, *, threads: int = 1) -> NDArray[np.int32]:
        """Positions in `codes` for n points in degrees, -1 where no polygon holds the point or it is not finite."""
        x, y = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        if x.shape != y.shape or x.ndim != 1:
            raise LayerError(f"lon has shape {x.shape} and lat {y.shape}: give two arrays of one length")
        faces = np.empty(len(x), np.int32)
        if threads > 1 and len(x) > _CHUNK:
            self._locate_together(x, y, faces, threads)
        elif len(x):
            self._locate(x, y, faces)
        return faces

    def index(self, position: LonLat) -> int:
        """The position in `codes` for one point, -1 where no polygon holds it."""
        lon, lat = position
        if self._raster is not None:
            face = self._raster.face(lon, lat)
            if face >= OUTSIDE:
                return face
        elif not (isfinite(lon) and isfinite(lat)):
            return OUTSIDE
        held = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return int(held.min()) if len(held) else OUTSIDE

    def code(self, position: LonLat) -> str | None:
        """The code of the polygon that holds one point, None where none does."""
        index = self.index(position)
        return None if index == OUTSIDE else str(self.codes[index])

    def _locate_together(self, lon: Floats, lat: Floats, faces: NDArray[np.int32], threads: int) -> None:
        """Locate in parts that this thread and `threads` - 1 others take one after the other."""
        chunk = max(_CHUNK, len(lon) // (_PARTS_PER_THREAD * threads))
        parts = iter([slice(start, start + chunk) for start in range(0, len(lon), chunk)])

        def work() -> None:
            for part in parts:
                self._locate(lon[part], lat[part], faces[part])

        # The calling thread works too: one that only waited would be woken for every part.
        with ThreadPoolExecutor(threads - 1) as pool:
            others = [pool.submit(work) for _ in range(threads - 1)]
            work()
            for other in others:
                other.result()

    def _locate(self, lon: Floats, lat: Floats, faces: NDArray[np.int32]) -> None:
        if self._raster is not None:
            unsure = self._raster.faces(lon, lat, faces)
        else:
            faces[:] = OUTSIDE
            unsure = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if len(unsure):
            faces[unsure] = lowest_intersecting(self._tree, lon[unsure], lat[unsure])


def _sorted_by_code(codes: Sequence[str], polygons: Geometries) -> tuple[NDArray[np.str_], Geometries]:
    names, shapes = np.asarray(codes, dtype=np.str_), np.asarray(polygons, dtype=object)
    if names.shape != shapes.shape or names.ndim != 1:
        raise LayerError(f"there are {names.size} codes for {shapes.size} polygons: give each polygon one code")
    repeated = [code for code, times in Counter(names.tolist()).items() if times > 1]
    if repeated:
        raise LayerError(f"code {repeated[0]!r} occurs more than once ({len(repeated)} such codes): merge its polygons")
    others = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), _POLYGONAL))
    if len(others):
        raise LayerError(f"code {str(names[others[0]])!r} is a {shapes[others[0]].geom_type}: give polygons only")
    order = np.argsort(names, kind="stable")
    return names[order], shapes[order]


def _indexed(polygons: Geometries, tree: STRtree) -> "tuple[Raster | None, str | None]":
    from geo.compiled import Raster

    try:
        return Raster.build(polygons, tree), None
    except LayerError as unfit:
        return None, str(unfit)
