"""Places follow the edition in force: each lies in one of its cells, and residents are counted by its areas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.jurisdiction import ids_of
from layers.areas.publishing import FollowUp, Published
from layers.areas.records import CompiledEdition

COUNTS = ("households", "residents", "over_60")
FROM_BUILDINGS = "buildings"
STATED = "stated"


async def follow_places(connection: AsyncConnection, published: Published) -> FollowUp:
    """Locate every building and service point in the new edition, and count its residents."""
    points = await relocate(connection, published.compiled, table="service_points")
    buildings = await relocate(connection, published.compiled, table="buildings")
    counted = await count_residents(connection, published.compiled)
    figures = {"service points in another cell": points, "buildings in another cell": buildings}
    return FollowUp("Places", {**figures, "areas with figures of residents": counted})


def cells_of(compiled: CompiledEdition, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[int | None]:
    """The id of the cell that holds each position, None outside every cell."""
    depth = compiled.district.cell_depth
    ids = [compiled.by_code[depth, str(code)].id for code in compiled.locator.codes]
    return [ids[index] if index >= 0 else None for index in compiled.locator.indices(lon, lat)]


_PLACED = {
    "buildings": text("select id, ST_X(geom) as lon, ST_Y(geom) as lat from buildings where district_id = :district"),
    "service_points": text(
        "select id, ST_X(geom) as lon, ST_Y(geom) as lat from service_points where district_id = :district"
    ),
}
_MOVE = {
    "buildings": text("""
        update buildings b set area_id = found.area, row_version = b.row_version + 1
        from unnest(cast(:ids as bigint[]), cast(:areas as bigint[])) as found (id, area)
        where b.id = found.id and b.area_id is distinct from found.area
    """),
    "service_points": text("""
        update service_points p set area_id = found.area, row_version = p.row_version + 1
        from unnest(cast(:ids as bigint[]), cast(:areas as bigint[])) as found (id, area)
        where p.id = found.id and p.area_id is distinct from found.area
    """),
}


async def relocate(connection: AsyncConnection, compiled: CompiledEdition, *, table: str) -> int:
    """Give every row of 'buildings' or 'service_points' the cell it lies in; how many moved to another."""
    rows = (await connection.execute(_PLACED[table], {"district": compiled.district.id})).all()
    if not rows:
        return 0
    ids, lon, lat = zip(*rows, strict=True)
    areas = cells_of(compiled, np.array(lon), np.array(lat))
    moved = await connection.execute(_MOVE[table], {"ids": list(ids), "areas": areas})
    return moved.rowcount


async def count_residents(connection: AsyncConnection, compiled: CompiledEdition) -> int:
    """Write who lives in each area of the edition; how many areas have figures.

    Counted from the buildings when the district has any, else as the layer states it: an area that states nothing has
    the sum of what lies directly below it.
    """
    by_cell = await _counted_in_buildings(connection, compiled)
    figures = summed_upward(compiled, by_cell) if by_cell else stated(compiled)
    basis = FROM_BUILDINGS if by_cell else STATED
    known = text("select exists (select from area_populations where edition_id = :edition)")
    # An edition that has just come in force has none: then nothing needs to be deleted, nor the right to do so.
    if await connection.scalar(known, {"edition": compiled.edition.id}):
        forget = text("delete from area_populations where edition_id = :edition")
        await connection.execute(forget, {"edition": compiled.edition.id})
    await connection.execute(
        text("""
            insert into area_populations (edition_id, area_id, buildings, households, residents, over_60, basis)
            select :edition, area, buildings, households, residents, over_60, :basis
            from unnest(cast(:areas as bigint[]), cast(:buildings as int[]), cast(:households as int[]),
                        cast(:residents as int[]), cast(:over_60 as int[]))
                 as counted (area, buildings, households, residents, over_60)
        """),
        {"edition": compiled.edition.id, "basis": basis, "areas": list(figures)}
        | {name: [int(row[place]) for row in figures.values()] for place, name in enumerate(("buildings", *COUNTS))},
    )
    return len(figures)


async def _counted_in_buildings(connection: AsyncConnection, compiled: CompiledEdition) -> dict[int, NDArray[np.int64]]:
    rows = await connection.execute(
        text("""
            select area_id, count(*), sum(households), sum(residents), sum(over_60)
            from buildings where district_id = :district and area_id is not null group by area_id
        """),
        {"district": compiled.district.id},
    )
    return {row[0]: np.array(row[1:], dtype=np.int64) for row in rows}


def summed_upward(compiled: CompiledEdition, by_cell: Mapping[int, NDArray[np.int64]]) -> dict[int, NDArray[np.int64]]:
    """The figures of every area, as the sum of the cells in it; an area without buildings has zeros."""
    figures = {area_id: np.zeros(len(COUNTS) + 1, dtype=np.int64) for area_id in compiled.areas}
    for cell, counts in by_cell.items():
        for area_id in ids_of(compiled.areas[cell].path):
            figures[area_id] += counts
    return figures


def stated(compiled: CompiledEdition) -> dict[int, NDArray[np.int64]]:
    """The figures that the layer states; one that says nothing has the sum of those directly below, if all say it."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for area in compiled.areas.values():
        below[area.parent_id].append(area.id)
    figures: dict[int, NDArray[np.int64]] = {}
    for area in sorted(compiled.areas.values(), key=lambda one: -one.depth):
        if any(name in area.attributes for name in COUNTS):
            figures[area.id] = np.array([0, *(area.attributes.get(name, 0) for name in COUNTS)], dtype=np.int64)
        elif below[area.id] and all(one in figures for one in below[area.id]):
            figures[area.id] = np.sum([figures[one] for one in below[area.id]], axis=0)
    return figures
