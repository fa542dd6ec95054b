"""The migrations make exactly the tables that the rows describe."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import NullPool, create_engine

from layers.migrations import current, newest, sqlalchemy_url
from layers.migrations.metadata import metadata

#: PostGIS's own.
FOREIGN = {"spatial_ref_sys"}


def _ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    return not (kind == "table" and name in FOREIGN)


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_rows_and_migrations_agree(rolled_back_url: str) -> None:
    engine = create_engine(sqlalchemy_url(rolled_back_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        assert not compare_metadata(context, metadata)


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_every_column_the_rows_describe_is_there(rolled_back_url: str) -> None:
    engine = create_engine(sqlalchemy_url(rolled_back_url), poolclass=NullPool)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            assert {column.name for column in table.c} == {one["name"] for one in inspector.get_columns(table.name)}


def test_the_database_is_at_the_newest_revision(rolled_back_url: str) -> None:
    assert current(rolled_back_url) == newest()
