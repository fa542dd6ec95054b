"""Who sees a report is one rule in three places: in a question, in the database's own wall, and in memory."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import Any

import psycopg
from sqlalchemy import NullPool, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from layers.actors import DESK, NOTHING, Scope
from layers.migrations import sqlalchemy_url
from layers.reports.statements import PUMP
from layers.reports.stream import changes, newest
from layers.reports.tables import ReportRow
from layers.scope import enter, reports_seen, sees
from tests.layers.reports.desk import Desk
from tests.layers.test_walls import filed, seen  # noqa: F401 - a fixture

HAND_OVERS = """
insert into hand_overs (report_id, to_path, to_person_id, reason, made_by, made_at, ended_at)
select r.id, %(path)s, %(person)s, 'test', 'test', now(), case when %(ended)s then now() end
from reports r order by r.id offset %(nth)s limit 1
"""
TO_UNITS = """
insert into hand_overs (report_id, to_unit_id, reason, made_by, made_at, ended_at)
select (select id from reports order by id offset n * 11 limit 1), u.id, 'test', 'test', now(),
    case when n % 3 = 0 then now() end
from units u, generate_series(1, 4) n
"""
SCATTER = (
    "update reports set unit_id = (select min(id) + reports.id % 4 from units) where id % 3 = 0 and id % 4 < 3",
    "update reports set sender = 'account:' || id % 5",
    "update reports set area_path = null, located = false, area_id = null where id % 9 = 0",
)
BLOCKED = "select cardinality(pg_blocking_pids(%s)) > 0 as blocked"
UNITS = "insert into units (district_id, code, name) select id, 'U' || n, 'U' from districts, generate_series(1, 3) n"


async def scattered(desk: Desk) -> None:
    """Reports in every relation: handed over to areas and people, and no more; in a unit's hands; of some senders."""
    areas = sorted(desk.compiled.areas.values(), key=lambda one: one.path)
    people = await desk.rows("select id from people order by id limit 6")
    given = product((areas[1], areas[5], areas[-1], None), (True, False))
    for nth, (area, ended) in enumerate(given):
        to = {"path": area.path if area else None, "person": None if area else people[nth % 6]["id"]}
        await desk.connection.execute(HAND_OVERS, to | {"ended": ended, "nth": nth * 7})
    await desk.connection.execute(UNITS)
    for statement in (TO_UNITS, *SCATTER):
        await desk.connection.execute(statement)


async def scopes(desk: Desk) -> list[Scope]:
    areas = sorted(desk.compiled.areas.values(), key=lambda one: one.path)
    paths = [(one.path,) for one in areas[::3]] + [(areas[2].path, areas[-1].path), ()]
    people = await desk.rows("select distinct assignee_id as id from reports where assignee_id is not null limit 4")
    reports = await desk.rows("select id from reports order by id limit 3")
    district = desk.compiled.district.id
    made = [
        Scope(paths=path, districts=districts, person_id=person)
        for path, districts, person in product(paths, ((), (district,)), (None, *(row["id"] for row in people)))
    ]
    units = await desk.rows("select id from units order by id")
    made += [Scope(unit_id=row["id"], person_id=people[0]["id"]) for row in units]
    made += [Scope(unit_id=row["id"]) for row in units]
    made += [Scope(sender=f"account:{n}") for n in range(6)] + [NOTHING, DESK]
    return [*made, Scope(opened=tuple(row["id"] for row in reports)), Scope(paths=(areas[3].path,), sender="account:1")]


async def in_a_question(connection: AsyncConnection, scope: Scope) -> set[int]:
    """What the first wall leaves, where there is no second."""
    await enter(connection, scope)
    return set(await connection.scalars(select(ReportRow.id).where(reports_seen(ReportRow, scope))))


async def test_memory_question_and_wall_agree(filed: tuple[Desk, str]) -> None:  # noqa: F811
    desk, url = filed
    await scattered(desk)
    # What was pumped before the reports were scattered is told as they stand now.
    async with await psycopg.AsyncConnection.connect(url) as connection:
        every = await changes(connection, after=0, limit=10_000)
    sights = {one.sight.report_id: one.sight for one in every}
    assert len(sights) == len(await desk.rows("select id from reports"))
    different = list[Any]()
    sizes = set[int]()
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        for scope in await scopes(desk):
            remembered = {report for report, sight in sights.items() if sees(scope, sight)}
            sizes.add(len(remembered))
            if not remembered == seen(url, scope) == await in_a_question(connection, scope):
                different.append(scope)
    await engine.dispose()
    assert not different
    assert len(sizes) > 15, "scopes that all see the same would show nothing"


async def test_a_pump_with_older_eyes_takes_nothing_twice(filed: tuple[Desk, str]) -> None:  # noqa: F811
    """It waited for another one, whose entries it does not see in the stream, and whose mark it must not move back."""
    desk, url = filed
    async with (
        await psycopg.AsyncConnection.connect(url) as first,
        await psycopg.AsyncConnection.connect(url, autocommit=True) as second,
    ):
        for n in range(3):
            await desk.file(desk.middle_of(desk.cells()[n]))
        before = await newest(second)
        await first.execute(PUMP)
        waiting = asyncio.create_task(second.execute(PUMP))
        async with asyncio.timeout(20):
            while not (await desk.rows(BLOCKED, second.info.backend_pid))[0]["blocked"]:
                await asyncio.sleep(0.01)
        await first.commit()
        await waiting
        [mark] = await desk.rows("select upto::text::bigint as upto from journal_pump")
        later = mark
        # Whoever is still writing in another database of the cluster holds the mark back.
        async with asyncio.timeout(20):
            while not later["upto"]:
                await second.execute(PUMP)
                [later] = await desk.rows("select upto::text::bigint as upto from journal_pump")
        await second.execute(PUMP)
        [last] = await desk.rows("select upto::text::bigint as upto from journal_pump")
        assert last["upto"] >= later["upto"] >= mark["upto"]
        assert await newest(second) >= before + 6
        twice = await desk.rows("select 1 from journal_stream group by report_id, position having count(*) > 1")
        [missing] = await desk.rows(
            "select count(*) as n from journal_entries j where not exists "
            "(select from journal_stream s where s.report_id = j.report_id and s.position = j.position)"
        )
        assert (twice, missing["n"]) == ([], 0)
