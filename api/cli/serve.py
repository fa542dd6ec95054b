"""`./wangge serve`: the web service."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cluster_database import database_url
from api.demo_accounts import check_hidden, is_loopback
from api.serving import check_schema, usual_processes
from api.serving import serve as serve_application
from api.settings import read_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default WANGGE_HOST, 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; default WANGGE_PORT, 8000; 0 takes any free one.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Server processes; without it as many as processors, at most 4.", min=1, max=64),
    ] = None,
    *,
    worker: Annotated[bool, typer.Option(help="Do the background work beside the service.")] = True,
    listen_anywhere: Annotated[
        bool, typer.Option("--listen-anywhere", help="Also where other machines reach accounts of the demo.")
    ] = False,
) -> None:
    """Serve the maps, the pages and the HTTP interface until stopped with Ctrl-C or SIGTERM.

    A database that does not answer, or is at another revision than the code, is refused at the start; one that goes
    away later is waited for, and /readyz says so. While accounts of the demo are open, other machines are not served.
    """
    settings = read_settings()
    chosen = settings.host if host is None else host
    if not listen_anywhere and not is_loopback(chosen):
        check_schema(settings)
        check_hidden(database_url(settings), chosen)
    serve_application(
        settings,
        host=chosen,
        port=settings.port if port is None else port,
        processes=workers or usual_processes(),
        with_worker=worker,
    )
