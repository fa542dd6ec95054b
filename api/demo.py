"""The demo district: loaded once from its folder, with two simulated weeks of whole lives through the real use cases.

Each part looks first whether it is done, so an interrupted start is continued by the next one. What is heavy is
imported only when there is something to load: a later start has nothing to do here.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from api.cli.progress import progress
from api.clock import now
from layers.areas.queries import NoEdition, edition_in_force
from layers.areas.records import Edition
from layers.districts.queries import UnknownDistrict, district
from layers.districts.records import District
from layers.migrations import sqlalchemy_url
from layers.reports.simulation_rows import count_simulated

FOLDER = Path(__file__).resolve().parents[1] / "data" / "shapefiles"
ACTOR = "job:demo"
DAYS = 14
REPORTS = 2_100
SEED = 210213


def load_demo(url: str, *, lives: bool = True) -> str:
    """Bring the migrated database at `url` to the state of the demo; nothing when it is there. The district's code.

    Without `lives` nothing has been reported yet.
    """
    return asyncio.run(_load_demo(url, lives=lives))


async def _load_demo(url: str, *, lives: bool) -> str:
    given = tomllib.loads((FOLDER / "district.toml").read_text(encoding="utf-8"))
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        if await _in_force(engine, given["code"]) is None:
            await _load_layers(engine, given)
        async with engine.connect() as connection:
            chosen = await district(connection, given["code"])
            missing = REPORTS - await count_simulated(connection, chosen)
        if lives and missing > 0:
            await _live_weeks(engine, url, chosen)
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


async def _live_weeks(engine: AsyncEngine, url: str, chosen: District) -> None:
    from api.simulating import Asked, simulated

    edition = await _in_force(engine, chosen.code)
    # The weeks end when the boundaries came in force, so that a later start finds the same reports again.
    end = (edition.effective_at if edition else None) or now()
    asked = Asked(url, chosen.code, DAYS, SEED, REPORTS, end, ACTOR, today=False)
    with progress(f"demo district: living {DAYS} days", total=REPORTS) as step:
        await simulated(asked, step)
