"""How the last thirty days went, level by level: counted for everyone at once, and anew behind their backs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.area_pages import Areas
from api.database import Database
from layers.actors import DESK, Scope
from layers.districts.records import Level
from layers.scope import at_the_desk
from layers.workload.lately import Lately, lately

log = logging.getLogger(__name__)
#: A figure of thirty days need not be younger; counting it by cell takes the better part of a second.
LIFE_S = 120.0
MOST_KEPT = 32

Key = tuple[int, int, int]


class _Kept(NamedTuple):
    """What was counted, and when."""

    made_s: float
    went: Mapping[str, Lately]


class RecentFigures:
    """The last thirty days of the levels that are looked at; only whoever looks first waits for the count."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._coming: dict[Key, asyncio.Task[None]] = {}

    async def of(
        self, connection: AsyncConnection, areas: Areas, level: Level, *, scope: Scope, now: datetime
    ) -> Mapping[str, Lately]:
        """By code, how the areas of a level did, a few minutes old at most while somebody looks."""
        key = (areas.edition.id, areas.edition.row_version, level.depth)
        kept = self._kept.get(key)
        if kept is None:
            # On the asker's own connection: who holds one must not wait for a second.
            async with at_the_desk(connection, scope):
                return await self._count(connection, areas, level, now)
        if time.monotonic() - kept.made_s > LIFE_S and key not in self._coming:
            self._coming[key] = asyncio.create_task(self._count_anew(key, areas, level, now))
        return kept.went

    async def _count_anew(self, key: Key, areas: Areas, level: Level, now: datetime) -> None:
        try:
            async with self._database.reading(DESK) as connection:
                await self._count(connection, areas, level, now)
        except (psycopg.Error, SQLAlchemyError, OSError) as error:
            # Those of before are served until it succeeds.
            log.warning("The last thirty days could not be counted: %s", type(error).__name__)
        finally:
            del self._coming[key]

    async def _count(
        self, connection: AsyncConnection, areas: Areas, level: Level, now: datetime
    ) -> Mapping[str, Lately]:
        began_s, edition = time.monotonic(), areas.edition
        went = await lately(
            connection,
            district=areas.district,
            edition=edition,
            level=level,
            areas=areas.of_level(level.depth),
            now=now,
        )
        self._kept[(edition.id, edition.row_version, level.depth)] = _Kept(began_s, went)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return went
