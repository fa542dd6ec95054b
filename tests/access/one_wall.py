"""One of the two walls taken away, so that the other stands alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import ColumnElement, true

from layers import scope
from layers.traces import queries as trail

WALLED = "select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity"


def without_first_wall(patch: pytest.MonkeyPatch) -> None:
    """Every condition that `layers/scope.py` makes of a territory lets everything through."""

    def everything(*_: Any) -> ColumnElement[bool]:
        return true()

    for function in (scope.reports_seen, scope.areas_seen, trail.audited):
        replace_everywhere(patch, function, everything)
    replace_everywhere(patch, scope.holds, lambda *_: True)


def without_second_wall(database_url: str) -> None:
    """No row of this database is judged any more."""
    with psycopg.connect(database_url) as connection:
        for (name,) in connection.execute(WALLED).fetchall():
            connection.execute(sql.SQL("alter table {} disable row level security").format(sql.Identifier(name)))


def replace_everywhere(patch: pytest.MonkeyPatch, function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put another function in the place of one, under whatever name the modules imported it."""
    found = 0
    for module in list(sys.modules.values()):
        if module.__name__.partition(".")[0] in {"api", "layers", "maps"}:
            for name, value in list(vars(module).items()):
                if value is function:
                    patch.setattr(module, name, other)
                    found += 1
    assert found > 0, f"{function} is used nowhere"
