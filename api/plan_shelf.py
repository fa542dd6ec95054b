"""The cells of editions that plans stand on, kept in memory: an edition that was in force never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import plane_for, plane_from_srid
from geo.positions import Bounds
from geo.redraw import Cell, Coverage
from layers.areas.queries import areas, editions
from layers.areas.records import Edition
from layers.districts.records import District
from layers.plans.records import Plan
from layers.plans.redrawing import coverage_of
from layers.plans.redrawn import Redrawn

KEPT = 3
KEPT_PLANS = 24


class Ground:
    """The cells of an edition, and their names by code."""

    def __init__(self, coverage: Coverage, names: dict[str, str]) -> None:
        self.coverage = coverage
        self.names = names


class PlanShelf:
    """Coverages by edition, and what was drawn at plans by their version; those used last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Ground] = OrderedDict()
        self._drawn: OrderedDict[tuple[int, int], Redrawn] = OrderedDict()

    def drawn(self, found: Plan) -> Redrawn | None:
        """The cells of a plan at this version, where they are at hand."""
        return self._drawn.get((found.id, found.version))

    def keep_drawn(self, found: Plan, redrawn: Redrawn) -> None:
        """Keep the cells of a plan: only of what is committed, or read while nobody else could change the plan."""
        self._drawn[found.id, found.version] = redrawn
        while len(self._drawn) > KEPT_PLANS:
            self._drawn.popitem(last=False)

    async def ground(self, connection: AsyncConnection, district: District, edition_id: int) -> Ground:
        """The cells of an edition that is, or was, in force."""
        found = self._kept.get(edition_id)
        if found is None:
            edition = await _edition(connection, district, edition_id)
            named = await areas(connection, edition_id, depth=district.cell_depth)
            coverage = await coverage_of(connection, district, edition)
            found = self._kept[edition_id] = Ground(coverage, {one.code: one.name for one in named})
        self._kept.move_to_end(edition_id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found


async def _edition(connection: AsyncConnection, district: District, edition_id: int) -> Edition:
    return next(one for one in await editions(connection, district) if one.id == edition_id)


def change_of(code: str, redrawn: Redrawn) -> str:
    """What became of a cell: same, changed, created, touched or retired."""
    if code not in redrawn.after:
        return "retired"
    if code not in redrawn.before:
        return "created"
    if redrawn.before[code] == redrawn.after[code]:
        return "same"
    return "touched" if code in redrawn.kept else "changed"


def features(
    cells: list[Cell],
    redrawn: Redrawn,
    district: District,
    names: Mapping[str, str],
    inside: frozenset[str] | None = None,
) -> dict[str, Any]:
    """Cells as a FeatureCollection; `inside`: the communities that count as inside, all without it."""
    if not cells:
        return {"type": "FeatureCollection", "features": []}
    shapes = np.array([one.polygon for one in cells], dtype=object)
    bounds = Bounds(*shapely.total_bounds(shapes).tolist())
    plane = plane_from_srid(district.plane_srid) if district.plane_srid else plane_for(bounds)
    sizes = plane.areas_m2(shapes).tolist()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "code": one.code,
                    "parent": one.parent,
                    "name": names.get(one.code, one.code),
                    "change": change_of(one.code, redrawn),
                    "inside": inside is None or one.parent in inside,
                    "area_m2": round(size, 1),
                },
                "geometry": orjson.loads(told),
            }
            for one, size, told in zip(cells, sizes, shapely.to_geojson(shapes), strict=True)
        ],
    }
