"""Where heavy work is done: in threads, so that nobody else waits, and a few at a time, so that memory suffices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from layers.reports.filing import TryAgain

Made = TypeVar("Made")


class Workroom:
    """Works at `places` things at a time; whoever waits longer than `patience_s` is sent away with `full`."""

    def __init__(self, full: type[TryAgain], message: str, remedy: str, *, places: int, patience_s: float) -> None:
        self._free = asyncio.Semaphore(places)
        self._patience_s = patience_s
        self._full = (full, message, remedy)

    async def make(self, work: Callable[[], Made]) -> Made:
        """What `work` makes; it ends even when nobody waits for it any more."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError as error:
            full, message, remedy = self._full
            raise full(message, remedy=remedy) from error
        running = asyncio.get_running_loop().run_in_executor(None, work)
        # The place is free when the thread is done, whether or not anyone still waits for it.
        running.add_done_callback(lambda _: self._free.release())
        return await asyncio.shield(running)
