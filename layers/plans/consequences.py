"""What a plan would change: who and what comes to lie in another cell, counted before anything is in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import pi
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import Select, and_, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import Plane, plane_for, plane_from_srid
from geo.redraw import Coverage
from layers.actors import DESK
from layers.areas.records import Edition
from layers.areas.tables import AreaRow, EditionAreaRow
from layers.districts.records import District
from layers.places.tables import BuildingRow, ServicePointRow
from layers.plans.redrawing import Redrawn
from layers.reports.reading import IS_OPEN
from layers.reports.tables import ReportRow
from layers.roster.tables import DutyRow, PersonRow
from layers.scope import reports_seen

COUNTED = ("buildings", "households", "residents", "over_60", "service_points", "open_reports")


class Thing(NamedTuple):
    """Something with a place: what it counts for, where it lies, and the code of its cell."""

    counts: tuple[int, int, int, int, int, int]
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
class Sheet:
    """The consequences of a plan (影响分析表). `moved`: how much comes to lie in another cell, by what it is.

    `left`: numbers of people whose cells are all gone; `vacant`: new cells, for which nobody answers yet.
    """

    cells: tuple[CellChange, ...]
    moved: Mapping[str, int]
    left: tuple[str, ...]
    vacant: tuple[str, ...]


async def consequences(connection: AsyncConnection, district: District, edition: Edition, redrawn: Redrawn) -> Sheet:
    """The sheet of a plan on the edition in force, as everything stands now; at the desk, whoever asks."""
    former = [*redrawn.retired, *redrawn.changed]
    things = await _things(connection, district, edition, former)
    bounds = shapely.total_bounds([one.polygon for one in redrawn.before.cells])
    plane = plane_from_srid(district.plane_srid) if district.plane_srid else plane_for(bounds)
    return sheet_of(redrawn, things, plane, await _left(connection, edition, redrawn))


def sheet_of(redrawn: Redrawn, things: Iterable[Thing], plane: Plane, left: tuple[str, ...]) -> Sheet:
    """The sheet from what lies in the cells that change; every `Thing` lies in one of them."""
    every = list(things)
    later = _codes_after(redrawn, every)
    before, after, moved = _Counts(), _Counts(), Counter[str]()
    for one, code in zip(every, later, strict=True):
        before.add(one.code, one.counts)
        after.add(code, one.counts)
        if code != one.code:
            moved.update(dict(zip(COUNTED, one.counts, strict=True)))
    codes = sorted({*redrawn.retired, *redrawn.changed, *redrawn.created})
    cells = tuple(
        CellChange(
            code,
            before.of(code, redrawn.before, plane) if code in redrawn.before else None,
            after.of(code, redrawn.after, plane) if code in redrawn.after else None,
        )
        for code in codes
    )
    return Sheet(cells, {name: moved[name] for name in COUNTED}, left, tuple(redrawn.created))


class _Counts:
    """Counts by cell."""

    def __init__(self) -> None:
        self._by_code: dict[str, np.ndarray] = {}

    def add(self, code: str, counts: tuple[int, ...]) -> None:
        self._by_code[code] = self._by_code.get(code, np.zeros(len(COUNTED), dtype=int)) + counts

    def of(self, code: str, coverage: Coverage, plane: Plane) -> dict[str, float]:
        counted = self._by_code.get(code, np.zeros(len(COUNTED), dtype=int))
        [shape] = plane.to_plane(np.array([coverage[code].polygon]))
        round_share = 4 * pi * shape.area / shape.length**2
        told: dict[str, float] = {name: int(n) for name, n in zip(COUNTED, counted, strict=True)}
        return told | {"area_m2": round(shape.area, 1), "compactness": round(round_share, 3)}


def _codes_after(redrawn: Redrawn, things: list[Thing]) -> list[str]:
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


async def _things(connection: AsyncConnection, district: District, edition: Edition, codes: list[str]) -> list[Thing]:
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

    buildings = there(
        BuildingRow,
        (literal(1), BuildingRow.households, BuildingRow.residents, BuildingRow.over_60, nothing, nothing),
    )
    points = there(ServicePointRow, (nothing, nothing, nothing, nothing, literal(1), nothing))
    reports = there(ReportRow, (nothing, nothing, nothing, nothing, nothing, literal(1))).where(
        and_(IS_OPEN, reports_seen(ReportRow, DESK))
    )
    found = await connection.execute(union_all(buildings, points, reports))
    return [Thing(tuple(row[:6]), row[6], row[7], row[8]) for row in found]


async def _left(connection: AsyncConnection, edition: Edition, redrawn: Redrawn) -> tuple[str, ...]:
    """People all of whose areas are cells that are gone."""
    stays = func.bool_or(AreaRow.code.not_in(redrawn.retired))
    statement = (
        select(PersonRow.number)
        .join(DutyRow, DutyRow.person_id == PersonRow.id)
        .join(AreaRow, AreaRow.id == DutyRow.area_id)
        .where(PersonRow.active, PersonRow.district_id == edition.district_id)
        .group_by(PersonRow.number)
        .having(~stays)
        .order_by(PersonRow.number)
    )
    return tuple(await connection.scalars(statement))
