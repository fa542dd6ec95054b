"""Where reports lie in an edition, worked out in plain Python beside `placing`, which asks the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.positions import Geometries
from layers.areas.queries import polygons
from layers.areas.records import Area, Edition
from layers.areas.tables import AreaVersionRow, EditionAreaRow, EditionRow
from layers.districts.records import District
from layers.reports.state import State
from layers.reports.tables import ReportRow


@dataclass(frozen=True, slots=True)
class Ground:
    """The areas of an edition, level by level and by code, and what reports of other editions bring with them."""

    edition_id: int
    levels: Sequence[tuple[Sequence[Area], Geometries]]
    #: Path in the edition by (other edition, area), where the area lives on unchanged.
    unchanged: Mapping[tuple[int, int], str]
    #: Polygon and depth by (other edition, area), where it does not.
    former: Mapping[tuple[int, int], tuple[Any, int]]
    #: Positions of reports located under other editions.
    points: Mapping[int, Any]

    def path(self, report: int, state: State) -> str | None:
        """The path of a report in the edition, None for nowhere."""
        if state.edition == self.edition_id:
            return state.area_path
        area = int(state.area_path.rstrip(".").rpartition(".")[2]) if state.area_path else -1
        own = (state.edition or -1, area)
        if own in self.unchanged:
            return self.unchanged[own]
        if report in self.points:
            areas, shapes = self.levels[-1]
            held = shapely.covers(shapes, self.points[report])
            return next((one.path for one, is_there in zip(areas, held, strict=True) if is_there), None)
        return None if own not in self.former else self._most_shared(*self.former[own])

    def _most_shared(self, polygon: Any, depth: int) -> str | None:
        areas, shapes = self.levels[depth]
        shared = shapely.area(shapely.intersection(shapes, polygon))
        at = int(shared.argmax())
        return areas[at].path if shared[at] > 0 else None


async def ground(connection: AsyncConnection, district: District, edition: Edition) -> Ground:
    """The ground of an edition for everything a district ever filed."""
    levels = [await polygons(connection, edition.id, depth=one.depth) for one in district.levels]
    here = select(EditionAreaRow.version_id, EditionAreaRow.path).where(EditionAreaRow.edition_id == edition.id)
    paths = {row.version_id: row.path for row in await connection.execute(here)}
    elsewhere = (
        select(
            EditionAreaRow.edition_id,
            EditionAreaRow.area_id,
            EditionAreaRow.version_id,
            EditionAreaRow.depth,
            func.ST_AsBinary(AreaVersionRow.geom).label("wkb"),
        )
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .join(EditionRow, EditionRow.id == EditionAreaRow.edition_id)
        .where(EditionRow.district_id == district.id, EditionRow.id != edition.id)
    )
    unchanged: dict[tuple[int, int], str] = {}
    former: dict[tuple[int, int], tuple[Any, int]] = {}
    for row in await connection.execute(elsewhere):
        key = (row.edition_id, row.area_id)
        if row.version_id in paths:
            unchanged[key] = paths[row.version_id]
        else:
            former[key] = (shapely.from_wkb(bytes(row.wkb)), row.depth)
    return Ground(edition.id, levels, unchanged, former, await _points(connection, district, edition))


async def _points(connection: AsyncConnection, district: District, edition: Edition) -> dict[int, Any]:
    """Positions are in no journal, because they can be erased; the rows keep them as long as they may."""
    statement = select(ReportRow.id, func.ST_X(ReportRow.geom).label("lon"), func.ST_Y(ReportRow.geom).label("lat"))
    found = await connection.execute(
        statement.where(
            ReportRow.district_id == district.id, ReportRow.edition_id != edition.id, ReportRow.geom.is_not(None)
        )
    )
    return {row.id: shapely.Point(row.lon, row.lat) for row in found}
