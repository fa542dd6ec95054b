"""Fixtures with the town loaded: loaded once for each worker, then cloned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.cluster_database import url_of
from layers.migrations import sqlalchemy_url
from tests.databases import clone
from tests.toytown.loading import load


@pytest.fixture(scope="session")
def toytown_template(admin: psycopg.Connection, template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """Name of a database that holds the town; clone it, never connect to it."""
    with clone(admin, template, worker_id) as name:
        asyncio.run(_load(url_of(server_url, name)))
        yield name


@pytest.fixture
def toytown_url(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """URL of a database of one's own with the town: for tests that commit, listen or run workers."""
    with clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture(scope="module")
def toytown_lives_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of a database with the town that the tests of a module share."""
    with clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture
def toytown_twin_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of another such database, beside the first."""
    with clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture(scope="session")
def toytown_rolled_back_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of the database that `toytown` uses; nothing is ever committed to it."""
    with clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture
async def toytown(toytown_rolled_back_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection to a database with the town, in a transaction that is rolled back."""
    engine = create_async_engine(sqlalchemy_url(toytown_rolled_back_url), poolclass=NullPool)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


async def _load(url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.begin() as connection:
        await load(connection)
    await engine.dispose()
