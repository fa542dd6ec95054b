"""What is told live: one look at the stream for all listeners of a process, each judged in memory by their own scope.

pump ──notify──► Live.watch ──one question──► the last changes, in order ──► every listener's own place in them

A listener is no more than a place in what is kept: whoever reads slowly holds up nobody and fills no memory. Whoever
falls behind what is kept is told so, and looks anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout

from api.database import Database, connection_arguments
from api.logs import event, fault
from api.schemas.events import told, told_gone
from layers.actors import DESK, Scope
from layers.reports.stream import CHANNEL, Change, Share, changes, newest
from layers.scope import Sight

#: Changes kept for whoever comes back: minutes of a busy district, some megabytes.
KEPT = 5_000
#: Looked at in one question.
BATCH = 500
#: How long a notification may be missing before the stream is looked at all the same.
LOOK_EVERY_S = 5.0
RETRY_S = 1.0
#: How long the stream is still read after the last listener left: they come back soon, or not at all.
READ_ON_S = 60.0
AWAY = (psycopg.Error, PoolTimeout, PoolClosed, OSError)


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A change, and the bytes that tell it: the same for everyone."""

    change: Change
    whole: bytes
    gone: bytes

    @property
    def place(self) -> int:
        """Its place in the stream."""
        return self.change.place

    @property
    def report(self) -> int:
        """The id of the report it is about."""
        return self.change.sight.report_id

    def bytes_for(self, scope: Scope, *, now: Sight) -> bytes:
        """What someone with this scope is sent; nothing where it does not concern them."""
        share = self.change.share_of(scope, now=now)
        return self.whole if share is Share.WHOLE else self.gone if share is Share.GONE else b""


class Live:
    """The last changes of the stream, kept up with until cancelled; and how many listen."""

    def __init__(
        self, database: Database, *, kept: int = KEPT, others: Mapping[str, Callable[[str], object]] | None = None
    ) -> None:
        """`others`: who is told what comes on other channels, which the same connection listens to."""
        self._database = database
        self._others = others or {}
        self._most_kept = kept
        self._kept: deque[LiveEvent] = deque()
        #: The latest of what is kept of each report: what it says of who sees the report holds for all before it.
        self._latest: dict[int, LiveEvent] = {}
        self._news = asyncio.Event()
        self._looking = asyncio.Lock()
        #: Everything after this place, up to the last one, is kept.
        self._from = 0
        self.last = 0
        self.is_seen = False
        self._listeners: Counter[str] = Counter()
        self._wanted_until_s = 0.0

    async def watch(self) -> None:
        """Keep up with the stream until cancelled, whatever becomes of the connection that listens."""
        away = False
        while True:
            try:
                await self._listen(came_back=away)
            except AWAY as error:
                if not away:
                    event("stream_lost", level=logging.WARNING, error=type(error).__name__)
                away = True
            except Exception as error:  # noqa: BLE001 - the watch outlives any fault, which is logged
                fault("stream_failed", error)
                away = True
            await asyncio.sleep(RETRY_S)

    async def attend(self, place: int | None, *, anew: bool) -> None:
        """Before someone listens: read what is new, where nobody listened until now, or where they know of more.

        While nobody listens nothing is read: what is not told need not be known.
        """
        reads = self.is_seen and self._is_wanted
        self._wanted_until_s = time.monotonic() + READ_ON_S
        if anew or not reads or (place is not None and place > self.last):
            await self.look()

    @property
    def _is_wanted(self) -> bool:
        return bool(self._listeners) or time.monotonic() < self._wanted_until_s

    async def look(self) -> None:
        """Read what is new; one look at a time. Raises what a database raises that is away."""
        async with self._looking:
            before, was_seen = self.last, self.is_seen
            async with self._database.filing(DESK) as connection:
                await self._read(connection)
            self.is_seen = True
        if self.last != before or not was_seen:
            self.wake()

    def wake(self) -> None:
        """Have every listener look whether there is something for them."""
        self._news.set()
        self._news = asyncio.Event()

    def after(self, place: int, *, limit: int) -> list[LiveEvent] | None:
        """What came after a place, at most `limit` in order; None where that is no longer known."""
        if not self._from <= place <= self.last:
            return None
        found: deque[LiveEvent] = deque(maxlen=limit)
        for one in reversed(self._kept):
            if one.place <= place:
                break
            found.appendleft(one)
        return list(found)

    def bytes_for(self, scope: Scope, told: Iterable[LiveEvent]) -> bytes:
        """What someone with this scope is sent of some changes."""
        return b"".join(one.bytes_for(scope, now=self._latest[one.report].change.sight) for one in told)

    async def news(self, place: int, *, within_s: float) -> None:
        """Wait until something comes after a place, no longer than so."""
        if self.is_seen and self.last > place:
            return
        try:
            async with asyncio.timeout(within_s):
                await self._news.wait()
        except TimeoutError:
            return

    def listening(self, name: str) -> int:
        """How many streams someone has open in this process."""
        return self._listeners[name]

    @contextmanager
    def listener(self, name: str) -> Iterator[None]:
        """Count a stream for as long as it lasts."""
        self._listeners[name] += 1
        try:
            yield
        finally:
            self._listeners[name] -= 1
            if not self._listeners[name]:
                del self._listeners[name]
            self._wanted_until_s = time.monotonic() + READ_ON_S

    async def _listen(self, *, came_back: bool) -> None:
        arguments = connection_arguments()
        async with await psycopg.AsyncConnection.connect(self._database.url, autocommit=True, **arguments) as listening:
            for channel in (*self._others, CHANNEL):
                await listening.execute(f"listen {channel}")
            if came_back:
                event("stream_back")
            is_news = True
            while True:
                # What came while the connection was lost is found here: a notification only says when to look.
                if self._is_wanted and is_news:
                    await self.look()
                heard = [one async for one in listening.notifies(timeout=LOOK_EVERY_S, stop_after=1)]
                is_news = not heard
                for one in heard:
                    tell = self._others.get(one.channel)
                    is_news = is_news or tell is None
                    if tell is not None:
                        tell(one.payload)
                if not heard:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await listening.execute("select 1")

    async def _read(self, connection: psycopg.AsyncConnection[Any]) -> None:
        last = await newest(connection)
        # The first look; a stream that was put back to what it was; more than would be kept.
        if not self.is_seen or not self.last <= last <= self.last + self._most_kept:
            self._kept.clear()
            self._latest.clear()
            self._from = self.last = max(0, last - self._most_kept)
        while self.last < last:
            found = await changes(connection, after=self.last, limit=BATCH)
            for one in found:
                self._keep(LiveEvent(one, told(one), told_gone(one)))
            self.last = found[-1].place if found else last

    def _keep(self, one: LiveEvent) -> None:
        self._kept.append(one)
        self._latest[one.report] = one
        while len(self._kept) > self._most_kept:
            oldest = self._kept.popleft()
            self._from = oldest.place
            if self._latest[oldest.report] is oldest:
                del self._latest[oldest.report]
