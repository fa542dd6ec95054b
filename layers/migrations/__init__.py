"""The database's schema, step by step, and the one function that brings a database up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory


def sqlalchemy_url(url: str) -> str:
    """The same database for SQLAlchemy: psycopg 3 is the only driver."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def newest() -> str:
    """The revision the code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(url: str) -> str | None:
    """The revision the database is at, None for an empty one."""
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision, in one transaction; concurrent calls wait for each other."""
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    config = _config()
    with engine.begin() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext('wangge.migrate'))"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
