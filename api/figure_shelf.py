"""Figures of whole levels for maps, counted once for everyone who looks within the same second."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from api.area_pages import edition_areas
from api.clock import Clock
from api.database import Database
from api.locators import Served
from api.recently import RecentFigures
from api.standing import StandingFigures
from layers.actors import Scope
from layers.workload.queries import sheet
from layers.workload.records import WorkloadSheet

#: So old may figures be; a map says the moment they are of.
LIFE_S = 1.0
MOST_KEPT = 64
MOST_CHOICES = 32
PACKING = 5


class Asked(NamedTuple):
    """Whose figures: what differs in any of these is counted apart."""

    district_id: int
    level: str | None
    edition: int | None
    territory: Scope


class Told(NamedTuple):
    """Figures as they are sent: plain, and packed with gzip."""

    plain: bytes
    packed: bytes


class Slow(NamedTuple):
    """What of the figures changes slowly, and is kept."""

    standing: StandingFigures
    recent: RecentFigures


class Figures:
    """The figures of one moment, and what has been told of them."""

    def __init__(self, sheet: WorkloadSheet) -> None:
        self.sheet = sheet
        self._told: dict[Hashable, asyncio.Task[Told]] = {}

    async def told(self, choice: Hashable, tell: Callable[[WorkloadSheet], bytes]) -> Told:
        """The figures as `tell` writes them; whoever makes the same choice shares what was written."""
        task = self._told.get(choice)
        if task is None:
            task = asyncio.create_task(asyncio.to_thread(_told, self.sheet, tell))
            if len(self._told) < MOST_CHOICES:
                self._told[choice] = task
        return await asyncio.shield(task)


class FigureShelf:
    """Counts the figures of a level when they are asked for; whoever asks within a second shares them."""

    def __init__(self, database: Database, slow: Slow, clock: Clock) -> None:
        self._database = database
        self._slow = slow
        self._clock = clock
        self._kept: OrderedDict[Asked, tuple[float, asyncio.Task[Figures]]] = OrderedDict()

    async def figures(self, served: Served, asked: Asked, *, anew: bool = False) -> Figures:
        """The figures, at most a second old; `anew` counts them now, and whoever asks next shares these."""
        began_s, task = self._kept.get(asked, (0.0, None))
        if task is None or anew or time.monotonic() - began_s > LIFE_S or _failed(task):
            task = asyncio.create_task(self._count(served, asked))
            self._kept[asked] = (time.monotonic(), task)
            self._kept.move_to_end(asked)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        # Who asked may go away; the others still wait.
        return await asyncio.shield(task)

    async def _count(self, served: Served, asked: Asked) -> Figures:
        async with self._database.reading(asked.territory) as connection:
            return Figures(
                await counted(
                    connection,
                    served,
                    self._slow,
                    scope=asked.territory,
                    level=asked.level,
                    edition=asked.edition,
                    now=self._clock(),
                )
            )


def territory(scope: Scope) -> Scope:
    """What of a scope decides figures: where someone looks, not who they are. So all of one territory share them."""
    return Scope(paths=scope.paths, districts=scope.districts, desk=scope.desk)


async def counted(
    connection: AsyncConnection,
    served: Served,
    slow: Slow,
    *,
    scope: Scope,
    level: str | None,
    edition: int | None,
    now: datetime,
) -> WorkloadSheet:
    """The sheet of a level (without one, the cells) under an edition (without one, that in force), counted now."""
    district = served.district
    chosen = district.levels[-1] if level is None else district.level(level)
    found = await edition_areas(connection, served, edition)
    stands = await slow.standing.of(connection, found, chosen, scope=scope, on=now.astimezone(district.zone).date())
    went = await slow.recent.of(connection, found, chosen, scope=scope, now=now)
    return await sheet(
        connection,
        scope=scope,
        district=district,
        edition=found.edition,
        level=chosen,
        stands=stands,
        went=went,
        now=now,
    )


def _told(sheet: WorkloadSheet, tell: Callable[[WorkloadSheet], bytes]) -> Told:
    plain = tell(sheet)
    return Told(plain, gzip.compress(plain, PACKING, mtime=0))


def _failed(task: asyncio.Task[Figures]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
