"""The worker: rounds of background work, each on its own beat, beside the service or in a process of its own.

Several workers may run at once: the journal is pumped under a lock, and waiting reports are taken by whoever is first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg.errors import DeadlockDetected
from psycopg_pool import PoolClosed, PoolTimeout
from sqlalchemy.exc import SQLAlchemyError

from api.clock import Clock, now
from api.database import Database
from api.enforcing import Adopt, enforce_due
from api.logs import event, fault
from api.posting import Post
from api.retention import erase_due
from layers.actors import DESK
from layers.districts.queries import districts
from layers.notices.deliveries import tidy
from layers.notices.producing import BATCH as NOTICED
from layers.notices.producing import produce
from layers.notices.records import Channel
from layers.reports.sealing import seal_yesterday
from layers.reports.setting import Setting, setting_of
from layers.reports.steps.sweeping import (
    BATCH,
    assign_waiting,
    date_clocks,
    sweep_overdue,
    sweep_suspended,
    sweep_whistles,
)
from layers.reports.sweep import pump
from layers.traces.verifying import head_of

ACTOR = "worker"
#: Often, because it is cheap: where nothing waits, it writes and locks nothing. Filings that notified of themselves
#: would be half as many in a second: the database lets no two commit together that do.
PUMP_EVERY_S = 0.2
HEARTBEAT_EVERY_S = 60.0
RETENTION_EVERY_S = 60.0
DAY_S = 86_400.0
NOTICES_EVERY_S = 1.0
TIDY_EVERY_S = 3_600.0
CLOCKS_EVERY_S = 5.0
DATE_EVERY_S = 60.0
#: Once more after a calendar came: reports may have been filed beside the first pass, by whoever had not seen it.
DATING_PASSES = 2
SEAL_EVERY_S = 60.0
PLANS_EVERY_S = 2.0
DATABASE_ERRORS = (psycopg.Error, PoolClosed, PoolTimeout, SQLAlchemyError, OSError)


@dataclass(frozen=True, slots=True)
class Round:
    """A piece of work that is done again and again."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[int]]


class BatchWork(Protocol):
    """Work on one batch of reports above an id: how many it did something to, and the id to go on after."""

    async def __call__(
        self, connection: psycopg.AsyncConnection[Any], setting: Setting, *, now: datetime, after: int
    ) -> tuple[int, int | None]:
        """Work in the caller's transaction."""


