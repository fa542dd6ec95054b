"""Which database is used, and what is said about one that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from api.cluster_database import DatabaseUnfit, check_database, database_url, place_of, prepare_database, url_of
from api.settings import Settings
from tests.servers import free_port

Making = Callable[[str, str], str]


@pytest.fixture
def make(admin: psycopg.Connection, server_url: str, worker_id: str) -> Iterator[Making]:
    """Makes an empty database with given options, and says its URL."""
    with ExitStack() as cleaning:

        def made(name: str, options: str) -> str:
            identifier = sql.Identifier(f"wangge_test_{worker_id}_{name}")
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier)
            admin.execute(drop)
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + options).format(identifier))
            cleaning.callback(admin.execute, drop)
            return url_of(server_url, f"wangge_test_{worker_id}_{name}")

        yield made


def test_a_migrated_database_fits(db_url: str) -> None:
    check_database(db_url)


def test_preparing_makes_it_fit_and_can_be_repeated(make: Making) -> None:
    url = make("plain", "ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    prepare_database(url)
    prepare_database(url)
    check_database(url)


def test_without_postgis(make: Making) -> None:
    with pytest.raises(DatabaseUnfit, match=r"has no postgis. Run in it, as a superuser: CREATE EXTENSION postgis;"):
        check_database(make("bare", "ENCODING 'UTF8' LOCALE 'C.UTF-8'"))


def test_in_a_c_locale_chinese_cannot_be_compared(make: Making) -> None:
    url = make("c_locale", "ENCODING 'UTF8' LOCALE 'C'")
    prepare_database(url)
    with pytest.raises(DatabaseUnfit, match=r"pg_trgm finds no letters.* LOCALE 'C.UTF-8'"):
        check_database(url)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_another_encoding(make: Making, encoding: str) -> None:
    said = rf"encoded in {encoding}. Create it anew with: CREATE DATABASE wangge_test_"
    with pytest.raises(DatabaseUnfit, match=said):
        check_database(make("latin", f"ENCODING '{encoding}' LOCALE 'C'"))


@pytest.mark.parametrize("options", ["", "?connect_timeout=1"])
def test_an_unreachable_database_is_named_without_its_password(options: str) -> None:
    port = free_port()
    with pytest.raises(DatabaseUnfit) as refused:
        check_database(f"postgresql://clerk:secret@127.0.0.1:{port}/wangge{options}")
    assert str(refused.value).startswith(f"The database at 127.0.0.1:{port}/wangge cannot be used: Connection refused.")
    assert "secret" not in str(refused.value)


def test_a_wrong_password_and_a_missing_database(server_url: str) -> None:
    with pytest.raises(DatabaseUnfit, match="password authentication failed"):
        check_database(server_url.replace("@", "x@"))
    with pytest.raises(DatabaseUnfit, match=r'database "nowhere" does not exist'):
        check_database(url_of(server_url, "nowhere"))


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("127.0.0.1:many/wangge", 'invalid integer value "many"'),
        ("db/wangge?colour=red", "DATABASE_URL cannot be read"),
    ],
)
def test_a_url_that_cannot_be_read(place: str, sentence: str) -> None:
    with pytest.raises(DatabaseUnfit, match=sentence) as refused:
        check_database(f"postgresql://clerk:secret@{place}")
    assert "secret" not in str(refused.value)


def test_a_given_database_leaves_the_cluster_alone(db_url: str, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var").model_copy(update={"database_url": SecretStr(db_url)})
    assert database_url(settings) == db_url
    assert not (tmp_path / "var").exists()


def test_the_place_of_a_url_has_no_user() -> None:
    assert place_of("postgresql://clerk:secret@db.example:5433/wangge?sslmode=require") == "db.example:5433/wangge"
