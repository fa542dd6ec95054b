"""Retention: what is due to be erased is erased, in batches, each in a transaction with the trace that counts it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from api.database import Database
from layers.access.forgetting import count_sessions_over, forget_sessions
from layers.actors import DESK
from layers.districts.queries import districts
from layers.districts.records import District
from layers.districts.retention import Due, due_at
from layers.reports.erasing import BATCH, anonymise_due, count_due
from layers.roster.presence import count_positions_over, forget_positions
from layers.traces.giving_up import BATCH as TRACES_AT_ONCE
from layers.traces.giving_up import count_given_up, give_up
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

ACTOR = "job:retention"
Plain = AsyncConnection[Any]


async def erase_due(database: Database, now: datetime) -> dict[str, int]:
    """Erase everything that is due in every district; how much of what."""
    known = await _districts(database)
    done: dict[str, int] = {}
    for district in known:
        due = due_at(district.settings.retention, now)
        _add(done, await _small(database, district, due, now))
        _add(done, await _reports(database, district, due, now))
    _add(done, await _traces(database, known, now))
    return done


async def count_all_due(database: Database, now: datetime) -> dict[str, int]:
    """How much of what is due, without erasing it."""
    known = await _districts(database)
    found: dict[str, int] = {}
    async with database.filing(DESK) as connection:
        for district in known:
            due = due_at(district.settings.retention, now)
            positions = await count_positions_over(connection, district.id, before=due.positions, now=now)
            sessions = await count_sessions_over(connection, district.id, before=due.sessions)
            reports = await count_due(connection, district.id, before=due.closed_reports)
            _add(found, {"positions": positions, "sessions": sessions, "reports": reports})
        if known:
            _add(found, {"traces": await count_given_up(connection, before=_oldest_kept(known, now))})
    return found


async def _districts(database: Database) -> list[District]:
    async with database.reading() as connection:
        return await districts(connection)


async def _small(database: Database, district: District, due: Due, now: datetime) -> Mapping[str, int]:
    async with database.filing(DESK) as connection:
        done = {
            "positions": await forget_positions(connection, district.id, before=due.positions, now=now),
            "sessions": await forget_sessions(connection, district.id, before=due.sessions),
        }
        await _traced(connection, district.id, done, now)
    return done


async def _reports(database: Database, district: District, due: Due, now: datetime) -> Mapping[str, int]:
    total, batch = 0, BATCH
    while batch == BATCH:
        async with database.filing(DESK) as connection:
            batch = await anonymise_due(connection, district.id, before=due.closed_reports, actor=ACTOR, now=now)
            await _traced(connection, district.id, {"reports": batch}, now)
        total += batch
    return {"reports": total}


async def _traces(database: Database, known: list[District], now: datetime) -> Mapping[str, int]:
    """One chain for all districts: the one that keeps its traces longest decides."""
    if not known:
        return {}
    total, batch = 0, TRACES_AT_ONCE
    while batch == TRACES_AT_ONCE:
        async with database.filing(DESK) as connection:
            batch = await give_up(connection, before=_oldest_kept(known, now), now=now)
            await _traced(connection, None, {"traces": batch}, now)
        total += batch
    return {"traces": total}


def _oldest_kept(known: list[District], now: datetime) -> datetime:
    return min(due_at(one.settings.retention, now).traces for one in known)


async def _traced(connection: Plain, district_id: int | None, done: Mapping[str, int], now: datetime) -> None:
    counts = {what: count for what, count in done.items() if count}
    if counts:
        event = Event(EventName.RETENTION_DONE, district_id, "retention", facts=counts)
        await trace(connection, event, actor=ACTOR, now=now)


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for what, count in more.items():
        total[what] = total.get(what, 0) + count
