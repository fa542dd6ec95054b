"""Months as everybody sees them, worked out once for all who ask within a minute."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import NamedTuple

from api.database import Database
from layers.actors import DESK
from layers.areas.records import CompiledEdition
from layers.reports.public import Month, PublicMonth, public_month

LIFE_S = 60.0
MOST_KEPT = 24


class _Asked(NamedTuple):
    district_id: int
    edition_id: int
    month: Month


class _Kept(NamedTuple):
    made: asyncio.Task[PublicMonth]
    until_s: float


class PublicShelf:
    """The months asked for lately; whoever asks while one is being worked out waits for that one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[_Asked, _Kept] = OrderedDict()

    async def month(self, compiled: CompiledEdition, month: Month) -> PublicMonth:
        """A month of a district, a minute old at most."""
        asked = _Asked(compiled.district.id, compiled.edition.id, month)
        kept = self._kept.get(asked)
        if kept is None or time.monotonic() >= kept.until_s:
            kept = _Kept(asyncio.create_task(self._made(compiled, month)), time.monotonic() + LIFE_S)
            self._kept[asked] = kept
            self._kept.move_to_end(asked)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(kept.made)
        except Exception:
            self._kept.pop(asked, None)
            raise

    async def _made(self, compiled: CompiledEdition, month: Month) -> PublicMonth:
        async with self._database.reading(DESK) as connection:
            return await public_month(connection, compiled, month)
