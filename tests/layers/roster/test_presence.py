"""Presence: one position each, shown for half an hour to those whose territory it is, and every look written down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from geo.datum import position_from_storage
from geo.positions import Datum, LonLat
from layers.actors import DESK, Actor, Role, Scope
from layers.migrations import sqlalchemy_url
from layers.roster.presence import (
    LONGEST,
    BadSharing,
    NothingShared,
    NotInRoster,
    Presence,
    Purpose,
    Sharing,
    count_positions_over,
    forget_positions,
    own_presence,
    presences,
    share,
    stop_sharing,
    trace_reading,
)
from layers.roster.records import LookPurpose
from layers.scope import ENTER
from tests.layers.reports.desk import MORNING, Desk, desk_at

HALF_AN_HOUR = timedelta(minutes=30)


class Town:
    """The town as its service sees it: every question and change in the scope of whoever asks."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk, self.url = desk, url

    @asynccontextmanager
    async def asking(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        engine = create_async_engine(
            sqlalchemy_url(self.url), poolclass=NullPool, connect_args={"options": "-c role=wangge_service"}
        )
        async with engine.connect() as connection:
            await connection.exec_driver_sql(ENTER, scope.settings)
            yield connection
        await engine.dispose()

    @asynccontextmanager
    async def changing(self, scope: Scope) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with (
            await psycopg.AsyncConnection.connect(self.url, options="-c role=wangge_service") as connection,
            connection.transaction(),
        ):
            await connection.execute(ENTER, scope.settings)
            yield connection

    async def worker(self, index: int = 0) -> Actor:
        rows = await self.desk.rows("select id, district_id from people where role = 'grid_worker' order by number")
        person = rows[index]["id"]
        return Actor(
            f"account:{100 + index}", Role.GRID_WORKER, Scope(person_id=person), rows[index]["district_id"],
            100 + index, person,
        )  # fmt: skip

    async def share(self, actor: Actor, cell: int = 0, *, now: datetime = MORNING, **changed: Any) -> Sharing:
        found = self.desk.compiled.cell(self.desk.cells()[cell])
        given: dict[str, Any] = {
            "given": position_from_storage(found.label, Datum.GCJ02),
            "datum": Datum.GCJ02,
            "accuracy_m": 8.0,
            "path": found.path,
            "purpose": Purpose.PATROL,
            "until": now + timedelta(hours=4),
        }
        sharing = Sharing(**given | changed)
        async with self.changing(actor.scope) as connection:
            await share(connection, sharing, actor=actor, now=now)
        return sharing

    async def seen(self, scope: Scope, *, now: datetime = MORNING, path: str | None = None) -> list[Presence]:
        async with self.asking(scope) as connection:
            found, more = await presences(connection, scope=scope, path=path, not_before=now - HALF_AN_HOUR, now=now)
        assert not more
        return list(found)


@pytest.fixture
async def town(toytown_url: str) -> AsyncIterator[Town]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield Town(await desk_at(toytown_url, connection), toytown_url)


async def test_nothing_is_known_of_anyone_who_does_not_share(town: Town) -> None:
    worker = await town.worker()
    assert await town.seen(DESK) == []
    async with town.asking(worker.scope) as connection:
        with pytest.raises(NothingShared):
            await own_presence(connection, actor=worker)


async def test_it_is_seen_where_it_lies_and_overwritten(town: Town) -> None:
    worker = await town.worker()
    sharing = await town.share(worker)
    assert sharing.path is not None
    street = Scope(paths=(".".join(sharing.path.split(".")[:2]) + ".",))
    [shown] = await town.seen(street)
    label = town.desk.compiled.cell(town.desk.cells()[0]).label
    assert shown.position == pytest.approx(label, abs=1e-7), "stored in the storage datum"
    assert (shown.account_id, shown.purpose, shown.accuracy_m) == (worker.account_id, "patrol", 8.0)
    elsewhere = next(
        one.path for one in town.desk.compiled.areas.values() if one.depth == 1 and one.path not in street.paths
    )
    assert await town.seen(Scope(paths=(elsewhere,))) == []
    assert await town.seen(street, path=elsewhere) == []
    assert len(await town.seen(street, path=sharing.path)) == 1
    await town.share(worker, -1)
    assert await town.desk.rows("select count(*) as n from positions") == [{"n": 1}]
    assert (await town.seen(DESK))[0].position != shown.position


async def test_the_first_wall_alone_shows_no_more(town: Town) -> None:
    sharing = await town.share(await town.worker())
    assert sharing.path is not None
    engine = create_async_engine(sqlalchemy_url(town.url), poolclass=NullPool)
    async with engine.connect() as owner:
        for scope, number in [(Scope(paths=(sharing.path,)), 1), (Scope(person_id=1), 0), (Scope(), 0), (DESK, 1)]:
            found, _ = await presences(owner, scope=scope, path=None, not_before=MORNING, now=MORNING)
            assert len(found) == number
    await engine.dispose()


async def test_the_second_wall_alone_shows_no_more(town: Town) -> None:
    worker, other = await town.worker(0), await town.worker(1)
    sharing = await town.share(worker)
    assert sharing.path is not None
    for scope, rows in [(Scope(paths=(sharing.path,)), 1), (worker.scope, 1), (other.scope, 0), (Scope(), 0)]:
        async with town.changing(scope) as connection:
            cursor = await connection.execute("select person_id from positions")
            assert len(await cursor.fetchall()) == rows
    async with town.changing(other.scope) as connection:
        await stop_sharing(connection, actor=worker)
    assert len(await town.seen(DESK)) == 1, "nobody stops for another"


async def test_it_ends_by_age_by_its_end_and_by_hand(town: Town) -> None:
    worker = await town.worker()
    await town.share(worker, until=MORNING + timedelta(hours=1))
    assert len(await town.seen(DESK, now=MORNING + HALF_AN_HOUR)) == 1
    assert await town.seen(DESK, now=MORNING + HALF_AN_HOUR + timedelta(seconds=1)) == []
    await town.share(worker, until=MORNING + timedelta(minutes=5))
    assert await town.seen(DESK, now=MORNING + timedelta(minutes=5)) == []
    await town.share(worker)
    async with town.changing(worker.scope) as connection:
        await stop_sharing(connection, actor=worker)
    assert await town.desk.rows("select 1 from positions") == []


@pytest.mark.parametrize("until", [MORNING, MORNING - timedelta(hours=1), MORNING + LONGEST + timedelta(seconds=1)])
async def test_it_is_shared_for_a_shift_at_most(town: Town, until: datetime) -> None:
    with pytest.raises(BadSharing) as refused:
        await town.share(await town.worker(), until=until)
    assert refused.value.field == "until"


async def test_only_people_of_the_roster_share(town: Town) -> None:
    stranger = Actor("account:9", Role.GRID_WORKER, Scope(account_id=9), 1, 9)
    with pytest.raises(NotInRoster):
        await town.share(stranger)
    async with town.asking(stranger.scope) as connection:
        with pytest.raises(NotInRoster):
            await own_presence(connection, actor=stranger)


async def test_what_is_over_is_erased_and_nothing_else(town: Town) -> None:
    old, ended, fresh = [await town.worker(index) for index in range(3)]
    now = MORNING + timedelta(hours=1)
    await town.share(old)
    await town.share(ended, now=now - timedelta(minutes=10), until=now - timedelta(minutes=1))
    await town.share(fresh, now=now - timedelta(minutes=10))
    district = old.district_id
    assert district is not None
    async with town.changing(DESK) as connection:
        before = now - HALF_AN_HOUR
        assert await count_positions_over(connection, district, before=before, now=now) == 2
        assert await forget_positions(connection, district + 1, before=before, now=now) == 0
        assert await forget_positions(connection, district, before=before, now=now) == 2
    assert await town.desk.rows("select person_id from positions") == [{"person_id": fresh.person_id}]


async def test_every_look_is_written_down_without_the_position(town: Town) -> None:
    workers = [await town.worker(index) for index in range(3)]
    for worker in workers:
        await town.share(worker)
    officer = Actor("account:7", Role.STREET_OFFICER, Scope(account_id=7), workers[0].district_id, 7)
    seen = await town.seen(DESK)
    async with town.changing(officer.scope) as connection:
        await trace_reading(connection, seen, LookPurpose.DISPATCH, actor=officer, now=MORNING)
        await trace_reading(connection, [], LookPurpose.DISPATCH, actor=officer, now=MORNING)
    rows = await town.desk.rows("select * from traces order by account_id")
    assert [row["account_id"] for row in rows] == [100, 101, 102]
    assert {(row["event"], row["actor"]) for row in rows} == {("position_read", "account:7")}
    facts = json.loads(rows[0]["body"])["facts"]
    assert facts == {"fields": ["position"], "purpose": "dispatch", "role": "street_officer"}
    longitude = str(LonLat(*seen[0].position).lon)[:8]
    assert not any(longitude.encode() in row["body"] for row in rows)
