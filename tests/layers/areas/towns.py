"""Altered toy towns: what a later file of the same district may bring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.positions import Geometries
from layers.areas.importing import LevelRequest, Preparation, prepare_level, store_level
from layers.areas.publishing import Publication, publish
from layers.areas.records import Edition
from layers.districts.queries import district as district_of
from layers.read.features import FeatureTable
from tests.toytown import polygons
from tests.toytown.loading import ACTOR, FOLLOWERS, LOADED_AT, level_table

LATER = LOADED_AT + timedelta(days=30)


def grids_with(shapes: Geometries, **columns: Sequence[Any]) -> FeatureTable:
    """The town's grids with other polygons, or with other columns."""
    grids = polygons.grids()
    table = level_table(polygons.Level(grids.codes, grids.names, grids.parents, shapes))
    further = {name: np.array(values, dtype=object) for name, values in columns.items()}
    return FeatureTable(table.source, {**table.fields, **further}, table.geometry, table.declared_crs)


def merged_first_two() -> FeatureTable:
    """The grids after the second one was merged into the first."""
    grids = polygons.grids()
    shapes = grids.polygons.copy()
    shapes[0] = shapely.coverage_union_all(shapes[:2])
    kept = [0, *range(2, len(shapes))]
    return level_table(
        polygons.Level(
            [grids.codes[i] for i in kept],
            [grids.names[i] for i in kept],
            [grids.parents[i] for i in kept],
            shapes[kept],
        )
    )


def widened(place: int, by_deg: float = 1e-4) -> Geometries:
    """The grids' polygons, one of them pushed over its neighbours' borders."""
    shapes = polygons.grids().polygons
    shapes[place] = shapely.buffer(shapes[place], by_deg, join_style="mitre")
    return shapes


async def prepare(connection: AsyncConnection, table: FeatureTable, level: str = "grid", **asked: Any) -> Preparation:
    district = await district_of(connection, None)
    request = LevelRequest(district.level(level), **asked)
    return await prepare_level(connection, district=district, table=table, request=request)


async def store(connection: AsyncConnection, table: FeatureTable, level: str = "grid", **asked: Any) -> Edition:
    return await store_level(connection, await prepare(connection, table, level, **asked), actor=ACTOR, now=LATER)


async def put_in_force(connection: AsyncConnection) -> Publication:
    district = await district_of(connection, None)
    return await publish(
        connection, district=district, followers=FOLLOWERS, actor=ACTOR, clock=lambda: LATER, note="redrawn"
    )
