"""The served town: one for a module of tests, each on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from api.cluster_database import url_of
from tests.api.routes.towns import Town, served
from tests.databases import clone


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        yield running
