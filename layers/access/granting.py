"""Territories granted to accounts: added, ended, and told in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from layers.access.accounts import check_not_own, record
from layers.access.records import Account, Territory
from layers.actors import TERRITORIAL, Actor
from layers.refusals import NotFound, Refusal
from layers.traces.records import EventName

AREA = """
select a.id from areas a join levels l on l.district_id = a.district_id and l.depth = a.depth
where a.district_id = %(district)s and l.key = %(level)s and a.code = %(code)s
"""
GROUP = "select id from cell_groups where district_id = %(district)s and kind = %(group)s and code = %(code)s"
GRANT = """
insert into territories (account_id, area_id, group_id, valid_from, valid_to, granted_by)
values (%(account)s, %(area)s, %(group)s, %(valid_from)s, %(valid_to)s, %(by)s) returning id
"""
#: The newest name of an area, from the newest edition that holds it.
NAMED = """
select t.id, l.key as level, coalesce(a.code, g.code) as code, coalesce(v.name, g.name, a.code) as name,
    t.valid_from, t.valid_to
from {held} t
left join areas a on a.id = t.area_id
left join levels l on l.district_id = a.district_id and l.depth = a.depth
left join cell_groups g on g.id = t.group_id
left join lateral (select name from area_versions where area_id = a.id order by id desc limit 1) v on true
"""
GRANTED = NAMED.format(held="territories") + " where t.account_id = %s order by a.depth, code, t.id"
DUTIES = "(select null::bigint as id, person_id, area_id, null::bigint as group_id, valid_from, valid_to from duties)"
BY_DUTY = NAMED.format(held=DUTIES) + " where t.person_id = %s order by a.depth, code"
END = "update territories set valid_to = %s where id = %s"


class UnknownTerritory(NotFound):
    """There is no such area or group to grant, or no such grant."""


class BadTerritory(Refusal):
    """The role has no territory, or the days are in the wrong order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What is to be granted: an area by `level` and code, or a group of cells by its kind (`group`) and code."""

    code: str
    level: str | None = None
    group: str | None = None
    valid_from: date
    valid_to: date | None = None


async def grant(
    connection: AsyncConnection[Any], account: Account, asked: Grant, *, actor: Actor, now: datetime
) -> Territory:
    """Let an account see an area with everything below, or a group of cells, between two days.

    Raises:
        OwnAccount: it is the account of whoever asks.
        BadTerritory: the role has no territory, or the last day lies before the first.
        UnknownTerritory: the district has no such area or group.
    """
    check_not_own(actor, account)
    _check(account, asked)
    given = {
        "account": account.id,
        "area": None if asked.level is None else await _id(connection, AREA, account, asked),
        "group": None if asked.level is not None else await _id(connection, GROUP, account, asked),
        "valid_from": asked.valid_from,
        "valid_to": asked.valid_to,
        "by": actor.name,
    }
    [grant_id] = await (await connection.execute(GRANT, given)).fetchone() or [0]
    made = next(one for one in await granted(connection, account) if one.id == grant_id)
    facts = {"before": None, "after": _told(made)}
    await record(connection, EventName.TERRITORY_GRANTED, account, facts, actor=actor.name, now=now)
    return made


async def end_grant(
    connection: AsyncConnection[Any], account: Account, grant_id: int, *, actor: Actor, now: datetime
) -> None:
    """End a grant at once; it stays in the list, with its last day before today.

    Raises:
        OwnAccount: it is the account of whoever asks.
        UnknownTerritory: the account has no such grant.
    """
    check_not_own(actor, account)
    found = next((one for one in await granted(connection, account) if one.id == grant_id), None)
    if found is None:
        raise UnknownTerritory("The account has no such territory.", field="territory", remedy="List them first.")
    yesterday = today_of(account, now) - timedelta(days=1)
    if found.valid_to is not None and found.valid_to <= yesterday:
        return
    await connection.execute(END, [yesterday, grant_id])
    facts = {"before": _told(found), "after": _told(found) | {"valid_to": yesterday.isoformat()}}
    await record(connection, EventName.TERRITORY_ENDED, account, facts, actor=actor.name, now=now)


async def granted(connection: AsyncConnection[Any], account: Account) -> list[Territory]:
    """Every territory ever granted to an account."""
    return await _territories(connection, GRANTED, account.id)


async def territory_of(connection: AsyncConnection[Any], account: Account, *, today: date) -> list[Territory]:
    """Where an account looks today, in words: what was granted, else the areas of its person's duties."""
    if account.role not in TERRITORIAL:
        return []
    held = await granted(connection, account)
    if account.person_id is not None:
        held += await _territories(connection, BY_DUTY, account.person_id)
    valid = [one for one in held if one.valid_from <= today and (one.valid_to is None or one.valid_to >= today)]
    return list({(one.level, one.code): one for one in valid}.values())


def today_of(account: Account, now: datetime) -> date:
    """The day it is in the account's district."""
    return now.astimezone(ZoneInfo(account.time_zone)).date()


def _check(account: Account, asked: Grant) -> None:
    if account.role not in TERRITORIAL:
        raise BadTerritory(
            f"The role {account.role.value} has no territory.",
            field="role",
            value=account.role.value,
            remedy="It sees its own reports, those in its hand, or the accounts of its district.",
        )
    if (asked.level is None) == (asked.group is None):
        raise BadTerritory("Name a level or a group.", field="level", remedy="Give the one or the other with its code.")
    if asked.valid_to is not None and asked.valid_to < asked.valid_from:
        raise BadTerritory("The last day lies before the first.", field="valid_to", remedy="Give a later last day.")


async def _id(connection: AsyncConnection[Any], statement: str, account: Account, asked: Grant) -> int:
    given = {"district": account.district_id, "level": asked.level, "group": asked.group, "code": asked.code}
    row = await (await connection.execute(statement, given)).fetchone()
    if row is None:
        raise UnknownTerritory(
            "The district has no such area or group.",
            field="code",
            value=asked.code,
            remedy="Give the key of a level, or the kind of a group, and a code of it.",
        )
    return int(row[0])


async def _territories(connection: AsyncConnection[Any], statement: str, owner_id: int) -> list[Territory]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(statement, [owner_id])
    return [Territory(**row) for row in await cursor.fetchall()]


def _told(territory: Territory) -> dict[str, Any]:
    return {
        "level": territory.level,
        "code": territory.code,
        "valid_from": territory.valid_from.isoformat(),
        "valid_to": territory.valid_to and territory.valid_to.isoformat(),
    }
