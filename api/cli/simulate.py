"""`./wangge simulate`: days of a district's life, through the real use cases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.progress import progress
from api.cli.tables import print_table
from api.cluster_database import database_url
from api.serving import require_current
from api.settings import read_settings
from api.simulating import Asked, simulated, simulated_in_parts

REPORTS_PER_DAY = 150


def simulate(
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days, ending now.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same lives.")] = 1,
    reports: Annotated[
        int | None, typer.Option(min=1, help=f"How many reports; without it {REPORTS_PER_DAY} a day.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The end, 2026-11-22T00:00+08:00; without it now.")] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=16, help="More are faster; only one gives the same lives for the same seed.")
    ] = 1,
    district: Annotated[str | None, typer.Option(help="Needed where the database holds several districts.")] = None,
) -> None:
    """Let a district live: reports come in, are handled, late, returned, verified, reopened, judged.

    Everything is filed and done as people would do it, at simulated moments, and stays in the record: for a district
    that is only looked at, tried or tested.
    """
    url = database_url(read_settings())
    require_current(url)
    end = datetime.now(UTC) if until is None else datetime.fromisoformat(until)
    asked = Asked(url, district, days, seed, reports or days * REPORTS_PER_DAY, end)
    with progress("simulating", total=asked.number) as step:
        tally = simulated_in_parts(asked, processes, step) if processes > 1 else asyncio.run(simulated(asked, step))
    rows = [("filed", tally.filed), *sorted(tally.steps.items()), ("outrun", sum(tally.refused.values()))]
    print_table("Simulated", ("what", "how often"), rows)
