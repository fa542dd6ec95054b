"""Where photos are made anew."""

from __future__ import annotations

from functools import partial

from api.workrooms import Workroom
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
        message, remedy = "Too many photos are being looked at.", "Send this one again in a moment."
        self._room = Workroom(DarkroomFull, message, remedy, places=places, patience_s=patience_s)

    async def develop(self, content: bytes, *, read_position: bool) -> Photo:
        """The photo made anew; raises `PhotoRefused` for what is none, `DarkroomFull` after waiting in vain."""
        return await self._room.make(partial(reencoded, content, read_position=read_position))
