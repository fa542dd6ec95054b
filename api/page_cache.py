"""Rendered pages, kept for a short while: drawing one takes a thread a good part of a second."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

LIFE_S = 30.0
MOST_KEPT = 64


class PageCache:
    """Pages by what they show; many who ask at once wait for one rendering."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[float, asyncio.Task[bytes]]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The page under `key`, made in a thread unless it is there and young."""
        made_s, task = self._kept.get(key, (0.0, None))
        if task is None or time.monotonic() - made_s > LIFE_S or _failed(task):
            task = asyncio.create_task(asyncio.to_thread(make))
            self._kept[key] = (time.monotonic(), task)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return await asyncio.shield(task)


def _failed(task: asyncio.Task[bytes]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
