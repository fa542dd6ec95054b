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
from psycopg.types.json import Json, Jsonb

from layers.actors import Role
from layers.canonical import canonical, moment_text
from layers.notices.audiences import TOLD, Audience, people_of, told, units_of
from layers.notices.records import Channel
from layers.notices.statements import HAPPENED, NOTED, RECIPIENTS
from layers.reports.records import report_number
from layers.reports.stream import changes

#: Entries looked at in one transaction.
BATCH = 500
#: Roles that answer for an area.
ANSWERING = [
    one.value
    for one in (
        *(Role.GRID_WORKER, Role.INFORMATION_OFFICER, Role.COMMUNITY_OFFICER),
        *(Role.STREET_OFFICER, Role.DISPATCHER),
    )
]
#: Whether anything came since: asked often, it writes nothing and locks nothing.
ANYTHING = "select exists (select from journal_stream s, notice_position p where s.place > p.place)"
POSITION = "select place from notice_position for update skip locked"
STRETCH = """
select count(*), max(place) from (select place from journal_stream where place > %s order by place limit %s) next
"""
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
    [anything] = await (await connection.execute(ANYTHING)).fetchone() or [False]
    row = await (await connection.execute(POSITION)).fetchone() if anything else None
    if row is None:
        return 0
    [count, upto] = await (await connection.execute(STRETCH, [row[0], BATCH])).fetchone() or [0, None]
    if count:
        await _post(connection, after=row[0], now=now)
        await _note(connection, row[0], upto, channels, now)
        await connection.execute(ADVANCE, [upto])
    return int(count)


async def _post(connection: AsyncConnection[Any], *, after: int, now: datetime) -> None:
    rows = await (await connection.execute(ENDPOINTS)).fetchall()
    told_districts = {district for (district,) in rows}
    found = await changes(connection, after=after, limit=BATCH) if told_districts else []
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
    connection: AsyncConnection[Any], after: int, upto: int, channels: frozenset[Channel], now: datetime
) -> None:
    told_of = await _recipients(connection, after, upto, now)
    if not told_of:
        return
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(NOTED, [list(told_of)])
    noted = [_noted(row, told_of[row["place"]], now) for row in await cursor.fetchall()]
    named = [one.value for one in channels]
    async with connection.cursor() as plain:
        await plain.executemany(NOTE, noted)
        await plain.executemany(SEND, [one | {"channels": named} for one in noted])


async def _recipients(connection: AsyncConnection[Any], after: int, upto: int, now: datetime) -> dict[int, list[int]]:
    """The accounts whom each entry of a stretch concerns, by its place."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(HAPPENED, {"after": after, "upto": upto, "types": list(TOLD)})
    happened = await cursor.fetchall()
    if not happened:
        return {}
    zones = dict(await (await connection.execute(ZONES)).fetchall())
    asked = [_whom(row) | {"today": _today(zones[row["district_id"]], now)} for row in happened]
    found = await connection.execute(RECIPIENTS, {"asked": Json(asked), "roles": ANSWERING})
    return dict(await found.fetchall())


def _today(zone: str, now: datetime) -> str:
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def _whom(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the question for recipients is asked by."""
    type_, facts = row["type"], facts_of(bytes(row["body"]))["facts"]
    audiences = told(type_)
    sender = row["sender"] if Audience.REPORTER in audiences else ""
    called = facts.get("units") or [one for one in (facts.get("unit"),) if one is not None]
    return {
        "place": row["place"],
        "people": people_of(type_, facts.get("assignee"), row["assignee_id"], row["before_assignee"]),
        "units": units_of(type_, called, facts.get("unit"), row["unit_id"]),
        "area": (facts.get("holder_area") or row["holder_area_id"]) if Audience.HOLDER in audiences else None,
        "reporter": int(sender.removeprefix(_ACCOUNT)) if sender.startswith(_ACCOUNT) else None,
        "actor": row["actor"],
    }


def _noted(row: Mapping[str, Any], accounts: list[int], now: datetime) -> dict[str, Any]:
    facts = {
        "number": report_number(row["report_id"]),
        "kind": row["kind"],
        "kind_name": row["kind_name"],
        "areas": row["areas"] or [],
        "urgent": row["urgent"],
        "due_at": row["due_at"] and moment_text(row["due_at"]),
        "at": moment_text(row["at"]),
    }
    return {
        "accounts": accounts,
        "report": row["report_id"],
        "place": row["place"],
        "type": row["type"],
        "facts": Jsonb(facts),
        "body": body_of(facts | {"type": row["type"]}),
        "now": now,
    }


def body_of(facts: Mapping[str, Any]) -> str:
    """Facts as they go out: canonical JSON."""
    plain = {name: moment_text(one) if isinstance(one, datetime) else one for name, one in facts.items()}
    return canonical(plain).decode()


def facts_of(body: str | bytes) -> dict[str, Any]:
    """The facts of a body."""
    facts: dict[str, Any] = json.loads(body)
    return facts
