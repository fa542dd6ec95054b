"""Allowances: how often someone may ask. Taken from the database in leases, spent in the process.

    all processes ──► allowances (one row for each rate and whom)
                        ▲ take: up to a twentieth of the rate at once
    one process ──► lease ──► spent one by one, without asking; lapses after some seconds

A lease begins with one and doubles while it is used up quickly: whoever asks seldom pays exactly, whoever asks often
costs one question to the database in many. Together, processes never give more than the rate allows; each holds back
at most one lease.
"""

from __future__ import annotations

import asyncio
import hmac
import math
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection

from layers.refusals import Refusal

MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=5)
#: A lease is at most this share of what a rate allows.
LARGEST_SHARE = 20
MOST_KEPT = 50_000
KEY_BYTES = 16
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: Rows this long spent say nothing any more.
FORGET_AFTER = timedelta(minutes=2)
FORGET_EVERY = timedelta(minutes=5)

TAKE = "select granted, free_s from take_allowance(%(key)s, %(wanted)s, %(most)s, %(period_s)s, %(now)s)"
FORGET = "delete from allowances where spent_until < %s"

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]


class TooManyRequests(Refusal):
    """More was asked than is allowed in this time; `retry_after_s` says when there is room again."""

    def __init__(self, message: str, *, retry_after_s: int, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in a `period`, all at once or spread over it; `name` keeps it apart from other rates."""

    name: str
    most: int
    period: timedelta = MINUTE


@dataclass(slots=True)
class _Lease:
    left: int = 0
    size: int = 0
    until: datetime = LONG_AGO
    refused_until: datetime = LONG_AGO
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def spend(self, now: datetime) -> bool:
        if self.left > 0 and now < self.until:
            self.left -= 1
            return True
        return False

    def wanted(self, rate: Rate, now: datetime) -> int:
        """Twice the last lease where it was used up in its time, else one."""
        doubled = self.size * 2 if self.left == 0 and now < self.until else 1
        return max(1, min(doubled, rate.most // LARGEST_SHARE))


class Allowances:
    """The leases of this process; `key` makes digests of whom they are for."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._leases: OrderedDict[tuple[Rate, str], _Lease] = OrderedDict()
        self._forgotten_at = LONG_AGO

    async def spend(self, connect: Connect, rate: Rate, whom: str, *, now: datetime) -> None:
        """Spend one of a rate for someone; raises `TooManyRequests` where none is left."""
        lease = self._lease(rate, whom)
        if lease.spend(now):
            return
        if now >= lease.refused_until:
            async with lease.turn:
                if lease.spend(now) or (
                    now >= lease.refused_until and await self._take(connect, lease, rate, whom, now)
                ):
                    return
        raise _refusal(lease.refused_until - now)

    def is_spent(self, rate: Rate, whom: str, *, now: datetime) -> bool:
        """Whether this process knows that nothing of a rate is left for someone."""
        lease = self._leases.get((rate, whom))
        return lease is not None and now < lease.refused_until

    async def _take(self, connect: Connect, lease: _Lease, rate: Rate, whom: str, now: datetime) -> bool:
        given = {
            "key": self._digest(rate, whom),
            "wanted": lease.wanted(rate, now),
            "most": rate.most,
            "period_s": rate.period.total_seconds(),
            "now": now,
        }
        async with connect() as connection:
            granted, free_s = await (await connection.execute(TAKE, given)).fetchone() or (0, 0.0)
            await self._forget(connection, now)
        if not granted:
            lease.refused_until = now + timedelta(seconds=free_s)
            return False
        lease.left, lease.size, lease.until = granted - 1, granted, now + LEASE
        return True

    async def _forget(self, connection: AsyncConnection[Any], now: datetime) -> None:
        if now - self._forgotten_at >= FORGET_EVERY:
            self._forgotten_at = now
            await connection.execute(FORGET, [now - FORGET_AFTER])

    def _lease(self, rate: Rate, whom: str) -> _Lease:
        lease = self._leases.setdefault((rate, whom), _Lease())
        self._leases.move_to_end((rate, whom))
        while len(self._leases) > MOST_KEPT:
            self._leases.popitem(last=False)
        return lease

    def _digest(self, rate: Rate, whom: str) -> bytes:
        return hmac.digest(self._key, f"{rate.name}:{whom}".encode(), sha256)[:KEY_BYTES]


def _refusal(wait: timedelta) -> TooManyRequests:
    seconds = max(1, math.ceil(wait.total_seconds()))
    return TooManyRequests(
        "Too many requests in this time.", retry_after_s=seconds, remedy=f"Ask again in {seconds} seconds, more slowly."
    )
