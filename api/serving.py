"""Starting the web service: which database, whether its schema is current, and the server around the application."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import fields, replace

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from api.app import create_app
from api.cluster_database import check_database, database_url, place_of
from api.front_desk import FrontDesk
from api.gateways import gateways_of
from api.http_protocol import BoundedHttp
from api.known_secrets import check_secrets
from api.limits import Limits, Rates
from api.logs import configure, event
from api.outside import OutsideProvider, OutsideSettings, is_safe
from api.peers import Peers
from api.service_key import service_key
from api.service_login import prepare_service_login, service_url
from api.settings import SettingRefused, Settings, read_settings
from api.surface import Surface
from layers.access.sealing import Seal
from layers.migrations import current, newest
from layers.refusals import Refusal
from layers.reports.links import ReportLinks
from maps.base_map import BaseMap

#: How long requests may go on when the service is asked to stop, before they are cut.
GRACE_S = 10
BACKLOG = 2048
#: More of them would crowd out the database, which has a few dozen connections for all.
MOST_USUAL_PROCESSES = 4


class SchemaBehind(Refusal):
    """The database is at another revision than the code expects."""


class PortTaken(Refusal):
    """Something else listens where the service should."""


def usual_processes() -> int:
    """How many server processes serve where nobody says: one for each processor, within bounds."""
    return min(os.cpu_count() or 1, MOST_USUAL_PROCESSES)


def application() -> FastAPI:
    """The application of this process, with the worker beside it; what the server calls."""
    return _application(with_worker=True)


def application_without_worker() -> FastAPI:
    """The application alone."""
    return _application(with_worker=False)


def serve(settings: Settings, *, host: str, port: int, processes: int, with_worker: bool) -> None:
    """Serve until asked to stop.

    Raises:
        SettingRefused: a secret is one that everybody knows.
        SchemaBehind: the database must be migrated first.
        PortTaken: something else listens there.
        DatabaseUnfit: the database does not answer, or cannot be used.
    """
    configure(settings.log_level)
    check_secrets(settings, host=host)
    check_schema(settings)
    # What cannot be used is said now, not by each process later.
    service_key(settings)
    outside_of(settings)
    gateways_of(settings)
    listening = listen(host, port)
    name = "application" if with_worker else "application_without_worker"
    server = uvicorn.Config(
        f"api.serving:{name}",
        factory=True,
        workers=processes,
        loop="uvloop",
        http=BoundedHttp,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="on",
        proxy_headers=False,
    )
    event("serving", url=f"http://{_shown(host)}:{listening.getsockname()[1]}", processes=processes)
    if processes > 1:
        Multiprocess(server, sockets=[listening]).run()
    else:
        uvicorn.Server(server).run(sockets=[listening])


def check_schema(settings: Settings) -> None:
    """Refuse a database that does not answer, cannot be used, or is not at the revision the code expects."""
    url = database_url(settings)
    check_database(url)
    require_current(url)
    prepare_service_login(settings)


def require_current(url: str) -> None:
    """Raise `SchemaBehind` unless the database is at the newest revision."""
    revision = current(url)
    if revision != newest():
        raise SchemaBehind(
            f"The database at {place_of(url)} is at revision {revision or 'none'}, the code expects {newest()}.",
            field="revision",
            value=revision,
            remedy="Run ./wangge migrate.",
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        PortTaken: something else does.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortTaken(
            f"Port {port} on {host} is taken.",
            field="port",
            value=port,
            remedy="Stop what listens there, or choose another with --port or WANGGE_PORT (0 takes any free one).",
        ) from None
    listening.set_inheritable(True)
    return listening


def _application(*, with_worker: bool) -> FastAPI:
    settings = read_settings()
    configure(settings.log_level)
    desk = FrontDesk(
        Seal(service_key(settings)),
        secure_cookies=(settings.public_url or "").startswith("https://"),
        residents_register=settings.resident_accounts,
        outside=outside_of(settings),
    )
    return create_app(
        service_url(settings),
        pool_size=settings.pool_size,
        with_worker=with_worker,
        front_desk=desk,
        links=ReportLinks(service_key(settings)),
        surface=surface_of(settings),
        gateways=gateways_of(settings),
    )


def outside_of(settings: Settings) -> OutsideProvider | None:
    """The provider at which people may sign in, if one is set.

    Raises:
        SettingRefused: what is set is not enough, or not safe.
    """
    if settings.oidc_issuer is None:
        return None
    if not is_safe(settings.oidc_issuer):
        raise SettingRefused(
            "WANGGE_OIDC_ISSUER must be an https address.", field="WANGGE_OIDC_ISSUER", remedy="Write it with https://."
        )
    if settings.oidc_client_id is None or settings.public_url is None:
        raise SettingRefused(
            "WANGGE_OIDC_ISSUER alone is not enough.",
            field="WANGGE_OIDC_ISSUER",
            remedy="Set WANGGE_OIDC_CLIENT_ID and WANGGE_PUBLIC_URL too.",
        )
    secret = settings.oidc_client_secret
    return OutsideProvider(
        OutsideSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            public_url=settings.public_url,
            claim=settings.oidc_claim,
            trusts_second_factor=settings.oidc_trusts_second_factor,
        )
    )


def surface_of(settings: Settings) -> Surface:
    """How this installation meets the world, as it is set."""
    every = {field.name: getattr(settings, f"limit_{field.name}") for field in fields(Rates)}
    rates = Rates(**{name: replace(getattr(Rates(), name), most=most) for name, most in every.items()})
    peers = Peers(settings.trusted_proxies, settings.public_url)
    tiles = settings.base_map_urls
    base = BaseMap(tiles, settings.base_map_datum, settings.base_map_credit) if tiles else None
    limits = Limits(service_key(settings), rates)
    return Surface(peers, limits, most_streams=settings.limit_streams, base_map=base)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
