"""Fixtures with the town loaded: loaded once for each worker, then cloned."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.cluster_database import url_of
from layers.migrations import sqlalchemy_url
from tests.toytown.loading import load

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def toytown_template(admin: psycopg.Connection, template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """Name of a database that holds the town; clone it, never connect to it."""
    with _clone(admin, template, worker_id) as name:
        asyncio.run(_load(url_of(server_url, name)))
        yield name


@pytest.fixture
def toytown_url(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[str]:
    """URL of a database of one's own with the town: for tests that commit, listen or run workers."""
    with _clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture(scope="module")
def toytown_lives_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of a database with the town that the tests of a module share."""
    with _clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture
def toytown_twin_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of another such database, beside the first."""
    with _clone(admin, toytown_template, worker_id) as name:
        yield url_of(server_url, name)


@pytest.fixture(scope="session")
def toytown_rolled_back_url(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[str]:
    """URL of the database that `toytown` uses; nothing is ever committed to it."""
    with _clone(admin, toytown_template, worker_id) as name:
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


@contextmanager
def _clone(admin: psycopg.Connection, template: str, worker_id: str) -> Iterator[str]:
    # The prefix lets the frame clear away what a killed run left behind.
    name = f"wangge_test_{os.getpid()}_{worker_id}_toytown_{next(numbers)}"
    admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield name
    finally:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
