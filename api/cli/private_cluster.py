"""`./wangge cluster`: look at and steer the private PostGIS cluster."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from api.cluster import Cluster
from api.cluster_database import DATABASE, database_url, place_of
from api.settings import Settings, read_settings


class Action(StrEnum):
    """What can be asked of the cluster."""

    START = "start"
    STOP = "stop"
    STATUS = "status"
    URL = "url"


def cluster(action: Annotated[Action, typer.Argument(help="What to do.")] = Action.STATUS) -> None:
    """Look at and steer the database: the private cluster, or the one that DATABASE_URL names.

    `url` prints the address with its password, for psql and the like; it starts the cluster if need be.
    """
    settings = read_settings()
    if action is Action.URL:
        typer.echo(database_url(settings))
    elif settings.database_url is not None:
        database_url(settings)
        place = place_of(settings.database_url.get_secret_value())
        typer.echo(f"DATABASE_URL is set: the database at {place} is fit and in use; no cluster of ours is touched.")
    else:
        _steer(settings, action)


def _steer(settings: Settings, action: Action) -> None:
    cluster = Cluster(settings.var / "postgres")
    if action is Action.START:
        database_url(settings)
    elif action is Action.STOP:
        cluster.stop()
    state = f"running at {place_of(cluster.url(DATABASE))}" if cluster.running() else "down"
    typer.echo(f"{state} ({cluster.home})")
