"""`./wangge retention`: erase what is due now, or show what would go."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from api.cli.transactions import this_moment
from api.database import Database
from api.retention import count_all_due, erase_due
from api.service_login import service_url
from api.serving import check_schema
from api.settings import Settings, read_settings

WORDS = {
    "positions": "last known positions",
    "sessions": "ended sessions",
    "reports": "closed reports to anonymise",
    "traces": "traces to give up",
}


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
) -> None:
    """Erase what a district's retention says is due: positions, sessions, personal fields of closed reports, traces.

    The worker does it by itself every minute. docs/privacy.md says what is kept, why and how long.
    """
    settings = read_settings()
    check_schema(settings)
    found = asyncio.run(_run(settings, dry_run=dry_run))
    done = "due" if dry_run else "erased"
    for what, words in WORDS.items():
        typer.echo(f"{found.get(what, 0):>8,}  {words} {done}")


async def _run(settings: Settings, *, dry_run: bool) -> dict[str, int]:
    database = Database(service_url(settings), size=2)
    await database.open()
    try:
        return await (count_all_due if dry_run else erase_due)(database, this_moment())
    finally:
        await database.close()