class Worker:
    """Runs its rounds until cancelled; `last_beat_s` is when one last came to its end, on the monotonic clock."""

    def __init__(
        self, database: Database, *, post: Post | None = None, clock: Clock = now, adopt: Adopt | None = None
    ) -> None:
        """Without a `post`, notices are made and read here, and nothing goes out; `adopt` takes new editions."""
        self._database = database
        self._post = post
        self._clock = clock
        self._adopt = adopt
        self.last_beat_s: float | None = None
        #: By district: the years of its calendar, and how many passes they still want.
        self._dating: dict[int, tuple[Mapping[int, int], int]] = {}
        self.rounds = (
            Round("pump", PUMP_EVERY_S, self.pump),
            Round("assign_waiting", 30.0, self.assign_waiting),
            Round("clocks", CLOCKS_EVERY_S, self.sweep_clocks),
            Round("deadlines", DATE_EVERY_S, self.date_clocks),
            Round("plans", PLANS_EVERY_S, self.enforce_plans),
            Round("seal", SEAL_EVERY_S, self.seal_days),
            Round("retention", RETENTION_EVERY_S, self.erase_due),
            Round("trail_head", DAY_S, self.tell_head),
            Round("notices", NOTICES_EVERY_S, self.make_notices),
            Round("tidy_notices", TIDY_EVERY_S, self.tidy_notices),
            *(() if post is None else (Round("post", NOTICES_EVERY_S, post.send_due),)),
        )

    async def run(self) -> None:
        """Every round on its beat, and a line in the log that says the worker lives."""
        try:
            async with asyncio.TaskGroup() as group:
                for one in self.rounds:
                    group.create_task(self._repeat(one))
                group.create_task(self._heartbeat())
        finally:
            if self._post is not None:
                await self._post.close()

    async def pump(self) -> int:
        """Move what the journal gained into the stream."""
        async with self._database.filing(DESK) as connection:
            return await pump(connection)

    async def assign_waiting(self) -> int:
        """Give reports that wait to whoever has come on duty, batch by batch; returns how many found someone."""
        return sum([await self._through(assign_waiting, setting) for setting in await self._settings()])

    async def date_clocks(self) -> int:
        """Give clocks their deadline that waited for a year's calendar, after a start and whenever calendars differ."""
        given = 0
        for setting in await self._settings():
            versions = setting.calendar.versions
            seen, left = self._dating.get(setting.district.id, ({}, 0))
            left = left if versions == seen else DATING_PASSES
            given += await self._through(date_clocks, setting) if left else 0
            self._dating[setting.district.id] = (versions, max(left - 1, 0))
        return given

    async def _through(self, work: BatchWork, setting: Setting) -> int:
        """A whole round of work that goes through reports by their ids, batch by batch."""
        done = 0
        after: int | None = 0
        while after is not None:
            async with self._database.filing(DESK) as connection:
                found, after = await work(connection, setting, now=self._clock(), after=after)
            done += found
        return done

    async def _settings(self) -> list[Setting]:
        async with self._database.reading() as connection:
            return [await setting_of(connection, one, locating=False) for one in await districts(connection)]

    async def sweep_clocks(self) -> int:
        """Do what time has done: clocks run out, suspensions end, units have not come; batch by batch."""
        done = 0
        for setting in await self._settings():
            for sweep in (sweep_overdue, sweep_suspended, sweep_whistles):
                swept = BATCH
                while swept == BATCH:
                    async with self._database.filing(DESK) as plain:
                        swept = await sweep(plain, setting, now=self._clock())
                    done += swept
        return done

    async def enforce_plans(self) -> int:
        """Put approved plans in force whose moment has come."""
        return await enforce_due(self._database, self._clock, self._adopt)

    async def seal_days(self) -> int:
        """Seal the record of each district once its day is over; the seal is told in the log, to be kept elsewhere."""
        async with self._database.reading() as connection:
            known = await districts(connection)
        made = 0
        for district in known:
            async with self._database.filing(DESK) as plain:
                seal = await seal_yesterday(plain, district, now=self._clock())
            if seal is not None:
                event("record_sealed", district=district.code, entries=seal.entries, seal=seal.text)
                made += 1
        return made

    async def make_notices(self) -> int:
        """Tell whom it concerns what was pumped since, batch by batch; how many entries were looked at."""
        done, batch = 0, NOTICED
        while batch == NOTICED:
            async with self._database.filing(DESK) as connection:
                channels = frozenset[Channel]() if self._post is None else self._post.channels
                batch = await produce(connection, channels=channels, now=self._clock())
            done += batch
        return done

    async def tidy_notices(self) -> int:
        """Forget what was sent long ago, and notices that are old; how much."""
        async with self._database.filing(DESK) as connection:
            return await tidy(connection, now=self._clock())

    async def erase_due(self) -> int:
        """Erase what is kept no longer; how much."""
        done = await erase_due(self._database, self._clock())
        total = sum(done.values())
        if total:
            event("retention_done", **done)
        return total

    async def tell_head(self) -> int:
        """Say in the log where the chain of traces ends: kept elsewhere, it shows a chain that was made anew."""
        async with self._database.filing(DESK) as connection:
            head = await head_of(connection)
        event("trail_head", head=str(head))
        return 0

    async def _repeat(self, one: Round) -> None:
        away = False
        while True:
            try:
                done = await one.work()
            except DeadlockDetected:
                # It and somebody's step waited for each other's loads; what it had done by then is kept.
                continue
            except DATABASE_ERRORS as error:
                if not away:
                    event("round_failed", level=logging.WARNING, round=one.name, error=type(error).__name__)
                away = True
            except Exception as error:  # noqa: BLE001 - one broken round must not stop the others; it is logged
                fault("round_failed", error, round=one.name)
            else:
                away = False
                self.last_beat_s = time.monotonic()
                if done:
                    event("round", level=logging.DEBUG, round=one.name, done=done)
            await asyncio.sleep(one.every_s)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY_S)
            beat = self.last_beat_s
            event("worker_alive", last_round_s=None if beat is None else round(time.monotonic() - beat, 1))
