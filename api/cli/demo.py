"""`./wangge demo`: the service with a whole district in it, from nothing to the first page."""

from __future__ import annotations

from typing import Annotated

import psycopg
import typer
from psycopg import sql

from api.cli.transactions import this_moment
from api.cluster import Cluster
from api.cluster_database import DATABASE, database_url, url_of
from api.demo import load_demo
from api.demo_accounts import exposed, is_loopback, make_demo_accounts, told
from api.service_key import service_key
from api.serving import listen, serve
from api.settings import Settings, read_settings
from layers.access.sealing import Seal
from layers.migrations import migrate
from layers.refusals import Refusal


class NotOurs(Refusal):
    """A database that was given is not thrown away by a command."""


def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; default WANGGE_PORT, 8000; 0 takes any free one.")
    ] = None,
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the private database away and begin again.")] = False,
    listen_anywhere: Annotated[
        bool, typer.Option("--listen-anywhere", help="Let other machines reach the demo and its accounts.")
    ] = False,
) -> None:
    """Load the demo district with a simulated month of reports, and serve it on this machine.

    The first start takes about a minute; a later one finds everything there. Ctrl-C at any moment is harmless: what
    was begun is continued by the next start. The first start prints an account for each role, once.
    """
    settings = read_settings()
    chosen = settings.port if port is None else port
    if not listen_anywhere and not is_loopback(settings.host):
        raise exposed(settings.host)
    listen(settings.host, chosen).close()  # a port that is taken is said now, not after a minute of loading
    if fresh:
        _throw_away(settings)
    url = database_url(settings)
    migrate(url)
    code = load_demo(url)
    made = make_demo_accounts(url, code, Seal(service_key(settings)), now=this_moment())
    if made:
        typer.echo("\n".join(told(made)))
    serve(settings, host=settings.host, port=chosen, processes=1, with_worker=True)


def _throw_away(settings: Settings) -> None:
    if settings.database_url is not None:
        raise NotOurs(
            "--fresh throws away the private database only, and DATABASE_URL names another.",
            field="DATABASE_URL",
            remedy="Unset DATABASE_URL, or empty that database yourself.",
        )
    cluster = Cluster(settings.var / "postgres")
    cluster.start()
    with psycopg.connect(url_of(cluster.url(DATABASE), "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(DATABASE)))
