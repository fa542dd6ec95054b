"""What it saves to locate only the reports of changed cells again: both ways, and whether they agree."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from layers.areas.queries import compiled, edition_in_force
from layers.areas.records import CompiledEdition
from layers.districts.queries import district
from layers.migrations import sqlalchemy_url

ALL = """
select id, st_x(geom), st_y(geom) from reports
where status <> 'closed' and status <> 'void' and status <> 'linked' and geom is not null and district_id = %s
"""
#: Those in cells that the edition in force draws otherwise than the one before.
CHANGED = ALL + " and area_path = any(%s)"
PATHS = """
select n.path from edition_areas n
left join edition_areas o on o.edition_id = %s and o.area_id = n.area_id
where n.edition_id = %s and n.depth = %s and (o.area_id is null or n.version_id <> o.version_id)
"""
FORMER = "select id from editions where status = 'retired' order by id desc limit 1"


def relocation(url: str) -> tuple[float, float, int]:
    """The seconds to locate every open report again, those to do so in changed cells only, and the disagreements."""
    edition = asyncio.run(_compiled(url))
    with psycopg.connect(url) as connection:
        former = connection.execute(FORMER).fetchone()
        here = edition.district.id
        changed = (former[0] if former else 0, edition.edition.id, edition.district.cell_depth)
        paths = [path for (path,) in connection.execute(PATHS, changed).fetchall()]
        before: dict[int, int] = dict(
            connection.execute("select id, area_id from reports where area_id is not null").fetchall()
        )
        full, full_s = _located(connection, edition, ALL, [here])
        part, part_s = _located(connection, edition, CHANGED, [here, paths])
    return full_s, part_s, sum(full[one] != part.get(one, before.get(one)) for one in full)


def _located(
    connection: psycopg.Connection[Any], edition: CompiledEdition, query: str, values: list[Any]
) -> tuple[dict[int, int], float]:
    began = time.perf_counter()
    rows = connection.execute(query, values).fetchall()
    found: dict[int, int] = {}
    if rows:
        ids, lon, lat = zip(*rows, strict=True)
        codes = edition.locator.codes
        at = edition.locator.indices(np.array(lon), np.array(lat)).tolist()
        found = {one: edition.cell(str(codes[place])).id for one, place in zip(ids, at, strict=True) if place >= 0}
    return found, time.perf_counter() - began


async def _compiled(url: str) -> CompiledEdition:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            chosen = await district(connection, None)
            return await compiled(connection, chosen, await edition_in_force(connection, chosen))
    finally:
        await engine.dispose()
