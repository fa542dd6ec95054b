"""The polygon of one area, as GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.queries import UnknownArea
from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow

#: 1e-7 degrees is about a centimetre: what polygons are stored with.
DECIMALS = 7


@dataclass(frozen=True, slots=True)
class AreaGeometry:
    """A GeoJSON geometry as text, and the digest of the version it belongs to."""

    geojson: str
    digest: str


async def geometry(connection: AsyncConnection, edition_id: int, *, depth: int, code: str) -> AreaGeometry:
    """The polygon of one area of an edition.

    Raises:
        UnknownArea: the edition has no such area.
    """
    statement = (
        select(func.ST_AsGeoJSON(AreaVersionRow.geom, DECIMALS).label("geojson"), AreaVersionRow.digest)
        .select_from(EditionAreaRow)
        .join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .where(EditionAreaRow.edition_id == edition_id, EditionAreaRow.depth == depth, AreaRow.code == code)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise UnknownArea(f"There is no area {code!r} at this level.", field="code", value=code)
    return AreaGeometry(row.geojson, row.digest)
