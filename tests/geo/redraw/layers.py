"""Coverages to redraw: three by three boxes of about 860 by 1,110 m, and shorthands around them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.positions import Bounds, Geometries
from geo.redraw import Cell, Change, Coverage, Operation, Refused, apply, check
from tests.geo.coverages import codes_for, grid, voronoi

CHECKOUT = Path(__file__).parents[3]
METRE_EAST, METRE_NORTH = 1 / 86_500, 1 / 111_000


def covering(polygons: Geometries, parents: Iterable[str] | None = None) -> Coverage:
    codes = codes_for(polygons)
    above = list(parents or ["c1"] * len(codes))
    rows = zip(codes, above, shapely.normalize(polygons), strict=True)
    return Coverage.of(Cell(code, parent, polygon) for code, parent, polygon in rows)


def nine() -> Coverage:
    """
    7 8 9    39.03    the west column and the middle belong to c1, the east to c2
    4 5 6
    1 2 3    39.00
    121.00 to 121.03
    """
    boxes = grid(3, 3, bounds=Bounds(121.0, 39.0, 121.03, 39.03))
    return covering(boxes, ["c1", "c1", "c2"] * 3)


def holed() -> Coverage:
    """Sixty bent cells without two of them (lakes) and with two islands carved into cells."""
    cells = list(voronoi(60, bends=4, seed=4))
    inner = [row for row in range(60) if not shapely.intersects(cells[row], shapely.union_all(cells).boundary)]
    lakes, homes = inner[:2], inner[-2:]
    islands = []
    for row in homes:
        middle = shapely.point_on_surface(cells[row])
        island = shapely.set_precision(middle.buffer(0.003, quad_segs=3), 1e-7)
        islands.append(island)
        cells[row] = shapely.difference(cells[row], island)
    kept = [cell for row, cell in enumerate(cells) if row not in lakes]
    return covering(np.array([*kept, *islands], dtype=object))


def demo_street(street: str = "210213001") -> Coverage:
    """The grids of one street of the demo district."""
    rows = pyogrio.read_dataframe(CHECKOUT / "data" / "shapefiles" / "grids.shp", columns=["code", "parent"])
    rows = rows[rows["code"].str.startswith(street)]
    polygons = shapely.normalize(shapely.transform(rows.geometry.to_numpy(), lambda points: np.round(points, 7)))
    return Coverage.of(
        Cell(code, parent, polygon)
        for code, parent, polygon in zip(rows["code"], rows["parent"], polygons, strict=True)
    )


def line(*points: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString(points)


def done(coverage: Coverage, operation: Operation) -> tuple[Coverage, Change]:
    """The coverage after an operation that must hold, and the change."""
    change = apply(coverage, operation)
    after = coverage.replaced(change)
    assert check(after, before=coverage) == ()
    assert exactly(after.replaced(change.inverse)) == exactly(coverage)
    return after, change


def refusal(coverage: Coverage, operation: Operation) -> Refused:
    before = exactly(coverage)
    try:
        apply(coverage, operation)
    except Refused as refused:
        assert exactly(coverage) == before
        assert refused.remedy and refused.detail
        return refused
    raise AssertionError("the operation was not refused")


def exactly(coverage: Coverage) -> dict[str, tuple[str, bytes]]:
    """Every cell bit for bit."""
    return {cell.code: (cell.parent, shapely.to_wkb(cell.polygon)) for cell in coverage.cells}
