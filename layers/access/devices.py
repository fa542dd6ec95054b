"""Phones and machines: who stands behind a device's secret, and how one is added, revoked, or reported lost."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from geo.positions import Datum
from layers.access.accounts import record
from layers.access.permissions import SignInNeeded
from layers.access.records import Account, Device, DeviceKind, NewDevice
from layers.access.territories import scope_of
from layers.actors import Actor, Role
from layers.refusals import NotFound, Refusal
from layers.traces.records import EventName

LASTS = {DeviceKind.PHONE: timedelta(days=30), DeviceKind.MACHINE: timedelta(days=365)}
LONGEST_DAYS = 730
#: How exactly the last sight of a device is kept: not a write for every request.
SEEN_EVERY = timedelta(minutes=1)

FIND = """
select d.id as device_id, d.kind, d.datum, d.requests_per_minute, d.seen_at, d.lost_at, a.id, a.role, a.district_id,
    a.person_id, t.time_zone
from devices d join accounts a on a.id = d.account_id join districts t on t.id = a.district_id
where d.token_digest = %(digest)s and d.expires_at > %(now)s and a.locked_at is null
    and (d.revoked_at is null or d.lost_at is not null)
"""
SEEN = "update devices set seen_at = %s where id = %s"
ADD = """
insert into devices (account_id, kind, name, token_digest, datum, requests_per_minute, made_at, expires_at)
values (%(account)s, %(kind)s, %(name)s, %(digest)s, %(datum)s, %(requests)s, %(now)s, %(expires)s) returning id
"""
REVOKE = "update devices set revoked_at = coalesce(revoked_at, %s) where id = %s"
LOSE = "update devices set lost_at = coalesce(lost_at, %s) where id = %s"
SELECT = """
select d.id, d.account_id, a.login, d.kind, d.name, d.datum, d.requests_per_minute, d.made_at, d.seen_at, d.expires_at,
    d.revoked_at, d.lost_at
from devices d join accounts a on a.id = d.account_id
"""
OF_ACCOUNT = f"{SELECT} where d.account_id = %s order by d.id desc"
OF_DISTRICT = f"""
{SELECT} where d.kind = %(kind)s and (%(district)s::bigint is null or a.district_id = %(district)s) order by d.id desc
"""
ONE = f"{SELECT} where d.id = %s"


class UnknownDevice(NotFound):
    """There is no such device, or it is another's."""


class DeviceLost(SignInNeeded):
    """The device was reported lost: the app on it wipes what it holds."""


class WrongKind(Refusal):
    """A machine's secret needs a machine's account, and a phone's one of a person."""


async def actor_of_device(
    connection: AsyncConnection[Any], token: str, *, now: datetime, seen: bool = True
) -> Actor | None:
    """Who stands behind a device's secret, None where it is unknown, expired, revoked or its account locked.

    Raises:
        DeviceLost: the device was reported lost.
    """
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(FIND, {"digest": _digest(token), "now": now})
    row = await cursor.fetchone()
    if row is None:
        return None
    if row["lost_at"] is not None:
        raise DeviceLost("This device was reported lost.", remedy="Forget everything it holds, and sign in anew.")
    if seen and (row["seen_at"] is None or now - row["seen_at"] >= SEEN_EVERY):
        await connection.execute(SEEN, [now, row["device_id"]])
    return await _actor(connection, row, now)


async def add_device(
    connection: AsyncConnection[Any], account: Account, new: NewDevice, *, actor: str, now: datetime
) -> tuple[Device, str]:
    """Add a phone or a machine; the device and its secret, which is told this once.

    Raises:
        WrongKind: the account is not one for this kind of device.
    """
    if (account.role is Role.MACHINE) != (new.kind is DeviceKind.MACHINE):
        raise WrongKind(
            f"An account with the role {account.role.value} has no {new.kind.value}.",
            field="kind",
            value=new.kind.value,
            remedy="Machines belong to accounts with the role machine, phones to those of people.",
        )
    token = f"wgd_{secrets.token_urlsafe(32)}"
    given = {
        "account": account.id,
        "kind": new.kind.value,
        "name": new.name,
        "digest": _digest(token),
        "datum": new.datum and new.datum.value,
        "requests": new.requests_per_minute,
        "now": now,
        "expires": now + (new.lasts or LASTS[new.kind]),
    }
    [device_id] = await (await connection.execute(ADD, given)).fetchone() or [0]
    facts = {"device": device_id, "kind": new.kind.value, "datum": given["datum"]}
    await record(connection, EventName.DEVICE_ADDED, account, facts, actor=actor, now=now)
    return await device_of(connection, device_id), token


async def devices_of(connection: AsyncConnection[Any], account: Account) -> list[Device]:
    """Every device an account ever had, newest first."""
    return await _devices(connection, OF_ACCOUNT, [account.id])


async def machines(connection: AsyncConnection[Any], district_id: int | None) -> list[Device]:
    """Every machine of a district (None: of all), newest first."""
    return await _devices(connection, OF_DISTRICT, {"kind": DeviceKind.MACHINE.value, "district": district_id})


async def device_of(connection: AsyncConnection[Any], device_id: int) -> Device:
    """The device with this id; raises `UnknownDevice`."""
    found = await _devices(connection, ONE, [device_id])
    if not found:
        raise UnknownDevice("There is no such device.", field="device", remedy="List them first.")
    return found[0]


async def own_device(connection: AsyncConnection[Any], account: Account, device_id: int) -> Device:
    """A device of this account; raises `UnknownDevice`."""
    device = await device_of(connection, device_id)
    if device.account_id != account.id:
        raise UnknownDevice("There is no such device.", field="device", remedy="GET /api/v1/my/devices lists yours.")
    return device


async def revoke_device(
    connection: AsyncConnection[Any], account: Account, device: Device, *, lost: bool = False, actor: str, now: datetime
) -> None:
    """End a device's secret; one reported lost is told so when it asks, and wipes itself."""
    await connection.execute(LOSE if lost else REVOKE, [now, device.id])
    name = EventName.DEVICE_LOST if lost else EventName.DEVICE_REVOKED
    await record(connection, name, account, {"device": device.id, "kind": device.kind.value}, actor=actor, now=now)


async def _actor(connection: AsyncConnection[Any], row: Mapping[str, Any], now: datetime) -> Actor:
    scope = await scope_of(connection, row, today=now.astimezone(ZoneInfo(row["time_zone"])).date())
    machine = Role(row["role"]) is Role.MACHINE
    name = f"device:{row['device_id']}" if machine else f"account:{row['id']}"
    return Actor(
        name,
        Role(row["role"]),
        replace(scope, sender=name) if machine else scope,
        district_id=row["district_id"],
        account_id=row["id"],
        person_id=row["person_id"],
        datum=row["datum"],
        requests_per_minute=row["requests_per_minute"],
    )


async def _devices(connection: AsyncConnection[Any], statement: str, given: Any) -> list[Device]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(statement, given)
    return [
        Device(**{**row, "kind": DeviceKind(row["kind"]), "datum": row["datum"] and Datum(row["datum"])})
        for row in await cursor.fetchall()
    ]


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
