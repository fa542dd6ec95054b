"""The world of the access tests: made once for each worker, and copied for whoever breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from api.cluster_database import url_of
from tests.access.world_facts import World
from tests.access.worlds import build
from tests.databases import clone


@pytest.fixture(scope="session")
def world_template(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str
) -> Iterator[tuple[str, World]]:
    """The name of the database that holds the world, and its facts; clone it, never change it."""
    with clone(admin, toytown_template, worker_id) as name:
        yield name, build(url_of(server_url, name))


@pytest.fixture
def world_url(
    admin: psycopg.Connection, world_template: tuple[str, World], server_url: str, worker_id: str
) -> Iterator[str]:
    """A copy of the world."""
    with clone(admin, world_template[0], worker_id) as name:
        yield url_of(server_url, name)
