"""Outlines of levels, drawn once for each edition and kept packed in memory: they never change under their address."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from api.database import Database
from layers.areas.queries import polygons
from layers.areas.records import Area, Edition
from layers.districts.records import Level

if TYPE_CHECKING:
    from maps.outlines import Outlines

#: A district has a handful of levels, and only the edition in force is looked at all day.
MOST_KEPT = 24


@dataclass(frozen=True, slots=True)
class Shelved:
    """Outlines as they were made, and the same packed."""

    outlines: Outlines
    packed: bytes

    def name(self, edition: Edition, level: Level) -> str:
        """The name under which they are served: of other content it would be another name."""
        return f"{edition.number}-{level.key}-{self.outlines.digest}"


class OutlineShelf:
    """Makes the outlines of a level when they are first asked for; whoever asks meanwhile waits for the same ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[int, int], asyncio.Task[Shelved]] = OrderedDict()

    async def outlines(self, edition: Edition, level: Level) -> Shelved:
        """The outlines of one level of an edition."""
        key = (edition.id, level.depth)
        task = self._kept.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._kept[key] = asyncio.create_task(self._make(edition, level))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        # Who asked may go away; the others still wait.
        return await asyncio.shield(task)

    async def _make(self, edition: Edition, level: Level) -> Shelved:
        async with self._database.reading() as connection:
            areas, shapes = await polygons(connection, edition.id, depth=level.depth)
        return await asyncio.to_thread(_drawn, areas, shapes)


def _drawn(areas: list[Area], shapes: NDArray[np.object_]) -> Shelved:
    from maps.outlines import AreaOutline, outlines_json

    given = zip(areas, shapes, strict=True)
    made = outlines_json(AreaOutline(one.code, one.name, shape, one.label) for one, shape in given)
    return Shelved(made, gzip.compress(made.body, 9, mtime=0))
