"""The trail's own condition, asked by whoever owns the tables: the second wall does not help it here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK, NOTHING, Scope
from layers.traces.queries import BadTrailPeriod, TrailFilter, check_period, trail, until
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName
from tests.layers.traces.test_chain import NOW

ALL = TrailFilter()
DISTRICT = "insert into districts (code, name, time_zone) values (:code, 'x', 'UTC') returning id"


@pytest.fixture
async def two(tx: AsyncConnection) -> AsyncIterator[tuple[AsyncConnection, int, int]]:
    """Two districts with a trace each, and one of neither."""
    here, there = [int(await tx.scalar(text(DISTRICT), {"code": code}) or 0) for code in ("1", "2")]
    for minute, district in enumerate((here, there, None)):
        event = Event(EventName.SIGNED_IN, district, f"account:{minute}", account_id=minute)
        await trace_in(tx, event, actor="anyone", now=NOW + timedelta(minutes=minute))
    yield tx, here, there


async def subjects(connection: AsyncConnection, scope: Scope, narrowed: TrailFilter = ALL) -> list[str]:
    return [one.subject for one in (await trail(connection, narrowed, scope=scope)).traces]


async def test_a_district_and_what_belongs_to_none(two: tuple[AsyncConnection, int, int]) -> None:
    connection, here, there = two
    assert await subjects(connection, Scope(audits=here)) == ["account:2", "account:0"]
    assert await subjects(connection, Scope(audits=there)) == ["account:2", "account:1"]
    assert await subjects(connection, DESK) == ["account:2", "account:1", "account:0"]
    for nobody in (NOTHING, Scope(account_id=0), Scope(administers=here), Scope(districts=(here,))):
        assert await subjects(connection, nobody) == []


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [
        (TrailFilter(begin=NOW + timedelta(minutes=1)), ["account:2", "account:1"]),
        (TrailFilter(end=NOW + timedelta(minutes=1)), ["account:0"]),
        (TrailFilter(event=EventName.SIGNED_OUT), []),
        (TrailFilter(actor="anyone", subject="account:1"), ["account:1"]),
        (TrailFilter(account_id=2), ["account:2"]),
        (TrailFilter(report_id=2), []),
    ],
)
async def test_the_trail_is_narrowed(
    two: tuple[AsyncConnection, int, int], narrowed: TrailFilter, found: list[str]
) -> None:
    assert await subjects(two[0], DESK, narrowed) == found


async def test_pages_follow_each_other(two: tuple[AsyncConnection, int, int]) -> None:
    first = await trail(two[0], TrailFilter(), scope=DESK, limit=2)
    second = await trail(two[0], TrailFilter(), scope=DESK, limit=2, before=first.next_before)
    assert [one.subject for one in first.traces + second.traces] == ["account:2", "account:1", "account:0"]
    assert second.next_before is None


def test_what_is_written_out_ends_where_it_began() -> None:
    assert until(TrailFilter(), NOW).end == NOW
    assert until(TrailFilter(end=NOW - timedelta(1)), NOW).end == NOW - timedelta(1)
    with pytest.raises(BadTrailPeriod):
        check_period(TrailFilter(begin=NOW, end=NOW - timedelta(1)))
