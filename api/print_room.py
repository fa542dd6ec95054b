"""Where pages are put on paper."""

from __future__ import annotations

from collections.abc import Callable

from api.workrooms import Workroom
from layers.reports.filing import TryAgain
from maps.paper import pdf, picture

#: A whole district takes about two seconds of one core.
PLACES = 1
PATIENCE_S = 15.0
#: A3 at this many dots is 2,480 by 1,754: sharp on a screen, and legible in print.
DOTS_PER_INCH = 150


class PrintRoomFull(TryAgain):
    """Too many pages are being printed."""


class PrintRoom:
    """Prints one page at a time; whoever waits longer than `patience_s` is sent away."""

    def __init__(self, *, places: int = PLACES, patience_s: float = PATIENCE_S) -> None:
        message, remedy = "Too many pages are being printed.", "Ask again in a moment."
        self._room = Workroom(PrintRoomFull, message, remedy, places=places, patience_s=patience_s)

    async def pdf(self, page: Callable[[], str]) -> bytes:
        """The HTML that `page` makes as PDF; raises `PrintRoomFull` after waiting in vain, and what `page` raises."""
        return await self._room.make(lambda: pdf(page()))

    async def picture(self, page: Callable[[], str]) -> bytes:
        """The first page of the same as PNG."""
        return await self._room.make(lambda: picture(pdf(page()), dots_per_inch=DOTS_PER_INCH))
