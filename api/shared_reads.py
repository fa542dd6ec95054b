"""One read for all who ask for the same at the same time: two hundred consoles that hear of a change ask as one.

Whoever comes while a read is under way waits for the next one, which begins after they came: nobody is told of a moment
before they asked, so that what one has just done is in what one reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Told = TypeVar("Told")


class SharedReads(Generic[Told]):
    """Reads by a key that says all they depend on: what is asked, and what whoever asks may see."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Told]] = {}
        self._next: dict[Hashable, asyncio.Task[Told]] = {}

    async def ask(self, key: Hashable, read: Callable[[], Awaitable[Told]]) -> Told:
        """What `read` finds, or what the same read by another found; raises what it raises."""
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.get_running_loop().create_task(self._read(key, read))
        # One of many who goes away takes the answer from nobody.
        return await asyncio.shield(task)

    async def end(self) -> None:
        """Wait for the reads that those who asked have left behind: each holds a connection."""
        await asyncio.gather(*self._under_way.values(), *self._next.values(), return_exceptions=True)

    async def _read(self, key: Hashable, read: Callable[[], Awaitable[Told]]) -> Told:
        if before := self._under_way.get(key):
            await asyncio.wait([before])
        task = self._under_way[key] = self._next.pop(key)
        try:
            return await read()
        finally:
            if self._under_way.get(key) is task:
                del self._under_way[key]
