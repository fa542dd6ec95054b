"""Accounts for tests: made in the database itself, proving themselves by a device token that never expires."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from layers.actors import Role

#: Before every moment a test plays at, and after it.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2090, 1, 1, tzinfo=UTC)


class NoDistrictError(Exception):
    """The database holds no district yet."""


def account(
    database_url: str,
    role: Role,
    *,
    areas: Sequence[str] = (),
    person: str | None = None,
    district: str | None = None,
) -> str:
    """Make an account of a role with territories (codes of areas) in a district (the first); its token."""
    token = f"wgd_{secrets.token_urlsafe(32)}"
    with psycopg.connect(database_url) as connection:
        made = connection.execute(
            "insert into accounts (district_id, person_id, login, role, made_at) "
            "select d.id, (select id from people where number = %s and district_id = d.id), %s, %s, %s "
            "from districts d where d.code = coalesce(%s, d.code) order by d.id limit 1 returning id",
            [person, f"{role.value}-{secrets.token_hex(4)}", role.value, LONG_AGO, district],
        ).fetchone()
        assert made is not None
        for code in areas:
            connection.execute(
                "insert into territories (account_id, area_id, valid_from, granted_by) "
                "select %s, id, %s, 'test' from areas where code = %s",
                [made[0], LONG_AGO.date(), code],
            )
        connection.execute(
            "insert into devices (account_id, kind, name, token_digest, made_at, expires_at) "
            "values (%s, %s, 'test', %s, %s, %s)",
            [made[0], "machine" if role is Role.MACHINE else "phone", _digest(token), LONG_AGO, FAR_AWAY],
        )
    return token


def dispatcher(database_url: str) -> str:
    """The token of a dispatcher of the whole district."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select code from districts order by id limit 1").fetchone()
    if found is None:
        raise NoDistrictError
    return account(database_url, Role.DISPATCHER, areas=[found[0]])


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
