"""Where photos are made anew: in threads, so that nobody else waits, and a few at a time, so that memory suffices."""

from __future__ import annotations

import asyncio
from functools import partial

from layers.read.photos import Photo, reencoded
from layers.reports.filing import TryAgain

#: The largest photo takes about two seconds of one core and 700 MB.
PLACES = 2
PATIENCE_S = 5.0


class DarkroomFull(TryAgain):
    """Too many photos came at once."""


class Darkroom:
    """Takes in `places` photos at a time; whoever waits longer than `patience_s` is sent away."""

    def __init__(self, *, places: int = PLACES, patience_s: float = PATIENCE_S) -> None:
        self._free = asyncio.Semaphore(places)
        self._patience_s = patience_s

    async def develop(self, content: bytes, *, read_position: bool) -> Photo:
        """The photo made anew; raises `PhotoRefused` for what is none, `DarkroomFull` after waiting in vain."""
        try:
            async with asyncio.timeout(self._patience_s):
                await self._free.acquire()
        except TimeoutError as error:
            raise DarkroomFull(
                "Too many photos are being looked at.", remedy="Send this one again in a moment."
            ) from error
        work = asyncio.get_running_loop().run_in_executor(
            None, partial(reencoded, content, read_position=read_position)
        )
        # The place is free when the thread is done, whether or not anyone still waits for it.
        work.add_done_callback(lambda _: self._free.release())
        return await asyncio.shield(work)
