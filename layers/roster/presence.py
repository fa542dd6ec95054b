"""Presence (在岗位置): where someone on duty was last. Off unless they share it, for a purpose and until a time.

There is one position for each person, overwritten each time: never a track. It is no longer shown when it is older
than the district keeps it, or when the time it was shared until has come; the retention round then erases it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection as Questions

from geo.crs import STORAGE_SRID
from geo.datum import position_to_storage
from geo.positions import Datum, LonLat
from layers.actors import Actor, Scope
from layers.refusals import NotFound, Refusal
from layers.roster.records import LookPurpose
from layers.roster.tables import PositionRow, person_labels
from layers.scope import areas_seen
from layers.traces.recording import trace_all
from layers.traces.records import Event, EventName

#: The longest a position is shared before its owner has to say so again: a shift.
LONGEST = timedelta(hours=12)
MOST_SEEN = 200

KEEP = """
insert into positions (person_id, account_id, geom, accuracy_m, datum, area_path, purpose, at, until)
values (
    %(person)s, %(account)s, st_setsrid(st_makepoint(%(lon)s, %(lat)s), %(srid)s), %(accuracy_m)s, %(datum)s, %(path)s,
    %(purpose)s, %(at)s, %(until)s
)
on conflict (person_id) do update set account_id = excluded.account_id, geom = excluded.geom,
    accuracy_m = excluded.accuracy_m, datum = excluded.datum, area_path = excluded.area_path,
    purpose = excluded.purpose, at = excluded.at, until = excluded.until
"""
STOP = "delete from positions where person_id = %s"
OVER = """
person_id in (select id from people where district_id = %s) and (at < %s or until < %s)
"""
FORGET = f"delete from positions where {OVER}"  # noqa: S608 - the text is our own # nosec B608
COUNT_OVER = f"select count(*) from positions where {OVER}"  # noqa: S608 - the text is our own # nosec B608


class NotInRoster(Refusal):
    """The account belongs to nobody in the roster, so there is no presence to share."""


class BadSharing(Refusal):
    """A position shared until a time that is over, or too long."""


class NothingShared(NotFound):
    """There is no position of one's own."""


class Purpose(StrEnum):
    """Why a position is shared; whoever looks at it sees this."""

    PATROL = "patrol"
    HANDLING = "handling"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Sharing:
    """A position as it is shared: as given, in its datum; `path` is that of the cell it lies in."""

    given: LonLat
    datum: Datum
    accuracy_m: float | None
    path: str | None
    purpose: Purpose
    until: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """Where someone was last, by their number in the roster."""

    person_id: int
    account_id: int | None
    number: str
    role: str
    position: LonLat
    accuracy_m: float | None
    purpose: str
    at: datetime
    until: datetime


async def share(connection: AsyncConnection[Any], sharing: Sharing, *, actor: Actor, now: datetime) -> None:
    """Share one's own position, in a transaction in the actor's scope; the one before is overwritten.

    Raises:
        NotInRoster: the actor is nobody in the roster.
        BadSharing: the end is not between now and `LONGEST` from now.
    """
    person = _person(actor)
    if not now < sharing.until <= now + LONGEST:
        raise BadSharing(
            "A position is shared until a time within the next 12 hours.",
            field="until",
            value=sharing.until.isoformat(),
            remedy="Give the end of the shift, and share again in the next one.",
        )
    stored = position_to_storage(sharing.given, sharing.datum)
    given = {
        "person": person,
        "account": actor.account_id,
        "lon": stored.lon,
        "lat": stored.lat,
        "srid": STORAGE_SRID,
        "accuracy_m": sharing.accuracy_m,
        "datum": sharing.datum.value,
        "path": sharing.path,
        "purpose": sharing.purpose.value,
        "at": now,
        "until": sharing.until,
    }
    await connection.execute(KEEP, given)


async def stop_sharing(connection: AsyncConnection[Any], *, actor: Actor) -> None:
    """Take one's position away at once; nothing happens where there is none.

    Raises:
        NotInRoster: the actor is nobody in the roster.
    """
    await connection.execute(STOP, [_person(actor)])


async def own_presence(connection: Questions, *, actor: Actor) -> Presence:
    """What is known about one's own position, also when nobody else is shown it any more.

    Raises:
        NotInRoster: the actor is nobody in the roster.
        NothingShared: there is none.
    """
    row = (await connection.execute(_presences().where(PositionRow.person_id == _person(actor)))).one_or_none()
    if row is None:
        raise NothingShared("No position of yours is known.", remedy="Nothing has to be done.")
    return _presence(row)


async def presences(
    connection: Questions, *, scope: Scope, path: str | None, not_before: datetime, now: datetime
) -> tuple[tuple[Presence, ...], bool]:
    """Where those are who share it, in the scope's territory and there below `path`, by number.

    `not_before`: positions older than that are not shown. At most `MOST_SEEN`, and whether there are more.
    """
    statement = _presences().where(
        areas_seen(PositionRow.area_path, scope), PositionRow.at >= not_before, PositionRow.until > now
    )
    if path is not None:
        statement = statement.where(areas_seen(PositionRow.area_path, Scope(paths=(path,))))
    rows = await connection.execute(statement.order_by(person_labels.c.number).limit(MOST_SEEN + 1))
    found = [_presence(row) for row in rows]
    return tuple(found[:MOST_SEEN]), len(found) > MOST_SEEN


async def trace_reading(
    connection: AsyncConnection[Any], seen: Iterable[Presence], purpose: LookPurpose, *, actor: Actor, now: datetime
) -> None:
    """Write down whose position is about to be shown to whom: one trace for each, committed before the answer."""
    role = actor.role.value if actor.role else None
    events = [
        Event(
            EventName.POSITION_READ,
            actor.district_id,
            f"person:{one.number}",
            account_id=one.account_id,
            facts={"fields": ["position"], "purpose": purpose.value, "role": role},
        )
        for one in seen
    ]
    if events:
        await trace_all(connection, events, actor=actor.name, now=now)


async def forget_positions(
    connection: AsyncConnection[Any], district_id: int, *, before: datetime, now: datetime
) -> int:
    """Erase the positions that are older than `before`, or were shared until before now; how many."""
    return (await connection.execute(FORGET, [district_id, before, now])).rowcount


async def count_positions_over(
    connection: AsyncConnection[Any], district_id: int, *, before: datetime, now: datetime
) -> int:
    """How many positions are due to be erased."""
    row = await (await connection.execute(COUNT_OVER, [district_id, before, now])).fetchone()
    assert row is not None
    return int(row[0])


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotInRoster("This account belongs to nobody in the roster.", remedy="Have it joined to a person.")
    return actor.person_id


def _presences() -> Select[Any]:
    return select(
        PositionRow.person_id,
        PositionRow.account_id,
        PositionRow.accuracy_m,
        PositionRow.purpose,
        PositionRow.at,
        PositionRow.until,
        func.ST_X(PositionRow.geom).label("lon"),
        func.ST_Y(PositionRow.geom).label("lat"),
        person_labels.c.number,
        person_labels.c.role,
    ).join(person_labels, person_labels.c.id == PositionRow.person_id)


def _presence(row: Row[Any]) -> Presence:
    return Presence(
        person_id=row.person_id,
        account_id=row.account_id,
        number=row.number,
        role=row.role,
        position=LonLat(row.lon, row.lat),
        accuracy_m=row.accuracy_m,
        purpose=row.purpose,
        at=row.at,
        until=row.until,
    )
