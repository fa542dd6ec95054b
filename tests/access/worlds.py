"""Makes that world: the toy town and the district beside it, everyone there is, and reports in every relation."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from layers.migrations import sqlalchemy_url
from layers.reports.queries import id_of
from layers.traces.recording import trace
from layers.traces.records import Event, EventName
from tests.access.world_facts import NEXT, NOW, TOWN, Filed, Person, Who, World
from tests.access.world_places import CELLS, COMMUNITY, GROUP, HANDLER, IDLE_HANDLER, STREET, WORKER
from tests.access.world_plans import planned
from tests.access.world_reports import PUMP, file_all
from tests.accounts import FAR_AWAY, LONG_AGO
from tests.toytown import neighbour, people, polygons

TERRITORIAL = (
    *("grid_worker", "information_officer", "community_officer", "street_officer"),
    *("dispatcher", "planner", "supervisor"),
)
ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")
#: Who shares that they are in which cell.
POSITIONS: dict[Person, str] = {
    WORKER: GROUP[0],
    (TOWN, "W0004"): CELLS[-1],
    (TOWN, "W0001"): f"{polygons.community_code(0, 0)}001",
    (TOWN, "W0013"): f"{polygons.community_code(2, 0)}001",
    (NEXT, "W0001"): f"{NEXT[:6]}001001001",
}


def build(database_url: str) -> World:
    """Fill a database that holds the toy town."""
    asyncio.run(_load_neighbour(database_url))
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        everyone = tuple(_everyone(connection))
        tried, phones, machines = _tried(connection), _phones(connection, everyone), _machines(connection)
        logins = _logins(connection)
    reports = asyncio.run(file_all(database_url, everyone))
    areas = {TOWN: _areas(TOWN), NEXT: [code.replace(TOWN[:6], NEXT[:6], 1) for code in _areas(TOWN)]}
    asyncio.run(_look(database_url, reports))
    with psycopg.connect(database_url) as connection:
        _share(connection)
        connection.execute(PUMP)
        webhooks, plans = _told(connection), planned(connection)
    facts = (logins, tried, phones, machines, areas, POSITIONS, webhooks, plans)
    return World(database_url, everyone, tuple(reports), *facts)


def _areas(district: str) -> list[str]:
    levels = (polygons.streets(), polygons.communities(), polygons.grids())
    return [district, *(code for level in levels for code in level.codes)]


async def _load_neighbour(database_url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await neighbour.load_neighbour(connection)
    await engine.dispose()


def _everyone(connection: psycopg.Connection[Any]) -> list[Who]:
    made = [Who("anyone")]
    for role in TERRITORIAL:
        made += [
            _member(connection, f"{role} of the community", role, areas=[COMMUNITY]),
            _member(connection, f"{role} of the group", role, group=GROUP),
            _member(connection, f"{role} of the district", role, areas=[TOWN]),
        ]
    duties = frozenset(row["area"] for row in people.roster() if row["number"] == WORKER[1])
    worker = _member(connection, "grid_worker by duty", "grid_worker", person=WORKER)
    made += [
        replace(worker, holds=duties),
        _member(connection, "street_officer of the street", "street_officer", areas=[STREET]),
        _member(connection, "street_officer whose grant ended", "street_officer", areas=[STREET], ended=True),
        *(_member(connection, f"resident {n}", "resident") for n in (1, 2)),
        *(_member(connection, f"machine {n}", "machine") for n in (1, 2)),
        _member(connection, "department_handler", "department_handler", person=HANDLER),
        _member(connection, "department_handler without anything", "department_handler", person=IDLE_HANDLER),
        _member(connection, "dispatcher next door", "dispatcher", district=NEXT, areas=[NEXT]),
        _member(connection, "resident next door", "resident", district=NEXT),
        _member(connection, "machine next door", "machine", district=NEXT),
    ]
    for role in ADMINISTRATORS:
        made += [_member(connection, role, role), _member(connection, f"{role} next door", role, district=NEXT)]
    return made


def _member(
    connection: psycopg.Connection[Any],
    name: str,
    role: str,
    *,
    district: str = TOWN,
    areas: Sequence[str] = (),
    group: Sequence[str] = (),
    person: Person | None = None,
    ended: bool = False,
) -> Who:
    account = _account(connection, role, district, person)
    for code in areas:
        connection.execute(
            "insert into territories (account_id, area_id, valid_from, valid_to, granted_by) "
            "select %s, id, %s, %s, 'test' from areas where code = %s",
            [account, LONG_AGO.date(), LONG_AGO.date() if ended else None, code],
        )
    if group:
        _grant_group(connection, account, group)
    token, device = _device(connection, account, "machine" if role == "machine" else "phone")
    sender = {"resident": f"account:{account}", "machine": f"device:{device}"}.get(role)
    held = frozenset[str]() if ended else frozenset((*areas, *group))
    session = _session(connection, account)
    return Who(name, role, token, account, district, held, person, sender, session)


def _account(connection: psycopg.Connection[Any], role: str, district: str, person: Person | None = None) -> int:
    made = connection.execute(
        "insert into accounts (district_id, person_id, login, role, made_at) "
        "select d.id, (select id from people where number = %s and district_id = d.id), %s, %s, %s "
        "from districts d where d.code = %s returning id",
        [person and person[1], f"{role.replace('_', '-')}-{secrets.token_hex(4)}", role, LONG_AGO, district],
    ).fetchone()
    assert made is not None
    return int(made["id"])


def _device(connection: psycopg.Connection[Any], account: int, kind: str) -> tuple[str, int]:
    token = f"wgd_{secrets.token_urlsafe(32)}"
    made = connection.execute(
        "insert into devices (account_id, kind, name, token_digest, made_at, expires_at, requests_per_minute) "
        "values (%s, %s, 'test', %s, %s, %s, 1000000) returning id",
        [account, kind, hashlib.sha256(token.encode()).digest(), LONG_AGO, FAR_AWAY],
    ).fetchone()
    assert made is not None
    return token, int(made["id"])


def _session(connection: psycopg.Connection[Any], account: int) -> str:
    token = f"wgs_{secrets.token_urlsafe(32)}"
    connection.execute(
        "insert into sessions (account_id, token_digest, made_at, seen_at, expires_at) values (%s, %s, %s, %s, %s)",
        [account, hashlib.sha256(token.encode()).digest(), LONG_AGO, NOW, FAR_AWAY],
    )
    return token


def _grant_group(connection: psycopg.Connection[Any], account: int, cells: Sequence[str]) -> None:
    connection.execute(
        "insert into cell_groups (district_id, kind, code, name) "
        "select id, 'team', %s, '组' from districts where code = %s",
        [f"G{account}", TOWN],
    )
    connection.execute(
        "insert into cell_group_members (group_id, area_id, valid_from) "
        "select g.id, a.id, %s from cell_groups g, areas a where g.code = %s and a.code = any(%s)",
        [LONG_AGO.date(), f"G{account}", list(cells)],
    )
    connection.execute(
        "insert into territories (account_id, group_id, valid_from, granted_by) "
        "select %s, id, %s, 'test' from cell_groups where code = %s",
        [account, LONG_AGO.date(), f"G{account}"],
    )


def _share(connection: psycopg.Connection[Any]) -> None:
    for (district, number), cell in POSITIONS.items():
        connection.execute(
            "insert into positions (person_id, account_id, geom, datum, area_path, purpose, at, until) "
            "select p.id, (select id from accounts where person_id = p.id), st_setsrid(st_makepoint(117, 36), 4326), "
            "'wgs84', ea.path, 'patrol', %s, %s from people p join districts d on d.id = p.district_id "
            "join areas a on a.code = %s join edition_areas ea on ea.area_id = a.id "
            "where d.code = %s and p.number = %s",
            [NOW, NOW + timedelta(hours=1), cell, district, number],
        )


async def _look(database_url: str, reports: Sequence[Filed]) -> None:
    """Somebody reads every report: traces of both districts, and of the report of whoever is told of it."""
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for report in reports:
            found = await connection.execute("select id from districts where code = %s", [report.district])
            row = await found.fetchone()
            assert row is not None
            event = Event(EventName.PERSONAL_READ, row[0], f"report:{report.number}", report_id=id_of(report.number))
            await trace(connection, event, actor="test", now=NOW - timedelta(minutes=5))


def _tried(connection: psycopg.Connection[Any]) -> dict[str, dict[str, int]]:
    tried = {}
    for district in (TOWN, NEXT):
        account, machine = _account(connection, "street_officer", district), _account(connection, "machine", district)
        grant = connection.execute(
            "insert into territories (account_id, area_id, valid_from, granted_by) "
            "select %s, id, %s, 'test' from areas where code = %s returning id",
            [account, LONG_AGO.date(), district],
        ).fetchone()
        assert grant is not None
        tried[district] = {
            "account": account,
            "grant": grant["id"],
            "machine": _device(connection, machine, "machine")[1],
        }
    return tried


def _phones(connection: psycopg.Connection[Any], everyone: Sequence[Who]) -> dict[int, int]:
    """A second device of everyone: one to lose."""
    kinds = {one.account_id: "machine" if one.role == "machine" else "phone" for one in everyone if one.account_id}
    return {account: _device(connection, account, kind)[1] for account, kind in kinds.items()}


def _machines(connection: psycopg.Connection[Any]) -> dict[str, set[int]]:
    rows = connection.execute(
        "select t.code, d.id from devices d join accounts a on a.id = d.account_id "
        "join districts t on t.id = a.district_id where d.kind = 'machine'"
    ).fetchall()
    return {district: {row["id"] for row in rows if row["code"] == district} for district in (TOWN, NEXT)}


def _logins(connection: psycopg.Connection[Any]) -> dict[str, set[str]]:
    rows = connection.execute(
        "select d.code, login from accounts a join districts d on d.id = a.district_id"
    ).fetchall()
    return {district: {row["login"] for row in rows if row["code"] == district} for district in (TOWN, NEXT)}


def _told(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """A notice and a subscription of every account, and a webhook of every district."""
    for statement in TOLD:
        connection.execute(statement)
    return dict(connection.execute(WEBHOOKS).fetchall())


#: An account's notice has its place: the number of the account.
TOLD = (
    """
    insert into notices (account_id, report_id, place, type, facts, made_at)
    select a.id, (select min(id) from reports), a.id, 'closed', jsonb_build_object(
        'number', 'x', 'kind', 'x', 'kind_name', 'x', 'areas', '[]'::jsonb, 'urgent', false, 'due_at', null, 'at', now()
    ), now() from accounts a
    """,
    "insert into subscriptions (account_id, channel, address, made_at) select id, 'email', 'x', now() from accounts",
    """
    insert into deliveries (lane, subscription_id, type, body, made_at, due_at)
    select 'email', id, 'confirm', 'x', now(), now() from subscriptions
    """,
)
WEBHOOKS = (
    "with made as (insert into webhooks (district_id, name, url, secret, made_by, made_at) "
    "select id, code, 'https://example.org', 'x', 'test', now() from districts returning district_id, id) "
    "select d.code, made.id from made join districts d on d.id = made.district_id"
)
