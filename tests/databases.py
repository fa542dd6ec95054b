"""Databases for one test: copies of a template, made and dropped with a patience that ends."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.errors import QueryCanceled

PREFIX = "wangge_test_"
#: No database takes this long to be made or dropped; what waits longer is given up and tried once more.
PATIENCE_MS = 120_000
numbers = itertools.count(1)


def connect_patiently(url: str) -> psycopg.Connection:
    """Autocommit; whatever takes longer than anybody should wait is given up."""
    return psycopg.connect(url, autocommit=True, options=f"-c statement_timeout={PATIENCE_MS}")


@contextmanager
def clone(admin: psycopg.Connection, template: str, worker_id: str) -> Iterator[str]:
    """Name of a database made from the template, for as long as the `with` lasts."""
    # The prefix lets the frame clear away what a killed run left behind.
    name = f"{PREFIX}{os.getpid()}_{worker_id}_{next(numbers)}"
    # Copying files takes half the time of logging every page.
    strategy = sql.SQL("STRATEGY file_copy" if admin.info.server_version >= 150_000 else "")
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}")
    _tried_twice(admin, create.format(sql.Identifier(name), sql.Identifier(template), strategy))
    try:
        yield name
    finally:
        drop(admin, name)


def drop(admin: psycopg.Connection, name: str) -> None:
    """Drop a database, whoever is connected to it."""
    _tried_twice(admin, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _tried_twice(admin: psycopg.Connection, statement: sql.Composed) -> None:
    try:
        admin.execute(statement)
    except QueryCanceled:
        admin.execute(statement)
