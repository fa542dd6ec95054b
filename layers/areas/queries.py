"""Questions about editions and their areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import plane_for, plane_from_srid
from geo.locate import Locator
from geo.positions import LonLat
from layers.areas.records import Area, CompiledEdition, Edition, Population
from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow, EditionRow, PopulationRow
from layers.districts.records import District
from layers.refusals import NotFound


class NoEdition(NotFound):
    """No edition with this number, or none in force yet."""


class UnknownArea(NotFound):
    """The edition has no area with this code at this level."""


async def editions(connection: AsyncConnection, district: District) -> list[Edition]:
    """Every edition of the district, newest first."""
    statement = (
        select(EditionRow.__table__).where(EditionRow.district_id == district.id).order_by(EditionRow.number.desc())
    )
    return [_edition(row) for row in await connection.execute(statement)]


async def edition_in_force(connection: AsyncConnection, district: District) -> Edition:
    """The edition that is in force.

    Raises:
        NoEdition: none has been published yet.
    """
    statement = select(EditionRow.__table__).where(
        EditionRow.district_id == district.id, EditionRow.status == "in_force"
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NoEdition(
            f"{district.name} has no edition of its boundaries in force.",
            field="edition",
            remedy="Import its layers (./wangge import FILE --as LEVEL --commit), then ./wangge publish --commit.",
        )
    return _edition(row)


async def edition(connection: AsyncConnection, district: District, number: int | None) -> Edition:
    """The edition with this number, or the one in force."""
    if number is None:
        return await edition_in_force(connection, district)
    statement = select(EditionRow.__table__).where(EditionRow.district_id == district.id, EditionRow.number == number)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NoEdition(f"{district.name} has no edition {number}.", field="edition", value=number)
    return _edition(row)


async def areas(connection: AsyncConnection, edition_id: int, *, depth: int | None = None) -> list[Area]:
    """The areas of an edition, by level and code, without their polygons."""
    statement = _areas(edition_id)
    if depth is not None:
        statement = statement.where(EditionAreaRow.depth == depth)
    return [_area(row) for row in await connection.execute(statement)]


async def area(connection: AsyncConnection, edition_id: int, *, depth: int, code: str) -> Area:
    """One area by its code.

    Raises:
        UnknownArea: there is none.
    """
    statement = _areas(edition_id).where(EditionAreaRow.depth == depth, AreaRow.code == code)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise UnknownArea(f"There is no area {code!r} at this level.", field="code", value=code)
    return _area(row)


async def polygons(
    connection: AsyncConnection, edition_id: int, *, depth: int
) -> tuple[list[Area], NDArray[np.object_]]:
    """The areas of one level with their polygons, by code: areas and an array of the same length."""
    found = await areas(connection, edition_id, depth=depth)
    statement = (
        select(EditionAreaRow.area_id, func.ST_AsBinary(AreaVersionRow.geom).label("wkb"))
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .where(EditionAreaRow.edition_id == edition_id, EditionAreaRow.depth == depth)
    )
    shapes = {row.area_id: bytes(row.wkb) for row in await connection.execute(statement)}
    return found, unwrap(shapely.from_wkb([shapes[one.id] for one in found]))


def unwrap(multi: Sequence[object] | NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons stored as multi-polygons of one part, as polygons again; real multi-polygons stay."""
    shapes = np.asarray(multi, dtype=object)
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


async def populations(connection: AsyncConnection, edition_id: int) -> dict[int, Population]:
    """Who lives where, by area id; an area nobody counted is absent."""
    statement = select(PopulationRow.__table__).where(PopulationRow.edition_id == edition_id)
    return {
        row.area_id: Population(row.buildings, row.households, row.residents, row.over_60, row.basis)
        for row in await connection.execute(statement)
    }


async def compiled(connection: AsyncConnection, district: District, chosen: Edition) -> CompiledEdition:
    """The edition with its locator built: takes seconds for thousands of cells."""
    every = await areas(connection, chosen.id)
    cells, shapes = await polygons(connection, chosen.id, depth=district.cell_depth)
    return CompiledEdition(
        district=district,
        edition=chosen,
        plane=plane_from_srid(district.plane_srid) if district.plane_srid else plane_for(shapely.total_bounds(shapes)),
        locator=Locator.build([one.code for one in cells], shapes),
        areas={one.id: one for one in every},
        by_code={(one.depth, one.code): one for one in every},
    )


def _areas(edition_id: int) -> Select[tuple[object, ...]]:
    return (
        select(
            AreaRow.id,
            AreaRow.depth,
            AreaRow.code,
            AreaVersionRow.name,
            EditionAreaRow.path,
            AreaVersionRow.parent_id,
            func.ST_X(AreaVersionRow.label_point).label("lon"),
            func.ST_Y(AreaVersionRow.label_point).label("lat"),
            AreaVersionRow.area_m2,
            AreaVersionRow.attributes,
        )
        .select_from(EditionAreaRow)
        .join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .where(EditionAreaRow.edition_id == edition_id)
        .order_by(AreaRow.depth, AreaRow.code)
    )


def _area(row: Row[tuple[object, ...]]) -> Area:
    return Area(
        id=row.id,
        depth=row.depth,
        code=row.code,
        name=row.name,
        path=row.path,
        parent_id=row.parent_id,
        label=LonLat(row.lon, row.lat),
        area_m2=row.area_m2,
        attributes=row.attributes,
    )


def _edition(row: Row[tuple[object, ...]]) -> Edition:
    return Edition(
        id=row.id,
        district_id=row.district_id,
        number=row.number,
        status=row.status,
        note=row.note,
        made_by=row.made_by,
        made_at=row.made_at,
        published_by=row.published_by,
        effective_at=row.effective_at,
        retired_at=row.retired_at,
        digest=row.digest,
        row_version=row.row_version,
    )


def filing_lock_key(district_id: int) -> int:
    """The advisory lock that filing takes shared and publishing takes alone: no report slips between two editions."""
    return 0x77616E67 << 32 | district_id
