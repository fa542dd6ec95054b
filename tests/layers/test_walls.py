"""The second wall: row-level security, asked directly as the service's role, without the first wall's conditions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from geo.positions import Datum, LonLat
from layers.actors import DESK, NOTHING, Scope
from layers.reports.records import AtPosition, NoSubject
from layers.scope import ENTER
from tests.layers.reports.desk import Desk, desk_at

#: Tables whose rows are the same for everyone; all others stand behind the wall.
OPEN = {
    "alembic_version",
    "allowances",
    "area_populations",
    "area_versions",
    "areas",
    "buildings",
    "calendar_years",
    "cell_group_members",
    "cell_groups",
    "districts",
    "edition_areas",
    "editions",
    "journal_pump",
    "journal_seals",
    "kinds",
    "levels",
    "lineage",
    "service_points",
    "spatial_ref_sys",
    "units",
}
CHILDREN = ("report_private", "assignments", "journal_entries", "journal_stream")


@pytest.fixture
async def filed(toytown_url: str) -> AsyncIterator[tuple[Desk, str]]:
    """A report in every cell, one that lies nowhere, one without a subject; everything pumped."""
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        desk = await desk_at(toytown_url, connection)
        for code in desk.cells():
            await desk.file(desk.middle_of(code))
        await desk.file(AtPosition(LonLat(10.0, 10.0), Datum.WGS84, 5.0))
        await desk.file(NoSubject())
        await connection.execute(
            "insert into journal_stream (district_id, report_id, position) "
            "select district_id, report_id, position from journal_entries join reports r on r.id = report_id"
        )
        yield desk, toytown_url


def as_service(url: str, scope: Scope, query: str, *values: object) -> list[Any]:
    """The answer to a query as the service's role in a scope."""
    with psycopg.connect(url, options="-c role=wangge_service") as connection:
        connection.execute(ENTER, scope.settings)
        return connection.execute(query, values).fetchall()


def seen(url: str, scope: Scope) -> set[int]:
    return {one for (one,) in as_service(url, scope, "select id from reports")}


async def test_nothing_set_shows_nothing(filed: tuple[Desk, str]) -> None:
    _, url = filed
    for table in ("reports", *CHILDREN, "people", "duties", "absences", "person_loads", "hand_overs"):
        with psycopg.connect(url, options="-c role=wangge_service") as connection:
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), table


async def test_a_territory_shows_what_lies_in_it_and_no_more(filed: tuple[Desk, str]) -> None:
    desk, url = filed
    rows = await desk.rows("select id, area_path from reports")
    streets = [one for one in desk.compiled.areas.values() if one.depth == 1]
    for street in streets:
        inside = {row["id"] for row in rows if (row["area_path"] or "").startswith(street.path)}
        assert inside
        assert seen(url, Scope(paths=(street.path,))) == inside
        for table in CHILDREN:
            found = as_service(url, Scope(paths=(street.path,)), f"select distinct report_id from {table}")
            assert {one for (one,) in found} <= inside, table
            assert found, table
    whole = {row["id"] for row in rows}
    district = desk.compiled.district.id
    root = desk.compiled.by_code[0, desk.compiled.district.code].path
    assert seen(url, Scope(paths=(root,), districts=(district,))) == whole
    assert seen(url, DESK) == whole
    assert seen(url, Scope(paths=(root,))) == {row["id"] for row in rows if row["area_path"]}
    assert seen(url, Scope(paths=("",))) == set(), "an empty path is not every path"


async def test_ones_own_reports_and_those_opened_by_a_link(filed: tuple[Desk, str]) -> None:
    desk, url = filed
    mine = await desk.file(desk.middle_of(desk.cells()[0]), sender="account:7")
    [held] = await desk.rows("select id, assignee_id from reports where assignee_id is not null limit 1")
    assert seen(url, Scope(sender="account:7")) == {mine.report_id}
    assert seen(url, Scope(opened=(mine.report_id,))) == {mine.report_id}
    holding = await desk.rows("select id from reports where assignee_id = %s", held["assignee_id"])
    assert seen(url, Scope(person_id=held["assignee_id"])) == {row["id"] for row in holding}


async def test_a_hand_over_shows_one_report_until_it_ends(filed: tuple[Desk, str]) -> None:
    desk, url = filed
    [here, there] = [one for one in desk.compiled.areas.values() if one.depth == 1][:2]
    [row] = await desk.rows("select id from reports where area_path like %s limit 1", f"{here.path}%")
    before = seen(url, Scope(paths=(there.path,)))
    assert row["id"] not in before
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into hand_overs (report_id, to_path, reason, made_by, made_at) "
            "values (%s, %s, 'test', 'test', now())",
            [row["id"], there.path],
        )
    assert seen(url, Scope(paths=(there.path,))) == before | {row["id"]}
    with psycopg.connect(url) as connection:
        connection.execute("update hand_overs set ended_at = now()")
    assert seen(url, Scope(paths=(there.path,))) == before


