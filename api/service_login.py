"""The login under which the service works: on a private cluster one of its own, which owns nothing.

owner's login (commands, migrations) ──► everything
service's login (serve, worker) ──► the role wangge_service, behind row-level security
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import sql

from api.cluster import Cluster
from api.cluster_database import DATABASE, connect
from api.database import SERVICE_ROLE
from api.logs import event
from api.settings import Settings
from layers.refusals import Refusal

LOGIN = "wangge_web"
#: Any number, the same in every process.
LOGIN_LOCK = 7_312_026
STANDING = """
select r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, c.relowner, 'usage') as above,
    pg_has_role(session_user, c.relowner, 'usage') as owns
from pg_roles r, pg_class c where r.rolname = %s and c.oid = 'public.reports'::regclass
"""


class ServiceLoginUnfit(Refusal):
    """The service could see or do more in the database than it may."""


def service_url(settings: Settings) -> str:
    """The database's address for the service, without asking whether it answers."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    cluster = Cluster(settings.var / "postgres")
    password = _password_file(cluster).read_text(encoding="ascii").strip()
    parts = urlsplit(cluster.url(DATABASE))
    netloc = f"{LOGIN}:{quote(password, safe='')}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc).geturl()


def prepare_service_login(settings: Settings) -> None:
    """Make the service's login on a private cluster, and check that it is behind the wall.

    Raises:
        ServiceLoginUnfit: the login may not take the service's role, or the role stands above the wall.
    """
    if settings.database_url is None:
        cluster = Cluster(settings.var / "postgres")
        _make_login(cluster.url(DATABASE), _password_file(cluster))
    check_service_login(service_url(settings))


def check_service_login(url: str) -> None:
    """Refuse a login that cannot become the service's role, and a role that row-level security does not hold."""
    with connect(url) as connection:
        try:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(SERVICE_ROLE)))
        except psycopg.Error:
            raise ServiceLoginUnfit(
                f"The login {connection.info.user} may not work as {SERVICE_ROLE}.",
                field="DATABASE_URL",
                remedy=f"As the owner of the database: grant {SERVICE_ROLE} to {connection.info.user};",
            ) from None
        [(above, owns)] = connection.execute(STANDING, [SERVICE_ROLE]).fetchall()
    if above:
        raise ServiceLoginUnfit(
            f"The role {SERVICE_ROLE} is a superuser, bypasses row-level security or owns the tables.",
            field="DATABASE_URL",
            remedy=f"alter role {SERVICE_ROLE} nosuperuser nobypassrls; and give the tables back to their owner.",
        )
    if owns:
        event("service_login_owns_tables", remedy="give serve and worker a login of their own: docs/deploy.md")


def _password_file(cluster: Cluster) -> Path:
    return cluster.home / "service_password"


def _make_login(url: str, password_file: Path) -> None:
    with connect(url) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOGIN_LOCK])
        known = connection.execute("select 1 from pg_roles where rolname = %s", [LOGIN]).fetchone()
        if known and password_file.exists():
            return
        password = secrets.token_urlsafe(32)
        verb = sql.SQL(
            "alter role {} login noinherit password {}" if known else "create role {} login noinherit password {}"
        )
        connection.execute(verb.format(sql.Identifier(LOGIN), sql.Literal(password)))
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(SERVICE_ROLE), sql.Identifier(LOGIN)))
        password_file.unlink(missing_ok=True)
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password + "\n")
