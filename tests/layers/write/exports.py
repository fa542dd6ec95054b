"""Layers of the toy town written to files, as the command does it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from api.cli.exporting_streams import open_stream
from layers.areas.records import Edition
from layers.districts.queries import district as district_of
from layers.write.destinations import for_one
from layers.write.formats import write_stream
from layers.write.systems import system_of
from tests.layers.areas.towns import grids_with, put_in_force, store
from tests.toytown import polygons

TODAY = date(2025, 1, 6)
#: Every sort of attribute, missing values among them, and a name too long for a Shapefile.
FURTHER: dict[str, list[Any]] = {
    "households": list(range(63)),
    "height": [None if i == 3 else i + 0.1 for i in range(63)],
    "floors": list(range(1, 64)),
    "old_code": [f"00{i}" for i in range(63)],
    "remark": [None if i % 2 else f"老街，“{i}”号\n=1+1" for i in range(63)],
}


async def export(connection: AsyncConnection, name: str, file: Path, *, crs: str | None = None) -> Path:
    """Write a layer; the file."""
    stream = (await open_stream(connection, await district_of(connection, None), name, edition=None, on=TODAY)).stream
    with for_one(file) as choose:
        path, ending = choose(stream)
        assert await write_stream(stream, path, system_of(crs), ending=ending, step=lambda _: None) == stream.count
    return file


async def furnish(connection: AsyncConnection, **further: list[Any]) -> Edition:
    """The town's grids with further attributes and one of two parts, in force."""
    shapes = polygons.grids().polygons
    first = shapes[0]
    middle = first.centroid
    island = shapely.box(middle.x, middle.y, middle.x + 1e-4, middle.y + 1e-4)
    shapes[0] = shapely.set_precision(first.difference(island), 1e-7)
    shapes[40] = shapely.MultiPolygon([shapes[40], shapely.set_precision(island, 1e-7)])
    await store(connection, grids_with(np.asarray(shapes, dtype=object), **(FURTHER | further)), repair=True)
    return (await put_in_force(connection)).edition
