"""`./wangge migrate`: bring the database's schema up to date."""

from __future__ import annotations

import typer

from api.cluster_database import database_url, place_of
from api.settings import read_settings
from layers.migrations import current, newest
from layers.migrations import migrate as bring_up_to_date


def migrate() -> None:
    """Bring the schema of the database to the newest revision, in one transaction; nothing to do is no fault."""
    url = database_url(read_settings())
    before = current(url)
    bring_up_to_date(url)
    if before == newest():
        typer.echo(f"The database at {place_of(url)} is up to date (revision {before}).")
    else:
        typer.echo(f"The database at {place_of(url)} went from revision {before or 'none'} to {newest()}.")
