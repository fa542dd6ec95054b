"""Leaving a trace, in the transaction that does what it tells of: both are there, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection as PlainConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.canonical import canonical, moment_text
from layers.traces.records import Event

_COLUMNS = "at, district_id, actor, event, subject, report_id, account_id, body, digest"
_NAMES = ("at", "district", "actor", "event", "subject", "report", "account", "body")
#: The database itself gives the place and the digest.
INSERT = f"insert into traces ({_COLUMNS}) values ({', '.join(f'%({one})s' for one in _NAMES)}, '')"  # noqa: S608 - names of our own columns # nosec B608
_INSERT = text(f"insert into traces ({_COLUMNS}) values ({', '.join(f':{one}' for one in _NAMES)}, '')")  # noqa: S608 - names of our own columns # nosec B608


async def trace(connection: PlainConnection[Any], event: Event, *, actor: str, now: datetime) -> None:
    """Leave a trace over a plain connection."""
    await connection.execute(INSERT, _given(event, actor, now))


async def trace_all(connection: PlainConnection[Any], events: Iterable[Event], *, actor: str, now: datetime) -> None:
    """Leave several traces over a plain connection, in one go."""
    async with connection.cursor() as cursor:
        await cursor.executemany(INSERT, [_given(event, actor, now) for event in events])


async def trace_in(connection: AsyncConnection, event: Event, *, actor: str, now: datetime) -> None:
    """The same over a connection of SQLAlchemy."""
    await connection.execute(_INSERT, _given(event, actor, now))


def _given(event: Event, actor: str, now: datetime) -> dict[str, Any]:
    named = {
        "district": event.district_id,
        "actor": actor,
        "event": event.name.value,
        "subject": event.subject,
        "report": event.report_id,
        "account": event.account_id,
    }
    return {**named, "at": now, "body": body(now, named, event.facts)}


def body(at: datetime, named: dict[str, Any], facts: Any) -> bytes:
    """The canonical bytes of a trace, which the chain is made of: every column is in them."""
    return canonical({"at": moment_text(at), **named, "facts": dict(facts)})
