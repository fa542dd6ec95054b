"""The post: what is due goes out, each endpoint in a lane of its own, sent outside of any transaction.

A message that went out while this process died goes out again when its lease is over, under the same id.
"""

from __future__ import annotations

import asyncio
import logging

from api.clock import Clock
from api.database import Database
from api.gateways import Gateways
from api.logs import event, fault
from api.outbound import Outcome, Result
from layers.access.sealing import Seal, SealBroken
from layers.actors import DESK
from layers.notices.deliveries import claim, mark_dead, mark_failed, mark_sent
from layers.notices.records import Channel, Delivery

#: What was begun is brought to its end when the worker stops, so that it need not go out twice.
GRACE_S = 5.0
LOOK_AGAIN_S = 0.2


class Post:
    """Sends what is due; `send_due` returns while slow ones are still under way."""

    def __init__(self, database: Database, gateways: Gateways, seal: Seal, *, clock: Clock) -> None:
        self._database, self._gateways, self._seal = database, gateways, seal
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def channels(self) -> frozenset[Channel]:
        """By what accounts can be told here."""
        return self._gateways.channels

    async def send_due(self) -> int:
        """Take what is due and send it, until nothing more can be taken now; how many were taken."""
        taken = 0
        while True:
            async with self._database.filing(DESK) as connection:
                found = await claim(connection, lanes=self._gateways.channels, now=self._clock())
            if not found:
                return taken
            taken += len(found)
            for one in found:
                self._begin(one)
            # Whoever is slow is not waited for: others may have something by now.
            await asyncio.wait(self._under_way, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        """Bring what was begun to its end, within the grace."""
        if self._under_way:
            _, left = await asyncio.wait(self._under_way, timeout=GRACE_S)
            for one in left:
                one.cancel()

    def _begin(self, one: Delivery) -> None:
        task = asyncio.create_task(self._deliver(one))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, one: Delivery) -> None:
        try:
            outcome = await self._sent(one)
            await self._mark(one, outcome)
        except Exception as error:  # noqa: BLE001 - the lease runs out and it goes out again; the fault is logged
            fault("delivery_failed", error, delivery=one.id, lane=one.lane)

    async def _sent(self, one: Delivery) -> Outcome:
        try:
            return await self._gateways.send(one, self._seal, now=self._clock())
        except SealBroken:
            return Outcome(Result.REFUSED, "seal_broken")

    async def _mark(self, one: Delivery, outcome: Outcome) -> None:
        now, dead = self._clock(), outcome.result is Result.REFUSED
        async with self._database.filing(DESK) as connection:
            if outcome.result is Result.SENT:
                await mark_sent(connection, one, now=now)
            elif dead:
                await mark_dead(connection, one, outcome.fault, now=now)
            else:
                dead = await mark_failed(connection, one, outcome.fault, now=now)
        if dead:
            event("delivery_dead", level=logging.WARNING, delivery=one.id, lane=one.lane, fault=outcome.fault)
