"""The retention round: erases what is due and nothing else, leaves one trace with the counts, and tells of its head."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from api.database import Database
from api.retention import count_all_due, erase_due
from api.worker import Worker
from layers.districts.retention import Retention, due_at
from layers.reports.erasing import BATCH
from layers.traces.recording import trace
from layers.traces.records import Event, EventName
from layers.traces.verifying import verify
from tests.accounts import dispatcher
from tests.layers.reports.desk import MORNING, Desk, desk_at

pytestmark = pytest.mark.anyio
DUE = due_at(Retention(), MORNING)
A_MOMENT = timedelta(seconds=1)


class Town:
    """A town with things that are just due, and others that just are not."""

    def __init__(self, desk: Desk, database: Database) -> None:
        self.desk, self.database = desk, database

    async def closed(self, at: datetime, number: int = 1) -> list[int]:
        middle = self.desk.middle_of(self.desk.cells()[0])
        made = [(await self.desk.file(middle, reporter_phone="13900001234")).report_id for _ in range(number)]
        closing = "update reports set status = 'closed', closed_at = %s where id = any(%s)"
        await self.desk.connection.execute(closing, [at, made])
        return made

    async def position(self, index: int, at: datetime, until: datetime) -> None:
        await self.desk.connection.execute(
            "insert into positions (person_id, geom, datum, purpose, at, until) "
            "select id, st_setsrid(st_makepoint(121, 39), 4326), 'wgs84', 'patrol', %s, %s "
            "from people order by number offset %s limit 1",
            [at, until, index],
        )

    async def session(self, expires_at: datetime) -> None:
        await self.desk.connection.execute(
            "insert into sessions (account_id, token_digest, made_at, seen_at, expires_at) "
            "select id, sha256(random()::text::bytea), %s, %s, %s from accounts limit 1",
            [expires_at] * 3,
        )

    async def trace(self, at: datetime) -> None:
        await trace(self.desk.connection, Event(EventName.SIGNED_IN, None, "account:1"), actor="account:1", now=at)

    async def count(self, table: str) -> int:
        [row] = await self.desk.rows(f"select count(*) as n from {table}")
        return int(row["n"])


@pytest.fixture
async def town(toytown_url: str) -> AsyncIterator[Town]:
    dispatcher(toytown_url)
    database = Database(toytown_url, size=2)
    await database.open()
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield Town(await desk_at(toytown_url, connection), database)
    await database.close()


async def everything(town: Town) -> None:
    """Of each kind, one that is just due and one that just is not."""
    later = MORNING + timedelta(hours=1)
    for at in (DUE.traces - A_MOMENT, DUE.traces):
        await town.trace(at)
    await town.closed(DUE.closed_reports - A_MOMENT)
    await town.closed(DUE.closed_reports)
    await town.position(0, DUE.positions - A_MOMENT, later)
    await town.position(1, DUE.positions, later)
    for at in (DUE.sessions - A_MOMENT, DUE.sessions):
        await town.session(at)


async def test_what_is_due_goes_and_nothing_else(town: Town) -> None:
    await everything(town)
    each = {"positions": 1, "sessions": 1, "reports": 1, "traces": 1}
    assert await count_all_due(town.database, MORNING) == each
    assert (await town.count("positions"), await town.count("traces")) == (2, 2), "counting erases nothing"
    assert await erase_due(town.database, MORNING) == each
    assert (await town.count("positions"), await town.count("sessions")) == (1, 1)
    assert await town.count("report_private where salt = ''") == 1
    assert await town.count("report_private where reporter_phone is not null") == 1
    assert await count_all_due(town.database, MORNING) == dict.fromkeys(each, 0)
    assert await erase_due(town.database, MORNING) == dict.fromkeys(each, 0)


async def test_it_is_traced_by_its_counts_and_the_chain_holds(town: Town) -> None:
    await everything(town)
    await erase_due(town.database, MORNING)
    rows = await town.desk.rows("select body, actor from traces where event = 'retention_done' order by place")
    told = [json.loads(row["body"])["facts"] for row in rows]
    assert told == [{"positions": 1, "sessions": 1}, {"reports": 1}, {"traces": 1}]
    assert {row["actor"] for row in rows} == {"job:retention"}
    async with town.desk.connection.transaction():
        assert (await verify(town.desk.connection)).faults == ()


async def test_a_district_keeps_things_as_long_as_it_says(town: Town) -> None:
    await everything(town)
    longer: dict[str, Any] = {
        "position_minutes": 31,
        "closed_reports_months": 25,
        "sessions_days": 31,
        "traces_months": 37,
    }
    await town.desk.connection.execute(
        "update districts set settings = jsonb_set(settings, '{retention}', %s::jsonb)", [json.dumps(longer)]
    )
    assert set((await count_all_due(town.database, MORNING)).values()) == {0}
    assert set((await erase_due(town.database, MORNING)).values()) == {0}


async def test_many_reports_go_in_batches(town: Town) -> None:
    number = BATCH + 1
    await town.closed(DUE.closed_reports - A_MOMENT, number)
    assert (await erase_due(town.database, MORNING))["reports"] == number
    rows = await town.desk.rows("select body from traces order by place")
    assert [json.loads(row["body"])["facts"] for row in rows] == [{"reports": BATCH}, {"reports": 1}]


async def test_the_worker_does_it_and_tells_where_the_chain_ends(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    await everything(town)
    worker = Worker(town.database, clock=lambda: MORNING)
    assert {"retention", "trail_head"} <= {one.name for one in worker.rounds}
    assert await worker.erase_due() == 4
    caplog.set_level(logging.INFO)
    await worker.tell_head()
    [row] = await town.desk.rows("select places, encode(digest, 'hex') as digest from trace_head")
    assert f"{row['places']}:{row['digest']}" in caplog.text
