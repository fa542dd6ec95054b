"""From the stream to notices: each entry once, to whom it concerns, whoever makes them and whenever they die."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
import pytest

from layers.actors import DESK, Role
from layers.notices.producing import produce
from layers.notices.records import Channel
from layers.reports.appending import append
from layers.reports.records import report_number
from layers.reports.statements import PUMP
from layers.scope import ENTER
from tests.accounts import account
from tests.layers.reports.desk import MORNING, Desk, desk_at

NEW = "select max(id) from accounts"
REASON = {"reason": "x", "note": None}


@pytest.fixture
async def desk(toytown_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield await desk_at(toytown_url, connection)


class Told:
    """Accounts of the town, and what they were told."""

    def __init__(self, desk: Desk, url: str) -> None:
        self.desk, self.url = desk, url

    async def account(self, role: Role, *areas: str, person: int | None = None) -> int:
        account(self.url, role, areas=areas)
        [row] = await self.desk.rows(NEW)
        await self.desk.connection.execute("update accounts set person_id = %s where id = %s", [person, row["max"]])
        return int(row["max"])

    async def append(self, report: int, type_: str, facts: dict[str, Any], *, actor: str = "test") -> None:
        async with self.desk.connection.transaction():
            await append(self.desk.connection, report, type_, facts, actor=actor, now=MORNING)

    async def of(self, *accounts: int) -> dict[int, list[str]]:
        """What each of them was told so far, in order."""
        await make(self.url)
        rows = await self.desk.rows("select account_id, type from notices order by place")
        return {one: [row["type"] for row in rows if row["account_id"] == one] for one in accounts}


async def make(url: str, channels: Sequence[Channel] = ()) -> int:
    """Pump, and make notices as the service does: as its role, at the desk."""
    async with await psycopg.AsyncConnection.connect(url, options="-c role=wangge_service") as connection:
        await connection.execute(ENTER, DESK.settings)
        await connection.execute(PUMP)
        made = await produce(connection, channels=frozenset(channels), now=MORNING)
        await connection.commit()
    return made


async def assignee_of(desk: Desk, report: int) -> dict[str, Any]:
    [row] = await desk.rows("select assignee_id, holder_area_id, area_path from reports where id = %s", report)
    return row


async def test_each_is_told_what_concerns_them(desk: Desk, toytown_url: str) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]), sender="account:1")
    row = await assignee_of(desk, filed.report_id)
    told = Told(desk, toytown_url)
    await make(toytown_url)
    street = desk.cells()[0][:9] + "000"
    [unit] = await desk.rows(
        "insert into units (district_id, code, name) select id, 'U1', 'U' from districts returning id"
    )
    handler_person = (await desk.rows("select id from people order by id desc limit 1"))[0]["id"]
    await desk.connection.execute("update people set unit_id = %s where id = %s", [unit["id"], handler_person])
    worker = await told.account(Role.GRID_WORKER, person=row["assignee_id"])
    officer = await told.account(Role.STREET_OFFICER, street)
    handler = await told.account(Role.DEPARTMENT_HANDLER, person=handler_person)
    resident = await told.account(Role.RESIDENT)
    elsewhere = await told.account(Role.STREET_OFFICER, desk.cells()[-1][:9] + "000")
    planner = await told.account(Role.PLANNER, street)
    await desk.connection.execute("update reports set sender = 'account:' || %s", [resident])
    [area] = await desk.rows("select id from areas where code = %s", street)
    clock = {"clock": None}
    await told.append(filed.report_id, "rejected", REASON | clock)
    await told.append(filed.report_id, "climbed", REASON | clock | {"holder_area": area["id"], "holder_depth": 1})
    await told.append(filed.report_id, "whistled", REASON | {"units": [unit["id"]], "due_at": None})
    closed = {"standard": "x", "outcome": "done", "settled_depth": 1, "note": None}
    await told.append(filed.report_id, "closed", closed)
    await told.append(filed.report_id, "arrived", {"how": "x"})
    assert await told.of(worker, officer, handler, resident, elsewhere, planner) == {
        worker: ["rejected"],
        officer: ["climbed"],
        handler: ["whistled"],
        resident: ["closed"],
        elsewhere: [],
        planner: [],
    }
    [facts] = await desk.rows("select facts from notices where account_id = %s", officer)
    assert facts["facts"]["number"] == report_number(filed.report_id)
    assert len(facts["facts"]["areas"]) == 4
    assert "楼下有垃圾" not in str(facts)


async def test_nobody_is_told_of_what_they_did_or_after_they_were_locked_out(desk: Desk, toytown_url: str) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    row = await assignee_of(desk, filed.report_id)
    told = Told(desk, toytown_url)
    worker = await told.account(Role.GRID_WORKER, person=row["assignee_id"])
    await make(toytown_url)
    before = await told.of(worker)
    facts = {"assignee": row["assignee_id"], "unit": None, "clock": None}
    await told.append(filed.report_id, "returned", REASON | facts, actor=f"account:{worker}")
    assert await told.of(worker) == before
    await desk.connection.execute("update accounts set locked_at = now() where id = %s", [worker])
    await told.append(filed.report_id, "rejected", REASON | {"clock": None})
    assert await told.of(worker) == before


async def test_three_at_once_tell_everything_once(desk: Desk, toytown_url: str) -> None:
    told = Told(desk, toytown_url)
    filed = [await desk.file(desk.middle_of(code)) for code in desk.cells()[:12]]
    for person in {(await assignee_of(desk, one.report_id))["assignee_id"] for one in filed}:
        await told.account(Role.GRID_WORKER, person=person)
    for _ in range(3):
        for one in filed:
            await told.append(one.report_id, "rejected", REASON | {"clock": None})
    await asyncio.gather(*(make(toytown_url) for _ in range(3)))
    await make(toytown_url)
    notices = await desk.rows("select place, account_id from notices where type = 'rejected'")
    assert len({row["place"] for row in notices}) == 36
    assert len(notices) == len({(row["place"], row["account_id"]) for row in notices})


async def test_whoever_dies_before_the_commit_has_told_nothing(desk: Desk, toytown_url: str) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    row = await assignee_of(desk, filed.report_id)
    worker = await Told(desk, toytown_url).account(Role.GRID_WORKER, person=row["assignee_id"])
    dying = await psycopg.AsyncConnection.connect(toytown_url)
    await dying.execute(PUMP)
    assert await produce(dying, channels=frozenset(), now=MORNING) == 2
    await desk.connection.execute("select pg_terminate_backend(%s)", [dying.info.backend_pid])
    await dying.close()
    assert await desk.rows("select 1 from notices") == []
    assert await make(toytown_url) == 2
    assert len(await desk.rows("select 1 from notices where account_id = %s", worker)) == 1
    assert await make(toytown_url) == 0


async def test_only_a_proven_address_and_a_known_channel_is_sent_to(desk: Desk, toytown_url: str) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    row = await assignee_of(desk, filed.report_id)
    told = Told(desk, toytown_url)
    worker = await told.account(Role.GRID_WORKER, person=row["assignee_id"])
    subscribed = (
        "insert into subscriptions (account_id, channel, address, made_at, confirmed_at) "
        "values (%s, %s, 'x', now(), case when %s then now() end)"
    )
    await desk.connection.execute(subscribed, [worker, "email", True])
    await desk.connection.execute(subscribed, [worker, "sms", False])
    await make(toytown_url, [Channel.EMAIL, Channel.SMS])
    assert [row["lane"] for row in await desk.rows("select lane from deliveries")] == ["email"]
    await told.append(filed.report_id, "rejected", REASON | {"clock": None})
    await make(toytown_url, [Channel.SMS])
    assert len(await desk.rows("select 1 from deliveries")) == 1
    assert len(await desk.rows("select 1 from notices")) == 2
