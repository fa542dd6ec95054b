"""The ledger of grids, put together from the edition, its figures of residents and the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.four_bounds import FourBounds, Side, four_bounds
from geo.jurisdiction import ids_of
from layers.areas.queries import areas, polygons, populations
from layers.areas.records import Area, Edition, Population
from layers.districts.records import District
from layers.roster.ledger import Answers, Ledger, LedgerRow
from layers.roster.queries import answering


async def ledger(connection: AsyncConnection, *, district: District, edition: Edition, on: date) -> Ledger:
    """The ledger of an edition's cells, with who answers on a day.

    Raises:
        LayerError: the cells of a draft overlap, so that no neighbour can be told.
    """
    cells, shapes = await polygons(connection, edition.id, depth=district.cell_depth)
    names = {one.id: one.name for one in await areas(connection, edition.id)}
    counted = await populations(connection, edition.id)
    people = await _people(connection, cells, on)
    bounds = four_bounds(shapes) if cells else []
    rows = tuple(
        LedgerRow(
            code=cell.code,
            name=cell.name,
            parents=_parents(cell, names),
            bounds=_named(around, cells),
            area_m2=cell.area_m2,
            households=_count(counted, cell, "households"),
            residents=_count(counted, cell, "residents"),
            people=tuple(people[cell.id]),
        )
        for cell, around in zip(cells, bounds, strict=True)
    )
    level = district.levels[district.cell_depth]
    return Ledger(district.name, level.name, level.name_en, edition.number, on, rows)


async def _people(connection: AsyncConnection, cells: Sequence[Area], on: date) -> Mapping[int, list[Answers]]:
    found: dict[int, list[Answers]] = defaultdict(list)
    for one in await answering(connection, [cell.id for cell in cells], on=on):
        found[one.area_id].append(Answers(one.rank, one.number, one.role))
    return found


def _parents(cell: Area, names: Mapping[int, str]) -> tuple[str, ...]:
    """What the cell lies in, without the district itself; a level that is not imported has no name."""
    return tuple(names[area] for area in ids_of(cell.path)[1:-1] if area in names)


def _named(around: FourBounds, cells: Sequence[Area]) -> dict[Side, tuple[str | None, ...]]:
    return {
        side: tuple(cells[one.neighbour].name if one.neighbour >= 0 else None for one in around[side]) for side in Side
    }


def _count(counted: Mapping[int, Population], cell: Area, what: str) -> int | None:
    return getattr(counted[cell.id], what) if cell.id in counted else None
