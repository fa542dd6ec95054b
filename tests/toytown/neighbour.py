"""A second district beside the town: the same lattice, moved to the east, under codes of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.publishing import publish
from layers.districts.declaring import declare, read_declaration
from layers.districts.queries import district as district_of
from layers.districts.records import District
from layers.reports.kinds import declare_kinds
from layers.roster.importing import import_roster
from tests.toytown import people, polygons
from tests.toytown.loading import ACTOR, FOLLOWERS, LOADED_AT, import_level

COUNTY = "990102"
DISTRICT_CODE = f"{COUNTY}000000"
EAST_DEG = 0.1


async def load_neighbour(connection: AsyncConnection) -> District:
    """Load it into a database that holds the town; the caller commits."""
    declaration = people.DECLARATION | {"code": DISTRICT_CODE, "name": "邻城", "name_en": "Next Town"}
    district = await declare(connection, read_declaration(declaration))
    await declare_kinds(connection, district, people.KINDS)
    for key, level in (
        ("street", polygons.streets()),
        ("community", polygons.communities()),
        ("grid", polygons.grids()),
    ):
        await import_level(connection, district, key, _moved(level))
    await publish(connection, district=district, followers=FOLLOWERS, actor=ACTOR, clock=lambda: LOADED_AT)
    rows = [{name: _renamed(value) for name, value in row.items()} for row in people.roster()]
    await import_roster(connection, district=district, columns=people.ROSTER_COLUMNS, rows=rows, now=LOADED_AT)
    return await district_of(connection, district.code)


def moved(shape: Any) -> Any:
    """A geometry of the town, where it lies in this district."""
    return shapely.transform(shape, lambda xy: np.add(xy, (EAST_DEG, 0.0)))


def _moved(level: polygons.Level) -> polygons.Level:
    return replace(
        level,
        codes=[_renamed(one) for one in level.codes],
        parents=[_renamed(one) for one in level.parents],
        polygons=moved(level.polygons),
    )


def _renamed(code: str) -> str:
    return code.replace(polygons.COUNTY, COUNTY, 1) if code.startswith(polygons.COUNTY) else code
