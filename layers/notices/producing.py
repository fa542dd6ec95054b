"""From the stream to notices and deliveries: each entry once, in the transaction that moves the position on.

journal_stream ──► what happened ──► whom it concerns ──► notices ──► deliveries to those who subscribed
                        └──► deliveries to the endpoints of the district
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from layers.actors import Role
from layers.canonical import canonical, moment_text
from layers.notices.audiences import TOLD, Audience, people_of, told, units_of
from layers.notices.records import Channel
from layers.notices.statements import HAPPENED, RECIPIENTS
from layers.reports.stream import Change, changes

#: Entries looked at in one transaction.
BATCH = 200
#: Roles that answer for an area.
ANSWERING = [
    one.value
    for one in (
        *(Role.GRID_WORKER, Role.INFORMATION_OFFICER, Role.COMMUNITY_OFFICER),
        *(Role.STREET_OFFICER, Role.DISPATCHER),
    )
]
POSITION = "select place from notice_position for update skip locked"
ADVANCE = "update notice_position set place = %s"
ZONES = "select id, time_zone from districts"
NOTE = """
insert into notices (account_id, report_id, place, type, facts, made_at)
select account, %(report)s, %(place)s, %(type)s, %(facts)s, %(now)s from unnest(%(accounts)s::bigint[]) account
on conflict (account_id, place) do nothing
"""
SEND = """
insert into deliveries (lane, subscription_id, place, type, body, made_at, due_at)
select s.channel, s.id, %(place)s, %(type)s, %(body)s, %(now)s, %(now)s
from subscriptions s
where s.account_id = any (%(accounts)s) and s.confirmed_at is not null and s.channel = any (%(channels)s)
"""
POST = """
insert into deliveries (lane, webhook_id, place, type, body, made_at, due_at)
select 'webhook:' || w.id, w.id, %(place)s, %(type)s, %(body)s, %(now)s, %(now)s
from webhooks w
where w.district_id = %(district)s and w.ended_at is null and (w.types = '{}' or %(type)s = any (w.types))
"""
ENDPOINTS = "select distinct district_id from webhooks where ended_at is null"
_ACCOUNT = "account:"


async def produce(connection: AsyncConnection[Any], *, channels: frozenset[Channel], now: datetime) -> int:
    """Make notices and deliveries of the next entries, in the caller's transaction at the desk; how many entries.

    `channels` are those this installation can send by. Where another worker is at it, nothing happens.
    """
    row = await (await connection.execute(POSITION)).fetchone()
    if row is None:
        return 0
    found = await changes(connection, after=row[0], limit=BATCH)
    if not found:
        return 0
    await _post(connection, found, now)
    await _note(connection, found, channels, now)
    await connection.execute(ADVANCE, [found[-1].place])
    return len(found)


async def _post(connection: AsyncConnection[Any], found: list[Change], now: datetime) -> None:
    rows = await (await connection.execute(ENDPOINTS)).fetchall()
    told_districts = {district for (district,) in rows}
    given = [
        {
            "district": one.sight.district_id,
            "place": one.place,
            "type": one.type,
            "body": body_of(one.facts | {"id": one.place}),
            "now": now,
        }
        for one in found
        if one.sight.district_id in told_districts
    ]
    if given:
        async with connection.cursor() as cursor:
            await cursor.executemany(POST, given)


async def _note(
    connection: AsyncConnection[Any], found: list[Change], channels: frozenset[Channel], now: datetime
) -> None:
    of_place = {one.place: one for one in found}
    cursor = connection.cursor(row_factory=dict_row)
    given = {"after": found[0].place - 1, "upto": found[-1].place, "types": list(TOLD)}
    await cursor.execute(HAPPENED, given)
    happened = await cursor.fetchall()
    zones = dict(await (await connection.execute(ZONES)).fetchall()) if happened else {}
    for row in happened:
        change = of_place[row["place"]]
        today = now.astimezone(ZoneInfo(zones[change.sight.district_id])).date()
        accounts = await (await connection.execute(RECIPIENTS, _whom(row) | {"today": today})).fetchall()
        if accounts:
            noted = _noted(change, row, [account for (account,) in accounts], now)
            await connection.execute(NOTE, noted)
            await connection.execute(SEND, noted | {"channels": [one.value for one in channels]})


def _whom(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the question for recipients is asked by."""
    type_, facts = row["type"], row["facts"]
    audiences = told(type_)
    sender = row["sender"] if Audience.REPORTER in audiences else ""
    called = facts.get("units") or [one for one in (facts.get("unit"),) if one is not None]
    return {
        "people": people_of(type_, facts.get("assignee"), row["assignee_id"], row["before_assignee"]),
        "units": units_of(type_, called, facts.get("unit"), row["unit_id"]),
        "area": (facts.get("holder_area") or row["holder_area_id"]) if Audience.HOLDER in audiences else None,
        "reporter": int(sender.removeprefix(_ACCOUNT)) if sender.startswith(_ACCOUNT) else None,
        "roles": ANSWERING,
        "actor": row["actor"],
    }


def _noted(change: Change, row: Mapping[str, Any], accounts: list[int], now: datetime) -> dict[str, Any]:
    due = change.standing.due_at
    facts = {
        "number": change.standing.number,
        "kind": change.standing.kind,
        "kind_name": row["kind_name"],
        "areas": row["area_names"] or [],
        "urgent": change.standing.urgent,
        "due_at": None if due is None else moment_text(due),
        "at": moment_text(change.at),
    }
    return {
        "accounts": accounts,
        "report": change.sight.report_id,
        "place": change.place,
        "type": change.type,
        "facts": Jsonb(facts),
        "body": body_of(facts | {"type": change.type}),
        "now": now,
    }


def body_of(facts: Mapping[str, Any]) -> str:
    """Facts as they go out: canonical JSON."""
    plain = {name: moment_text(one) if isinstance(one, datetime) else one for name, one in facts.items()}
    return canonical(plain).decode()


def facts_of(body: str) -> dict[str, Any]:
    """The facts of a body."""
    facts: dict[str, Any] = json.loads(body)
    return facts
