"""Loading it: declared, imported, published and staffed through the same use cases as any district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_CRS
from geo.positions import Geometries
from layers.areas.importing import LevelRequest, prepare_level, store_level
from layers.areas.publishing import publish
from layers.districts.declaring import declare, read_declaration
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.places.following import follow_places
from layers.places.importing import BUILDINGS, SERVICE_POINTS, import_places
from layers.read.features import FeatureTable
from layers.reports.following import follow_reports
from layers.reports.kinds import declare_kinds
from layers.roster.following import follow_duties
from layers.roster.importing import import_roster
from tests.toytown import people, polygons

ACTOR = "command:toytown"
#: When it was loaded: a Monday morning.
LOADED_AT = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
FOLLOWERS = (follow_places, follow_duties, follow_reports)


async def load(connection: AsyncConnection) -> District:
    """Load the whole town into an empty, migrated database; the caller commits."""
    district = await load_areas(connection)
    for kind, (fields, points) in (
        (BUILDINGS, people.buildings()),
        (SERVICE_POINTS, people.service_points()),
    ):
        await import_places(connection, district=district, table=table(fields, points), kind=kind)
    await import_roster(
        connection, district=district, columns=people.ROSTER_COLUMNS, rows=people.roster(), now=LOADED_AT
    )
    return district


async def load_areas(connection: AsyncConnection) -> District:
    """Declare the town, import its three levels of polygons and publish them."""
    district = await declare(connection, read_declaration(people.DECLARATION))
    await declare_kinds(connection, district, people.KINDS)
    for key, level in (
        ("street", polygons.streets()),
        ("community", polygons.communities()),
        ("grid", polygons.grids()),
    ):
        await import_level(connection, district, key, level)
    await publish(connection, district=district, followers=FOLLOWERS, actor=ACTOR, clock=lambda: LOADED_AT)
    return await district_of(connection, district.code)


async def import_level(connection: AsyncConnection, district: District, key: str, level: polygons.Level) -> None:
    """Import one level into the draft."""
    prepared = await prepare_level(
        connection, district=district, table=level_table(level), request=LevelRequest(district.level(key))
    )
    await store_level(connection, prepared, actor=ACTOR, now=LOADED_AT)


def level_table(level: polygons.Level) -> FeatureTable:
    """A level as a file would bring it."""
    return table({"code": level.codes, "name": level.names, "parent": level.parents}, level.polygons)


def table(fields: Mapping[str, Sequence[Any]], geometry: Geometries) -> FeatureTable:
    """A table of features in the storage system."""
    columns = {name: np.array(values, dtype=object) for name, values in fields.items()}
    return FeatureTable("toytown", columns, geometry, STORAGE_CRS.to_wkt())
