"""Accounts of a scratch district by which a bench asks, as real clients do: a machine that files, a dispatcher."""

from __future__ import annotations

from typing import Any

import psycopg

from api.clock import now
from layers.access.accounts import add_account
from layers.access.devices import add_device
from layers.access.granting import Grant, grant
from layers.access.records import Account, DeviceKind, NewAccount, NewDevice
from layers.actors import DESK, Role, job

ACTOR = "job:bench"
#: A bench must meet the service's own limits, not the default allowance of one machine.
REQUESTS_PER_MINUTE = 10_000_000


async def token(url: str, role: Role) -> str:
    """The secret of a device of a new account: of a machine, or of someone of the whole district."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute("select id, code from districts order by id limit 1")).fetchone()
        assert row is not None, "a scratch database holds a district"
        moment = now()
        login = f"bench-{role.value}-{moment:%H%M%S%f}"
        new = NewAccount(district_id=row[0], login=login.replace("_", "-"), role=role)
        account = await add_account(connection, new, actor=ACTOR, now=moment)
        if role is not Role.MACHINE:
            await _grant_district(connection, account, row[1])
        kind = DeviceKind.MACHINE if role is Role.MACHINE else DeviceKind.PHONE
        device = NewDevice(kind=kind, name="bench", requests_per_minute=REQUESTS_PER_MINUTE)
        _, secret = await add_device(connection, account, device, actor=ACTOR, now=moment)
    return secret


def bearer(secret: str) -> dict[str, str]:
    """The header that shows a secret."""
    return {"Authorization": f"Bearer {secret}"}


async def _grant_district(connection: psycopg.AsyncConnection[Any], account: Account, code: str) -> None:
    root = "select key from levels where district_id = %s and depth = 0"
    found = await connection.execute(root, [account.district_id])
    row = await found.fetchone()
    assert row is not None
    asked = Grant(level=str(row[0]), code=code, valid_from=now().date())
    await grant(connection, account, asked, actor=job("bench", DESK), now=now())
