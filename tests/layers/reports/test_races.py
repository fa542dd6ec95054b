"""Many at once on the real database: nothing lost, nothing doubled, loads even, nothing between two editions."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import psycopg
import pytest

from layers.areas.queries import filing_lock_key
from layers.reports.filing import EditionMoved
from layers.reports.journal import broken_at
from layers.reports.steps.sweeping import assign_waiting
from layers.reports.sweep import pump
from tests.layers.reports.desk import MORNING, NIGHT, Desk, desk_at

pytestmark = pytest.mark.anyio
AT_ONCE = 8


@pytest.fixture
async def desks(toytown_url: str) -> AsyncIterator[list[Desk]]:
    async with AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(await psycopg.AsyncConnection.connect(toytown_url, autocommit=True))
            for _ in range(AT_ONCE)
        ]
        first = await desk_at(toytown_url, connections[0])
        yield [Desk(connection, first.setting, first.keys) for connection in connections]


async def test_many_reports_in_one_grid_are_shared_evenly_and_all_recorded(desks: list[Desk]) -> None:
    await desks[0].rows("update people set cap = null, role = 'grid_worker' returning id")
    await desks[0].rows("update duties set rank = 'A' where rank in ('B', 'O') returning id")

    async def many(desk: Desk) -> None:
        for _ in range(30):
            await desk.file(desk.middle_of(desk.cells()[0]))

    await asyncio.gather(*(many(desk) for desk in desks))
    loads = await desks[0].rows(
        "select p.number, l.open, (select count(*) from reports where assignee_id = p.id) as reports"
        " from person_loads l join people p on p.id = l.person_id order by 1"
    )
    assert [one["number"] for one in loads] == ["I0001", "W0001", "W0002"]
    assert sum(one["open"] for one in loads) == 240
    assert max(one["open"] for one in loads) - min(one["open"] for one in loads) <= 2
    assert all(one["open"] == one["reports"] for one in loads)


async def test_a_cap_holds_against_many_at_once(desks: list[Desk]) -> None:
    async def many(desk: Desk) -> list[str | None]:
        filed = [await desk.file(desk.middle_of(desk.cells()[0])) for _ in range(8)]
        return [one.report.assignee_number for one in filed if one.report]

    numbers = Counter(number for some in await asyncio.gather(*map(many, desks)) for number in some)
    assert numbers == {"W0001": 10, "W0002": 10, "I0001": 10, "C0001": 10, "S0001": 10, None: 14}


async def test_the_same_report_sent_many_times_at_once_is_filed_once(desks: list[Desk]) -> None:
    where = desks[0].middle_of(desks[0].cells()[0])
    filed = await asyncio.gather(*(desk.file(where, client_key="the same") for desk in desks))
    assert len({one.report_id for one in filed}) == 1
    assert sum(not one.again for one in filed) == 1
    [row] = await desks[0].rows("select count(*) as reports, (select sum(open) from person_loads) as open from reports")
    assert (row["reports"], row["open"]) == (1, 1)


async def test_filing_waits_for_publishing_and_then_sees_the_new_edition(desks: list[Desk]) -> None:
    publisher, filer = desks[0].connection, desks[1]
    key = filing_lock_key(filer.compiled.district.id)
    async with publisher.transaction():
        await publisher.execute("select pg_advisory_xact_lock(%s)", (key,))
        waiting = asyncio.create_task(filer.file(filer.middle_of(filer.cells()[0])))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await publisher.execute("update editions set status = 'retired' where status = 'in_force'")
    with pytest.raises(EditionMoved):
        await waiting
    assert not await filer.rows("select 1 from reports")


async def test_what_waited_is_assigned_when_someone_comes_on_duty(desks: list[Desk]) -> None:
    desk = desks[0]
    await desk.rows("delete from duties where rank = 'D' returning id")
    filed = [await desk.file(desk.middle_of(code), now=NIGHT) for code in desk.cells()[:3]]
    assert all(one.report and one.report.assignee_number is None for one in filed)
    async with desk.connection.transaction():
        assert await assign_waiting(desk.connection, desk.setting, now=NIGHT) == (0, None)
    async with desk.connection.transaction():
        assert await assign_waiting(desk.connection, desk.setting, now=MORNING) == (3, None)
    for one in filed:
        entries = await desk.rows(
            "select position, type, body, digest from journal_entries where report_id = %s order by 1", one.report_id
        )
        assert [entry["type"] for entry in entries] == ["filed", "unassigned", "assigned"]
        assert broken_at((entry["position"], entry["body"], entry["digest"]) for entry in entries) is None
        [row] = await desk.rows("select * from reports where id = %s", one.report_id)
        assert (row["status"], row["entries"], row["row_version"]) == ("dispatched", 3, 2)
        assert row["chain_head"] == entries[-1]["digest"]
    [total] = await desk.rows("select sum(open) as open from person_loads")
    assert total["open"] == 3


async def test_two_sweeps_at_once_give_each_report_to_one_person(desks: list[Desk]) -> None:
    await desks[0].rows("delete from duties where rank = 'D' returning id")
    for code in desks[0].cells():
        await desks[0].file(desks[0].middle_of(code), now=NIGHT)

    async def sweep(desk: Desk) -> int:
        async with desk.connection.transaction():
            assigned, _ = await assign_waiting(desk.connection, desk.setting, now=MORNING)
        return assigned

    first = await asyncio.gather(*map(sweep, desks[:3]))
    second = await sweep(desks[0])
    assert sum(first) + second == 63
    [row] = await desks[0].rows(
        "select count(*) filter (where type = 'assigned') as entries,"
        " (select sum(open) from person_loads) as open from journal_entries"
    )
    assert (row["entries"], row["open"]) == (63, 63)


async def test_the_pump_takes_each_entry_once_and_never_passes_over_one_that_commits_late(desks: list[Desk]) -> None:
    late, early, pumper = desks[0], desks[1], desks[2]

    async def pumped() -> int:
        async with pumper.connection.transaction():
            return await pump(pumper.connection)

    async with late.connection.transaction():
        slow = await late.file(late.middle_of(late.cells()[0]))
        quick = await early.file(early.middle_of(early.cells()[-1]))
        assert await pumped() == 2, "nobody waits for a transaction that takes long"
        assert await pumped() == 0
    assert await pumped() == 2
    assert await pumped() == 0
    order = await pumper.rows("select report_id, position from journal_stream order by place")
    expected = [(quick.report_id, 1), (quick.report_id, 2), (slow.report_id, 1), (slow.report_id, 2)]
    assert [(one["report_id"], one["position"]) for one in order] == expected
