"""Two logins: an owner who may create no roles migrates, the service's login works behind the wall, others do not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from api.cluster_database import url_of
from api.service_login import ServiceLoginUnfit, check_service_login
from layers.migrations import migrate

TAG = f"wangge_test_{os.getpid()}"
PASSWORD = "drawn-for-this-run"


@pytest.fixture
def owned(admin: psycopg.Connection, server_url: str, template: str) -> Iterator[str]:
    """The superuser's URL of an empty database of an ordinary owner; `template` made the service's role."""
    for login in ("owner", "web", "stranger"):
        admin.execute(f"create role {TAG}_{login} login password '{PASSWORD}'")
    admin.execute(f"grant wangge_service to {TAG}_owner, {TAG}_web")
    admin.execute(f"create database {TAG}_owned owner {TAG}_owner template template0 encoding 'UTF8' locale 'C.UTF-8'")
    url = url_of(server_url, f"{TAG}_owned")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create extension postgis")
        connection.execute("create extension pg_trgm")
    yield url
    admin.execute(f"drop database {TAG}_owned with (force)")
    for login in ("owner", "web", "stranger"):
        admin.execute(f"drop role {TAG}_{login}")


def as_login(url: str, login: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{TAG}_{login}:{PASSWORD}@{parts.hostname}:{parts.port}").geturl()


def test_an_owner_without_further_rights_migrates_and_the_service_owns_nothing(owned: str) -> None:
    migrate(as_login(owned, "owner"))
    check_service_login(as_login(owned, "web"))
    with (
        psycopg.connect(as_login(owned, "web")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("drop table reports")
    with pytest.raises(ServiceLoginUnfit, match="grant wangge_service to"):
        check_service_login(as_login(owned, "stranger"))
