"""Importing buildings and service points: new ones are added, known ones brought up to date by their code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import PRECISION_DECIMALS, STORAGE_SRID
from geo.datum import to_storage
from geo.positions import Bounds, Datum, Geometries
from layers.areas.drafts_rows import lock_boundaries
from layers.areas.queries import NoEdition, compiled, edition_in_force
from layers.areas.records import CompiledEdition
from layers.districts.records import District
from layers.places.following import cells_of, count_residents
from layers.places.importing_features import COUNTS, TEXTS, PlaceRow, place_columns, read_places
from layers.places.importing_statements import COUNT_STORED, STORED_ATTRIBUTES, UPSERT
from layers.read.codes import require_zeros
from layers.read.coordinates import bounds_of, stored_geometry
from layers.read.features import FeatureTable
from layers.read.rows import RefusedRow
from layers.read.untyped import recalled

BUILDINGS = "buildings"
SERVICE_POINTS = "service-points"


@dataclass(frozen=True, slots=True)
class PlacesImported:
    """What importing places changed; `outside` are those in no cell and `at_zero` those at 0°, 0°: kept, and named."""

    new: int
    changed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    outside: tuple[str, ...]
    at_zero: tuple[str, ...]
    only_stored: int
    is_located: bool


async def import_places(
    connection: AsyncConnection,
    *,
    district: District,
    table: FeatureTable,
    kind: str,
    columns: Mapping[str, str] | None = None,
    code_digits: int | None = None,
    crs: str | None = None,
    datum: Datum = Datum.WGS84,
) -> PlacesImported:
    """Store a table of buildings or service points; rows that cannot be used are given back, the rest is stored.

    `columns` names the column of single fields, `code_digits` restores leading zeros that codes have lost. Places lie
    in the cells of the edition in force; without one they are located when one is published.

    Raises:
        FieldNeeded, CrsNeeded: nothing of the table can be read.
        EatenZeros: codes are those of stored places without their leading zeros.
    """
    await lock_boundaries(connection, district)
    edition = await _in_force(connection, district)
    near = None if edition is None else _box(edition)
    points = _unshifted(stored_geometry(_as_points(table), crs=crs, near=near), datum)
    chosen = place_columns(table.fields, kind, columns or {}).columns
    rows, refused = read_places(table, points, kind=kind, columns=chosen, code_digits=code_digits)
    known = await _stored_attributes(connection, kind, district)
    require_zeros([row.code for row in rows], known, field=chosen["code"], option="code-digits")
    if table.is_untyped:
        rows = [replace(row, attributes=recalled(row.attributes, known.get(row.code, {}))) for row in rows]
    lon, lat = np.array([row.lon for row in rows]), np.array([row.lat for row in rows])
    cells = cells_of(edition, lon, lat) if edition and rows else [None] * len(rows)
    new, changed = await _upsert(connection, kind, district=district, rows=rows, cells=cells)
    if edition is not None and kind == BUILDINGS:
        await count_residents(connection, edition)
    stored = await connection.scalar(COUNT_STORED[kind], {"district": district.id})
    return PlacesImported(
        new=new,
        changed=changed,
        unchanged=len(rows) - new - changed,
        refused=tuple(refused),
        outside=tuple(row.code for row, cell in zip(rows, cells, strict=True) if edition and cell is None),
        at_zero=tuple(row.code for row in rows if row.lon == 0 and row.lat == 0),
        only_stored=(stored or 0) - len(rows),
        is_located=edition is not None,
    )


async def _in_force(connection: AsyncConnection, district: District) -> CompiledEdition | None:
    try:
        return await compiled(connection, district, await edition_in_force(connection, district))
    except NoEdition:
        return None


async def _stored_attributes(
    connection: AsyncConnection, kind: str, district: District
) -> dict[str, Mapping[str, Any]]:
    found = await connection.execute(STORED_ATTRIBUTES[kind], {"district": district.id})
    return {row.code: row.attributes for row in found}


def _box(edition: CompiledEdition) -> Bounds | None:
    return bounds_of(edition.locator.polygons)


def _as_points(table: FeatureTable) -> FeatureTable:
    """A building that is drawn as an outline stands for a point inside it."""
    drawn = ~(shapely.is_missing(table.geometry) | (shapely.get_type_id(table.geometry) == shapely.GeometryType.POINT))
    points = table.geometry.copy()
    points[drawn] = shapely.point_on_surface(points[drawn])
    return replace(table, geometry=points)


def _unshifted(points: Geometries, datum: Datum) -> Geometries:
    """The points in the storage datum, on the raster that polygons lie on too: an export comes back bit for bit."""
    here = ~(shapely.is_missing(points) | shapely.is_empty(points))
    lon, lat = to_storage(shapely.get_x(points[here]), shapely.get_y(points[here]), datum)
    moved = points.copy()
    moved[here] = shapely.points(np.round(lon, PRECISION_DECIMALS), np.round(lat, PRECISION_DECIMALS))
    return moved


async def _upsert(
    connection: AsyncConnection,
    kind: str,
    *,
    district: District,
    rows: Sequence[PlaceRow],
    cells: Sequence[int | None],
) -> tuple[int, int]:
    """Store the rows; how many were new, and how many changed."""
    columns = {name: [row.texts[name] for row in rows] for name in TEXTS[kind]}
    counts = {name: [row.counts[name] for row in rows] for name in COUNTS[kind]}
    written = await connection.execute(
        UPSERT[kind],
        {
            "district": district.id,
            "srid": STORAGE_SRID,
            "codes": [row.code for row in rows],
            "lon": [row.lon for row in rows],
            "lat": [row.lat for row in rows],
            "areas": list(cells),
            "attributes": [json.dumps(row.attributes, ensure_ascii=False) for row in rows],
            **columns,
            **counts,
        },
    )
    is_new = written.scalars().all()
    return sum(is_new), len(is_new) - sum(is_new)
