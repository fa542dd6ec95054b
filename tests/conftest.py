"""The test frame: a real PostGIS with the real migrations, and the folder of shared public data.

One private cluster serves all workers of a run, and of several runs at once; the last one stops it. One database is
migrated (again only when `layers/migrations` changes) and cloned for whoever needs one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.cluster import Cluster
from api.cluster_database import prepare_database, url_of
from layers.migrations import migrate, sqlalchemy_url
from tests.databases import PREFIX, clone, connect_patiently, drop

CHECKOUT = Path(__file__).resolve().parents[1]
VAR = CHECKOUT / "var"
MIGRATIONS = CHECKOUT / "layers" / "migrations"
TEMPLATE_LOCK = 7_312_024

pytest_plugins = ["pytester", "tests.browsers", "tests.servers", "tests.toytown.fixtures"]
# A busy machine must fail no test: time is measured in benches.
settings.register_profile("wangge", deadline=None)
settings.load_profile("wangge")
presence = pytest.StashKey[IO[str]]()
tried_again: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Say that a run needs the cluster; workers are covered by the run that started them."""
    if not hasattr(config, "workerinput"):
        VAR.mkdir(exist_ok=True)
        config.stash[presence] = (VAR / "test.lock").open("a")
        fcntl.flock(config.stash[presence], fcntl.LOCK_SH)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster when no other run needs it."""
    lock = config.stash.get(presence, None)
    if lock is None:
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if (VAR / "test").exists():
            _stop(Cluster(VAR / "test", fast=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long runs only when they are asked for."""
    if os.environ.get("WANGGE_LONG") == "1":
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="long: runs with WANGGE_LONG=1"))


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(crashitem: str, report: pytest.TestReport, sched: Any) -> None:
    """Have a test whose worker ended, or hung and was ended, run once more: where it stood is printed."""
    if crashitem not in tried_again:
        tried_again.add(crashitem)
        sched.mark_test_pending(crashitem)
        report.outcome = "rerun"  # type: ignore[assignment]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data beside the checkout."""
    folder = CHECKOUT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not there: no ../shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def server_url() -> str:
    """The URL of the `postgres` database of a PostGIS server where tests may create databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    return url_of(given, "postgres") if given else Cluster(VAR / "test", fast=True).start()


@pytest.fixture(scope="session")
def admin(server_url: str) -> Iterator[psycopg.Connection]:
    """Autocommit on the server's own database: creates and drops the others."""
    with connect_patiently(server_url) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(admin: psycopg.Connection, server_url: str) -> str:
    """Name of the migrated database to clone; never connect to it."""
    name = f"{PREFIX}template_{_digest(MIGRATIONS)}"
    admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
    try:
        if name not in _databases(admin):
            _make_template(admin, server_url, name)
    finally:
        admin.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    return name


@pytest.fixture
def db_url(admin: psycopg.Connection, template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """URL of a migrated database of one's own: for tests that commit, listen or run workers."""
    with clone(admin, template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture(scope="session")
def rolled_back_url(admin: psycopg.Connection, template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """URL of the migrated database that `pg` and `tx` share; nothing is ever committed to it."""
    with clone(admin, template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture
def pg(rolled_back_url: str) -> Iterator[psycopg.Connection]:
    """A psycopg connection in a transaction that is rolled back."""
    with psycopg.connect(rolled_back_url) as connection, connection.transaction(force_rollback=True):
        yield connection


@pytest.fixture
async def tx(rolled_back_url: str) -> AsyncIterator[AsyncConnection]:
    """An SQLAlchemy connection in a transaction that is rolled back."""
    engine = create_async_engine(sqlalchemy_url(rolled_back_url), poolclass=NullPool)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


def _make_template(admin: psycopg.Connection, server_url: str, name: str) -> None:
    """Under another name until it is whole, so that half of one is never cloned."""
    for old in _databases(admin):
        if old.startswith(f"{PREFIX}template_"):
            drop(admin, old)
    making = f"{PREFIX}template_making"
    prepare_database(url_of(server_url, making))
    migrate(url_of(server_url, making))
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))


def _stop(cluster: Cluster) -> None:
    """Stop it without what killed runs left behind."""
    if not cluster.running():
        return
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as admin:
        for name in _databases(admin):
            if name.startswith(PREFIX) and "_template_" not in name:
                drop(admin, name)
    cluster.stop()


def _databases(admin: psycopg.Connection) -> list[str]:
    return [name for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall()]


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".sql"})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
