"""Boundaries suggested by evidence: reports that came back as "not my area" and were settled by a neighbour.

Where several of them lie together, the ground around them goes to the neighbour's grid: a transfer one can draw.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Coverage, Refused, Transfer, apply
from layers.districts.records import District
from layers.plans.records import Plan
from layers.plans.weights import YEAR

#: Fewer are chance. Reports further apart than this are no cluster; the ground reaches this far around them.
LEAST, APART_DEG, AROUND_DEG = 3, 8e-4, 1.5e-4
MOST = 20


class Returned(NamedTuple):
    """A report that came back as not lying in its grid: where, in which cell, and the cells of whoever took it on."""

    lon: float
    lat: float
    giver: str
    takers: frozenset[str]


class Suggestion(NamedTuple):
    """A transfer that would have spared so many returns."""

    giver: str
    taker: str
    reports: int
    operation: Mapping[str, Any]


async def returned_reports(
    connection: AsyncConnection, found: Plan, district: District, *, now: datetime
) -> list[Returned]:
    """The returns of the year within a plan's area that say "not my area", with who took them on; at the desk."""
    given = {
        "district": district.id,
        "depth": district.cell_depth,
        "since": now - YEAR,
        "below": found.area_path,
        "today": now.astimezone(district.zone).date(),
    }
    rows = await connection.execute(_RETURNED, given)
    return [Returned(row.lon, row.lat, row.giver, frozenset(row.takers)) for row in rows]


def suggestions(returned: Iterable[Returned], coverage: Coverage) -> list[Suggestion]:
    """Transfers that hold on the coverage, those that would have spared the most returns first."""
    by_pair: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for one in returned:
        if one.giver in coverage:
            for taker in one.takers & set(coverage.neighbours(one.giver)):
                by_pair[one.giver, taker].append((one.lon, one.lat))
    found = [
        made
        for (giver, taker), places in sorted(by_pair.items())
        for cluster in clusters(places)
        if (made := _suggested(giver, taker, cluster, coverage)) is not None
    ]
    return sorted(found, key=lambda one: (-one.reports, one.giver, one.taker))[:MOST]


def clusters(places: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Places that lie together, each group of enough of them."""
    points = shapely.points(places)
    grown = shapely.get_parts(shapely.union_all(shapely.buffer(points, APART_DEG / 2)))
    of = [np.flatnonzero(shapely.intersects(part, points)) for part in grown]
    return [[places[place] for place in members.tolist()] for members in of if len(members) >= LEAST]


def _suggested(giver: str, taker: str, places: list[tuple[float, float]], coverage: Coverage) -> Suggestion | None:
    """The ground around the places and on to the taker; None where that cannot be taken from the giver."""
    points = shapely.multipoints(places)
    border = shapely.shortest_line(points, coverage[taker].polygon)
    ground = shapely.buffer(shapely.convex_hull(shapely.union(points, border)), AROUND_DEG, quad_segs=2)
    transfer = Transfer(giver, taker, shapely.set_precision(ground, 1e-7))
    try:
        apply(coverage, transfer)
    except Refused:
        return None
    return Suggestion(giver, taker, len(places), transfer.facts)


_RETURNED = text("""
    select ST_X(r.geom) as lon, ST_Y(r.geom) as lat, a.code as giver, array_agg(distinct t.code) as takers
    from reports r
    join areas a on a.id = r.area_id and a.depth = :depth
    join duties d on d.person_id = r.assignee_id and d.rank = 'A'
        and d.valid_from <= :today and (d.valid_to is null or d.valid_to >= :today)
    join areas t on t.id = d.area_id and t.depth = :depth
    where r.district_id = :district and r.returns > 0 and r.filed_at > :since and r.geom is not null
        and r.area_path ^@ cast(:below as text)
        and exists (
            select from journal_entries j
            where j.report_id = r.id and j.type = 'returned'
                and convert_from(j.body, 'UTF8')::jsonb #>> '{facts,reason}' = 'not_my_area'
        )
    group by r.id, r.geom, a.code
    having not bool_or(t.id = a.id)
    order by r.id
""")
