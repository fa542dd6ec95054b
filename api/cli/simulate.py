"""`./wangge simulate`: days of a district's life, through the real use cases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psycopg
import typer
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from api.cli.progress import progress
from api.cli.tables import print_table
from api.cluster_database import database_url
from api.serving import require_current
from api.settings import read_settings
from layers.districts.queries import district as district_of
from layers.migrations import sqlalchemy_url
from layers.reports.setting import setting_of
from layers.reports.simulating import Simulation, Tally, crowd_of
from layers.reports.simulation import arrivals
from layers.reports.simulation_lives import Fate
from layers.reports.simulation_rows import homes, units

REPORTS_PER_DAY = 150


def simulate(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days, ending now.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same lives.")] = 1,
    reports: Annotated[
        int | None, typer.Option(min=1, help=f"How many reports; without it {REPORTS_PER_DAY} a day.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The end, 2026-11-22T00:00+08:00; without it now.")] = None,
    district: Annotated[str | None, typer.Option(help="Needed where the database holds several districts.")] = None,
) -> None:
    """Let a district live: reports come in, are handled, late, returned, verified, reopened, judged.

    Everything is filed and done as people would do it, at simulated moments, and stays in the record: for a district
    that is only looked at, tried or tested.
    """
    url = database_url(read_settings())
    require_current(url)
    end = datetime.now(UTC) if until is None else datetime.fromisoformat(until)
    number = reports or days * REPORTS_PER_DAY
    tally = asyncio.run(_simulate(url, district, days=days, seed=seed, number=number, until=end))
    rows = [("filed", tally.filed), *sorted(tally.steps.items()), ("outrun", sum(tally.refused.values()))]
    print_table("Simulated", ("what", "how often"), rows)


async def _simulate(url: str, code: str | None, *, days: int, seed: int, number: int, until: datetime) -> Tally:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as reading, await psycopg.AsyncConnection.connect(url, autocommit=True) as plain:
        chosen = await district_of(reading, code)
        setting = await setting_of(reading, chosen)
        dwellings, known = await homes(reading, chosen), await units(reading, chosen)
        end = until.astimezone(chosen.zone)
        coming = arrivals(dwellings, setting.kinds, until=end + timedelta(days=1), days=days, number=number, seed=seed)
        made = Simulation(
            plain, setting, Fate(seed, chosen.zone, known), await crowd_of(plain, setting), "job:simulate"
        )
        with progress("simulating", total=number) as step:
            tally = await made.run((one for one in coming if one.at <= end), until=end, step=step)
    await engine.dispose()
    return tally
