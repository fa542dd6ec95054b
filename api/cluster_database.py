"""Which database the service uses, and whether it is fit: PostGIS, UTF-8, Chinese similarity."""

from __future__ import annotations

from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from api.cluster import Cluster
from api.settings import Settings
from layers.refusals import Refusal

DATABASE = "wangge"
EXTENSIONS = ("postgis", "pg_trgm")
CONNECT_TIMEOUT_S = 10
#: Any number, the same in every process: serialises the making of databases in one cluster.
MAKING_LOCK = 7_312_023


class DatabaseUnfit(Refusal):
    """The given database cannot be used as it is."""


def database_url(settings: Settings) -> str:
    """The URL the service works on: `DATABASE_URL` as given, else the private cluster's, started if need be."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
    else:
        cluster = Cluster(settings.var / "postgres")
        cluster.start()
        url = cluster.url(DATABASE)
        prepare_database(url)
    check_database(url)
    return url


def prepare_database(url: str) -> None:
    """Create the database that `url` names, with its extensions, unless it is there. For clusters of our own."""
    name = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(url_of(url, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [MAKING_LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with psycopg.connect(url, autocommit=True) as made:
            for extension in EXTENSIONS:
                made.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def check_database(url: str) -> None:
    """Raise `DatabaseUnfit` unless the database answers and has what the service needs."""
    with connect(url) as connection:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise DatabaseUnfit(
                f"Database {connection.info.dbname} is encoded in {encoding}.", remedy=_anew(connection.info.dbname)
            )
        for extension in EXTENSIONS:
            _require_extension(connection, extension)
        _require_similarity(connection)


def connect(url: str) -> psycopg.Connection:
    """Connect in autocommit mode; an unreachable database is named by host and port, never with its password."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)
    except psycopg.ProgrammingError:
        raise DatabaseUnfit(
            "DATABASE_URL cannot be read.", remedy="It looks like postgresql://user:password@host:port/database."
        ) from None
    except psycopg.OperationalError as fault:
        raise DatabaseUnfit(
            f"The database at {place_of(url)} cannot be used: {_reason(fault)}.",
            remedy="Check that the server runs there, and the user, password and database name in DATABASE_URL.",
        ) from None


def url_of(url: str, database: str) -> str:
    """The URL of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def place_of(url: str) -> str:
    """Host, port and database of a URL, without user and password."""
    parts = conninfo_to_dict(url)
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def _reason(fault: psycopg.OperationalError) -> str:
    first = str(fault).strip().partition("\n")[0]
    return first.rpartition("FATAL:")[2].rpartition("failed: ")[2].strip().rstrip(".") or "it gave no reason"


def _value(connection: psycopg.Connection, query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _anew(name: str) -> str:
    return f"Create it anew with: CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


def _require_extension(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [name]).fetchone():
        return
    on_disk = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = %s", [name]).fetchone()
    install = "Run" if on_disk else "Install the package postgresql-postgis on its server, then run"
    raise DatabaseUnfit(
        f"Database {connection.info.dbname} has no {name}.",
        remedy=f"{install} in it, as a superuser: CREATE EXTENSION {name};",
    )


def _require_similarity(connection: psycopg.Connection) -> None:
    """In a plain C locale pg_trgm sees no Chinese letters, and every address would score 0."""
    if _value(connection, "SELECT similarity('社区网格', '社区网格员')"):
        return
    name = connection.info.dbname
    raise DatabaseUnfit(
        f"Database {name} has a locale in which Chinese text cannot be compared (pg_trgm finds no letters).",
        remedy=_anew(name),
    )
