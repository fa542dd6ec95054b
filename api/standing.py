"""The areas of whole levels, their residents and workers, kept for a minute: they change with imports alone."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from api.area_pages import Areas
from layers.actors import Scope
from layers.districts.records import Level
from layers.scope import at_the_desk
from layers.workload.queries import Standing, standing

LIFE_S = 60.0
MOST_KEPT = 32


class StandingFigures:
    """The standing figures of the levels that are looked at."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int, date], tuple[float, Standing]] = OrderedDict()

    async def of(self, connection: AsyncConnection, areas: Areas, level: Level, *, scope: Scope, on: date) -> Standing:
        """The figures of one level, at most a minute old; counted once for everyone, and not in the asker's scope."""
        edition = areas.edition
        key = (edition.id, edition.row_version, level.depth, on)
        made_s, found = self._kept.get(key, (0.0, None))
        if found is None or time.monotonic() - made_s > LIFE_S:
            async with at_the_desk(connection, scope):
                found = await standing(connection, edition, level, areas.of_level(level.depth), on=on)
            self._kept[key] = (time.monotonic(), found)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found
