"""What a replay is made of: last year's reports in the communities a plan touches, and the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import Plane, plane_for, plane_from_srid
from geo.redraw import Coverage
from layers.actors import DESK
from layers.areas.queries import areas
from layers.areas.records import Area, Edition
from layers.areas.tables import EditionAreaRow
from layers.districts.records import District
from layers.plans.consequences import Thing, codes_after, heirs_of, shares_of
from layers.plans.redrawn import Redrawn
from layers.plans.replaying import Filed, Post
from layers.plans.weights import YEAR
from layers.reports.assignment import Step
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.records import Kind
from layers.reports.tables import ReportRow
from layers.roster.duty import parse_shifts
from layers.scope import reports_seen

ANSWERERS = text("select * from answerers(:areas, :now, :today)")
Posts = dict[int, list[Post]]


@dataclass(frozen=True, slots=True)
class _Chains:
    """The areas asked for a report in a cell, upwards from it, by the cell's code; a new cell has an id below 0."""

    cells: Mapping[str, tuple[Step, ...]]
    middles: Mapping[str, BaseGeometry]


async def year_of(
    connection: AsyncConnection,
    district: District,
    edition: Edition,
    redrawn: Redrawn,
    *,
    kinds: Iterable[Kind],
    now: datetime,
) -> tuple[list[Filed], Posts]:
    """The reports of the last year in the communities that a plan touches, and who answers for what there today."""
    known = [
        one for depth in range(district.cell_depth + 1) for one in await areas(connection, edition.id, depth=depth)
    ]
    by_code = {(one.depth, one.code): one for one in known}
    new = {code: -n for n, code in enumerate(redrawn.created, start=1)}
    plane = _plane(district, redrawn.before)
    before, after = (
        _chains(side, _touched(redrawn), by_code, new, plane=plane, cell_depth=district.cell_depth)
        for side in (redrawn.before, redrawn.after)
    )
    ids = {by_code[district.cell_depth, code].id: code for code in before.cells}
    rows = await _reports(connection, edition, list(ids), since=now - YEAR)
    things = [Thing((), row.lon, row.lat, ids[row.area_id]) for row in rows]
    places = plane.to_plane(shapely.points([(row.lon, row.lat) for row in rows])) if rows else ()
    straight = {one.id: one.level_depth for one in kinds if one.straight}
    filed = [
        _filed(row, straight.get(row.kind_id), place, (before, thing.code), (after, code))
        for row, thing, code, place in zip(rows, things, codes_after(redrawn, things), places, strict=True)
        if code in after.cells
    ]
    asked = {step.area_id for chain in before.cells.values() for step in chain}
    posts = await _posts(connection, asked, district=district, now=now)
    for code, heir in heirs_of(redrawn, shares_of(redrawn, plane), plane).items():
        posts[new[code]] = posts.get(by_code[district.cell_depth, heir].id, [])
    return filed, posts


def _touched(redrawn: Redrawn) -> set[str]:
    """The communities of whatever changes, before and after."""
    former = [redrawn.before[code].parent for code in (*redrawn.retired, *redrawn.changed)]
    return {*former, *(redrawn.after[code].parent for code in (*redrawn.created, *redrawn.changed))}


def _chains(
    side: Coverage,
    touched: set[str],
    by_code: Mapping[tuple[int, str], Area],
    new: Mapping[str, int],
    *,
    plane: Plane,
    cell_depth: int,
) -> _Chains:
    cells = [one for one in side.cells if one.parent in touched]
    flat = plane.to_plane(np.array([one.polygon for one in cells], dtype=object)) if cells else ()
    chains = {}
    for one in cells:
        # The district itself is not asked for what lies in a cell.
        above = [int(step) for step in by_code[cell_depth - 1, one.parent].path.rstrip(".").split(".")][1:]
        own = new[one.code] if one.code in new else by_code[cell_depth, one.code].id
        ids = (own, *reversed(above))
        chains[one.code] = tuple(Step(area_id, cell_depth - n) for n, area_id in enumerate(ids))
    return _Chains(chains, {one.code: shapely.centroid(shape) for one, shape in zip(cells, flat, strict=True)})


def _filed(
    row: Row[Any], straight_to: int | None, place: BaseGeometry, before: tuple[_Chains, str], after: tuple[_Chains, str]
) -> Filed:
    def asked(chains: _Chains, code: str) -> tuple[Step, ...]:
        return tuple(one for one in chains.cells[code] if straight_to is None or one.depth <= straight_to)

    far = [float(shapely.distance(chains.middles[code], place)) for chains, code in (before, after)]
    return Filed(row.id % SERIALS_PER_DAY, row.filed_at, row.closed_at, asked(*before), asked(*after), far[0], far[1])


async def _reports(
    connection: AsyncConnection, edition: Edition, cells: Sequence[int], *, since: datetime
) -> Sequence[Row[Any]]:
    lon, lat = func.ST_X(ReportRow.geom).label("lon"), func.ST_Y(ReportRow.geom).label("lat")
    there = select(EditionAreaRow.area_id).where(EditionAreaRow.edition_id == edition.id)
    statement = select(
        ReportRow.id, ReportRow.filed_at, ReportRow.closed_at, ReportRow.kind_id, ReportRow.area_id, lon, lat
    ).where(
        ReportRow.area_id.in_(cells),
        ReportRow.area_id.in_(there),
        ReportRow.filed_at > since,
        ReportRow.status != "void",
        ReportRow.geom.is_not(None),
        reports_seen(ReportRow, DESK),
    )
    return (await connection.execute(statement)).all()


async def _posts(connection: AsyncConnection, asked: set[int], *, district: District, now: datetime) -> Posts:
    given = {"areas": sorted(asked), "now": now, "today": now.astimezone(district.zone).date()}
    posts: defaultdict[int, list[Post]] = defaultdict(list)
    for one in await connection.execute(ANSWERERS, given):
        posts[one.area_id].append(Post(one.id, one.number, one.role, one.rank, parse_shifts(one.shifts), one.cap))
    return posts


def _plane(district: District, coverage: Coverage) -> Plane:
    if district.plane_srid:
        return plane_from_srid(district.plane_srid)
    return plane_for(shapely.total_bounds([one.polygon for one in coverage.cells]))
