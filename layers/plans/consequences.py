"""What a plan would change: who and what comes to lie in another cell, counted before anything is in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import Plane, plane_for, plane_from_srid
from layers.actors import DESK
from layers.areas.publishing_lineage import LEAST_SHARE
from layers.areas.records import Edition
from layers.areas.tables import AreaRow, EditionAreaRow
from layers.districts.records import District
from layers.places.tables import BuildingRow, ServicePointRow
from layers.plans.counts import Counts
from layers.plans.records import COUNTED
from layers.plans.redrawn import Redrawn
from layers.plans.weights import YEAR
from layers.reports.reading import IS_OPEN
from layers.reports.tables import ReportRow
from layers.roster.tables import DutyRow, PersonRow
from layers.scope import reports_seen


class Thing(NamedTuple):
    """Something with a place: what it counts for, where it lies, and the code of its cell."""

    counts: tuple[int, ...]
    lon: float
    lat: float
    code: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after; None for one that was not there, or is not any more."""

    code: str
    before: Mapping[str, float] | None
    after: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """What a person answers for first (rank A) before and after, by number: cells, and everything counted in them."""

    number: str
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """The share (0–1) of a former cell's ground that lies in a cell afterwards."""

    from_code: str
    to_code: str
    share: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """The consequences of a plan (影响分析表). `moved`: how much comes to lie in another cell, by what it is.

    `left`: numbers of people whose cells are all gone; `vacant`: new cells none of whose former ones anybody answers
    for; the other new cells are answered for by whoever answered for most of their ground. `loads`: everyone who
    answers for a cell that changes. `reports_year`: the reports of the year before, filed again on the new boundaries,
    each with whoever would have answered for it first, and how far from the middle of their cell.
    """

    cells: tuple[CellChange, ...]
    moved: Mapping[str, int]
    left: tuple[str, ...]
    vacant: tuple[str, ...]
    shares: tuple[Share, ...]
    loads: tuple[WorkerLoad, ...]


async def consequences(
    connection: AsyncConnection, district: District, edition: Edition, redrawn: Redrawn, *, now: datetime
) -> Sheet:
    """The sheet of a plan on the edition in force, as everything stands now; at the desk, whoever asks."""
    today = now.astimezone(district.zone).date()
    former = [*redrawn.retired, *redrawn.changed]
    answering = await answering_for(connection, district, former, on=today)
    touched = {redrawn.before[code].parent for code in former} | {
        redrawn.after[code].parent for code in (*redrawn.created, *redrawn.changed)
    }
    compared = {cell.code for cell in redrawn.before.cells if cell.parent in touched}
    every = sorted({*former, *compared, *(code for codes in answering.values() for code in codes)})
    things = await _things(connection, district, edition, every, since=now - YEAR)
    bounds = shapely.total_bounds([one.polygon for one in redrawn.before.cells])
    plane = plane_from_srid(district.plane_srid) if district.plane_srid else plane_for(bounds)
    return sheet_of(redrawn, things, plane, answering)


def sheet_of(
    redrawn: Redrawn, things: Iterable[Thing], plane: Plane, answering: Mapping[str, Collection[str]]
) -> Sheet:
    """The sheet from what lies in the cells that change and in those of whom they concern.

    `answering`: by number, the codes of all cells for which a person answers first.
    """
    every = list(things)
    later = codes_after(redrawn, every)
    before, after, moved = Counts(redrawn.before, plane), Counts(redrawn.after, plane), Counter[str]()
    places = plane.to_plane(shapely.points([(one.lon, one.lat) for one in every])) if every else ()
    for one, code, place in zip(every, later, places, strict=True):
        before.add(one.code, one.counts, place)
        after.add(code, one.counts, place)
        if code != one.code:
            moved.update(dict(zip(COUNTED, one.counts, strict=True)))
    codes = sorted({*redrawn.retired, *redrawn.changed, *redrawn.created})
    cells = tuple(
        CellChange(
            code,
            before.of(code) if code in redrawn.before else None,
            after.of(code) if code in redrawn.after else None,
        )
        for code in codes
    )
    shares = shares_of(redrawn, plane)
    heirs = heirs_of(redrawn, shares, plane)
    held = {code for codes in answering.values() for code in codes}
    return Sheet(
        cells=cells,
        moved={name: moved[name] for name in COUNTED},
        left=tuple(sorted(one for one, codes in answering.items() if not set(codes) - set(redrawn.retired))),
        vacant=tuple(code for code in redrawn.created if heirs.get(code) not in held),
        shares=shares,
        loads=tuple(
            _load(number, codes, heirs, redrawn, (before, after)) for number, codes in sorted(answering.items())
        ),
    )


def _load(
    number: str,
    codes: Collection[str],
    heirs: Mapping[str, str],
    redrawn: Redrawn,
    counted: tuple[Counts, Counts],
) -> WorkerLoad:
    theirs = [code for code in codes if code in redrawn.after]
    theirs += [code for code, former in heirs.items() if former in codes]
    sides = zip((set(codes), set(theirs)), counted, strict=True)
    before, after = (
        {"cells": len(held), **counts.sum_of(held), "walk_m": round(counts.walk_m(held))} for held, counts in sides
    )
    return WorkerLoad(number, before, after)


