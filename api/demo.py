"""The demo district: loaded once from its folder, with a simulated month of reports filed through the real use cases.

Each part looks first whether it is done, so an interrupted start is continued by the next one. What is heavy is
imported only when there is something to load: a later start has nothing to do here.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from api.cli.progress import Step, progress
from api.clock import now
from layers.areas.queries import NoEdition, edition_in_force
from layers.areas.records import Edition
from layers.districts.queries import UnknownDistrict, district
from layers.districts.records import District
from layers.migrations import sqlalchemy_url
from layers.reports.simulation_rows import simulated

if TYPE_CHECKING:
    pass

FOLDER = Path(__file__).resolve().parents[1] / "data" / "shapefiles"
ACTOR = "job:demo"
DAYS = 30
REPORTS = 4_500
SEED = 210213
#: Reports in one transaction: a durable commit for each would only make the first start longer.
BATCH = 50


def load_demo(url: str) -> str:
    """Bring the migrated database at `url` to the state of the demo; nothing when it is there. The district's code."""
    return asyncio.run(_load_demo(url))


async def _load_demo(url: str) -> str:
    given = tomllib.loads((FOLDER / "district.toml").read_text(encoding="utf-8"))
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        if await _in_force(engine, given["code"]) is None:
            await _load_layers(engine, given)
        async with engine.connect() as connection:
            chosen = await district(connection, given["code"])
            missing = REPORTS - await simulated(connection, chosen)
        if missing > 0:
            await _file_month(engine, url, chosen)
        return chosen.code
    finally:
        await engine.dispose()


async def _in_force(engine: AsyncEngine, code: str) -> Edition | None:
    async with engine.connect() as connection:
        try:
            return await edition_in_force(connection, await district(connection, code))
        except (UnknownDistrict, NoEdition):
            return None


async def _load_layers(engine: AsyncEngine, given: Mapping[str, Any]) -> None:
    """Levels, publication and registers in one transaction: a stop in between leaves nothing half loaded."""
    from api.demo_layers import load_layers

    with progress("demo district: loading its layers", total=len(given["files"]) + 1) as step:
        async with engine.begin() as connection:
            await load_layers(connection, given, folder=FOLDER, actor=ACTOR, now=now(), step=step)


async def _file_month(engine: AsyncEngine, url: str, chosen: District) -> None:
    with progress("demo district: filing a month of reports", total=REPORTS) as step:
        async with engine.connect() as connection, await psycopg.AsyncConnection.connect(url, autocommit=True) as plain:
            await _file(connection, plain, chosen, step)


async def _file(connection: AsyncConnection, plain: psycopg.AsyncConnection[Any], chosen: District, step: Step) -> None:
    from layers.reports.filing import file_surely
    from layers.reports.setting import setting_of
    from layers.reports.simulation import arrivals
    from layers.reports.simulation_rows import homes

    setting = await setting_of(connection, chosen)
    # The month ends when the boundaries came in force, so that a later start finds the same reports again.
    until = (setting.in_force.edition.effective_at or now()).astimezone(chosen.zone)
    dwellings = await homes(connection, chosen)
    month = arrivals(dwellings, setting.kinds, until=until, days=DAYS, number=REPORTS, seed=SEED)
    while batch := list(islice(month, BATCH)):
        async with plain.transaction():
            for one in batch:
                await file_surely(plain, one.filing, setting=setting, actor=ACTOR, now=one.at)
        step(len(batch))