async def test_people_are_seen_by_where_they_answer(filed: tuple[Desk, str]) -> None:
    desk, url = filed
    duties = await desk.rows("select person_id, area_path from duties")
    assert duties and all(row["area_path"] for row in duties), "publishing places every duty"
    for street in (one for one in desk.compiled.areas.values() if one.depth == 1):
        scope = Scope(paths=(street.path,))
        inside = {row["person_id"] for row in duties if row["area_path"].startswith(street.path)}
        assert {one for (one,) in as_service(url, scope, "select id from people")} == inside
        assert {one for (one,) in as_service(url, scope, "select person_id from person_loads")} <= inside


async def test_the_service_cannot_write_what_it_may_not_see(filed: tuple[Desk, str]) -> None:
    desk, url = filed
    [here, there] = [one for one in desk.compiled.areas.values() if one.depth == 1][:2]
    with psycopg.connect(url, options="-c role=wangge_service") as connection:
        connection.execute(ENTER, Scope(paths=(here.path,)).settings)
        changed = connection.execute("update reports set status = 'void' where area_path like %s", [f"{there.path}%"])
        assert changed.rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "update reports set area_path = %s where area_path like %s", [there.path, f"{here.path}%"]
            )


@pytest.mark.parametrize(
    "statement",
    [
        "delete from reports",
        "delete from journal_entries",
        "update journal_entries set actor = 'x'",
        "update editions set note = 'x'",
        "delete from people",
        "alter table reports disable row level security",
        "drop policy scope on reports",
        "create table mine (id int)",
        "set row_security = off; select * from reports",
    ],
)
def test_the_service_owns_nothing(statement: str, rolled_back_url: str) -> None:
    with psycopg.connect(rolled_back_url, options="-c role=wangge_service") as connection:
        connection.execute(ENTER, replace(NOTHING, desk=False).settings)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.fixture
def catalogue(rolled_back_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(rolled_back_url) as connection:
        yield connection


def test_every_table_is_open_or_behind_the_wall(catalogue: psycopg.Connection) -> None:
    tables = catalogue.execute(
        "select relname, relrowsecurity and relforcerowsecurity from pg_class "
        "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    ).fetchall()
    walled = {name for name, wall in tables if wall}
    assert {name for name, _ in tables} - walled == OPEN
    policies = catalogue.execute("select tablename, policyname, roles from pg_policies").fetchall()
    assert {name for name, policy, roles in policies if policy == "scope" and roles == ["wangge_service"]} == walled


def test_the_role_is_neither_owner_nor_beyond_the_wall(catalogue: psycopg.Connection) -> None:
    [role] = catalogue.execute(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles "
        "where rolname = 'wangge_service'"
    ).fetchall()
    assert role == (False, False, False, False, False)
    [owned] = catalogue.execute("select count(*) from pg_class where relowner = 'wangge_service'::regrole").fetchall()
    assert owned == (0,)


@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("ix_reports_geom", "select id from reports where geom && st_makeenvelope(121, 39, 121.001, 39.001, 4326)"),
        (
            "ix_reports_path",
            "select id from reports where district_id = 1 and area_path >= '1.2.' and area_path < '1.2/'",
        ),
        ("pk_reports", "select id from reports order by id desc limit 50"),
        ("pk_report_private", "select text from report_private where report_id = 3"),
    ],
)
def test_indexes_are_still_used_behind_the_wall(index: str, query: str, pg: psycopg.Connection) -> None:
    pg.execute("set local enable_seqscan = off")
    pg.execute("set local role wangge_service")
    pg.execute(ENTER, Scope(paths=("1.2.",)).settings)
    plan = "\n".join(line for (line,) in pg.execute(f"explain {query}").fetchall())
    assert index in plan, plan


def test_what_runs_as_the_owner_is_for_the_service_alone(catalogue: psycopg.Connection) -> None:
    functions = catalogue.execute(
        "select proname, proacl::text from pg_proc "
        "where prosecdef and pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype "
        "and probin is null and oid not in (select objid from pg_depend where deptype = 'e')"
    ).fetchall()
    expected = {"file_report", "look_before_filing", "write_step", "wangge_handed_over", "give_up_traces"}
    assert expected <= {name for name, _ in functions}
    for name, rights in functions:
        assert rights and "wangge_service=X" in rights, name
        assert "{=X" not in rights and ",=X" not in rights, f"anyone may call {name}"


def test_boundaries_are_written_at_the_desk_only(toytown_url: str) -> None:
    for scope, refused in ((replace(NOTHING, paths=("1.",)), True), (DESK, False)):
        with psycopg.connect(toytown_url, options="-c role=wangge_service") as connection:
            connection.execute(ENTER, scope.settings)
            try:
                connection.execute("update editions set note = 'x'")
            except psycopg.errors.InsufficientPrivilege as error:
                assert refused and "at the desk" in str(error)
            else:
                assert not refused
            connection.rollback()