def shares_of(redrawn: Redrawn, plane: Plane) -> tuple[Share, ...]:
    """Where the ground of each cell that goes or changes lies afterwards, shares of a thousandth and more."""
    former = sorted({*redrawn.retired, *redrawn.changed})
    latter = sorted({*redrawn.created, *redrawn.changed})
    if not former or not latter:
        return ()
    old = plane.to_plane(np.array([redrawn.before[code].polygon for code in former], dtype=object))
    new = plane.to_plane(np.array([redrawn.after[code].polygon for code in latter], dtype=object))
    at, to = shapely.STRtree(new).query(old, predicate="intersects")
    parts = shapely.area(shapely.intersection(old[at], new[to])) / shapely.area(old[at])
    found = [
        Share(former[i], latter[j], round(min(float(part), 1.0), 4))
        for i, j, part in zip(at.tolist(), to.tolist(), parts.tolist(), strict=True)
        if part >= LEAST_SHARE
    ]
    return tuple(sorted(found, key=lambda one: (one.from_code, -one.share, one.to_code)))


def heirs_of(redrawn: Redrawn, shares: Iterable[Share], plane: Plane) -> dict[str, str]:
    """By the code of each new cell, the former cell that most of its ground was."""
    most: dict[str, tuple[float, str]] = {}
    sizes = {one.from_code for one in shares}
    ground = {code: float(plane.areas_m2(np.array([redrawn.before[code].polygon]))[0]) for code in sizes}
    for one in shares:
        if one.to_code not in redrawn.before:
            given = (one.share * ground[one.from_code], one.from_code)
            most[one.to_code] = max(most.get(one.to_code, (0.0, "")), given)
    return {code: former for code, (_, former) in most.items()}


def codes_after(redrawn: Redrawn, things: list[Thing]) -> list[str]:
    """The cell each thing lies in afterwards; on a border the lowest code, as everywhere."""
    codes = sorted({*redrawn.created, *redrawn.changed})
    if not things:
        return []
    tree = shapely.STRtree([redrawn.after[code].polygon for code in codes])
    at, cells = tree.query(shapely.points([(one.lon, one.lat) for one in things]), predicate="intersects")
    lowest: dict[int, int] = {}
    for thing, cell in zip(at.tolist(), cells.tolist(), strict=True):
        lowest[thing] = min(cell, lowest.get(thing, cell))
    # What lies a hair outside of its own cell's polygon stays where it is.
    return [codes[lowest[n]] if n in lowest else one.code for n, one in enumerate(things)]


async def _things(
    connection: AsyncConnection, district: District, edition: Edition, codes: list[str], *, since: datetime
) -> list[Thing]:
    nothing = literal(0)
    cells = (
        select(AreaRow.id, AreaRow.code, EditionAreaRow.path)
        .join(EditionAreaRow, EditionAreaRow.area_id == AreaRow.id)
        .where(EditionAreaRow.edition_id == edition.id, AreaRow.code.in_(codes), AreaRow.district_id == district.id)
        .subquery()
    )

    def there(row: Any, counts: Sequence[Any]) -> Select[Any]:
        columns = [*counts, func.ST_X(row.geom), func.ST_Y(row.geom), cells.c.code]
        return select(*columns).join(cells, cells.c.id == row.area_id).where(row.geom.is_not(None))

    def counting(**counts: Any) -> list[Any]:
        return [counts.get(name, nothing) for name in COUNTED]

    one = literal(1)
    building = {name: getattr(BuildingRow, name) for name in ("households", "residents", "over_60")}
    buildings = there(BuildingRow, counting(buildings=one, **building))
    points = there(ServicePointRow, counting(service_points=one))
    offered = case((and_(ReportRow.status == "dispatched", ReportRow.assignee_id.is_not(None)), 1), else_=0)
    due = case((ReportRow.due_at.is_not(None), 1), else_=0)
    opened = there(ReportRow, counting(open_reports=one, offers=offered, deadlines=due)).where(
        and_(IS_OPEN, reports_seen(ReportRow, DESK))
    )
    filed = there(ReportRow, counting(reports_year=one)).where(
        ReportRow.filed_at > since, ReportRow.status != "void", reports_seen(ReportRow, DESK)
    )
    found = await connection.execute(union_all(buildings, points, opened, filed))
    return [Thing(tuple(row[:-3]), *row[-3:]) for row in found]


async def answering_for(
    connection: AsyncConnection, district: District, codes: Collection[str], *, on: date
) -> dict[str, list[str]]:
    """Everyone who answers first for one of these cells, by number, with the codes of all cells they answer for."""
    valid = and_(DutyRow.rank == "A", DutyRow.valid_from <= on, or_(DutyRow.valid_to.is_(None), DutyRow.valid_to >= on))
    here = and_(AreaRow.district_id == district.id, AreaRow.depth == district.cell_depth)
    met = (
        select(DutyRow.person_id)
        .join(AreaRow, AreaRow.id == DutyRow.area_id)
        .where(valid, here, AreaRow.code.in_(codes))
    )
    asked = (
        select(PersonRow.number, AreaRow.code)
        .join(DutyRow, DutyRow.person_id == PersonRow.id)
        .join(AreaRow, AreaRow.id == DutyRow.area_id)
        .where(valid, here, PersonRow.active, PersonRow.id.in_(met))
        .order_by(PersonRow.number, AreaRow.code)
    )
    found: dict[str, list[str]] = {}
    for number, code in await connection.execute(asked):
        found.setdefault(number, []).append(code)
    return found
