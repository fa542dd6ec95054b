"""One listener of the live stream: what they are sent, in their scope of the moment, until they leave."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable

from api.live import AWAY, Live
from api.schemas.events import place_bytes, told_to_look_anew
from layers.access.permissions import Action, may
from layers.actors import Actor

#: How long a browser waits before it comes back.
RETRY = b"retry: 3000\n\n"
#: A connection on which nothing passes is cut by proxies, most of them after a minute.
SIGN_OF_LIFE_S = 15.0
#: How long a lock, a grant or a sign-out may take to be felt.
LOOK_WHO_S = 10.0
#: Sent in one piece, so that a slow reader is waited for in between.
PIECE = 100

#: Who the listener is now; None where they may not come in any more.
StillThere = Callable[[], Awaitable[Actor | None]]


class Listener:
    """Follows the stream from a place on, for someone; `still_there` is asked again and again."""

    look_who_s = LOOK_WHO_S
    sign_of_life_s = SIGN_OF_LIFE_S

    def __init__(self, live: Live, actor: Actor, still_there: StillThere, *, place: int) -> None:
        self.actor = actor
        self.place = place
        self._live = live
        self._still_there = still_there
        self._leaves = False
        self._look_at_s = self._sign_at_s = 0.0

    def leave(self) -> None:
        """Have the stream end now: the service stops, and another one goes on from the same place."""
        self._leaves = True
        self._live.wake()

    async def pieces(self, *, wait: bool) -> AsyncGenerator[bytes]:
        """What they are sent, piece by piece; without an end, where they `wait`."""
        with self._live.listener(self.actor.name):
            self._look_at_s = time.monotonic() + self.look_who_s
            yield RETRY + self._sign_of_life()
            while not self._leaves:
                if piece := self._next():
                    yield piece
                if self.place == self._live.last:
                    if not wait:
                        break
                    await self._pause()
                if time.monotonic() >= self._sign_at_s:
                    yield self._sign_of_life()
                if time.monotonic() >= self._look_at_s and (piece := await self._look_who()):
                    yield piece
            yield self._sign_of_life()

    def _next(self) -> bytes:
        found = self._live.after(self.place, limit=PIECE)
        if found is None:
            self.place = self._live.last
            return told_to_look_anew(self.place, "behind")
        self.place = found[-1].place if found else self._live.last
        return self._live.bytes_for(self.actor.scope, found)

    async def _pause(self) -> None:
        """Until something happens, or something is due."""
        until = min(self._sign_at_s, self._look_at_s)
        await self._live.news(self.place, within_s=max(0.0, until - time.monotonic()))

    def _sign_of_life(self) -> bytes:
        self._sign_at_s = time.monotonic() + self.sign_of_life_s
        return place_bytes(self.place)

    async def _look_who(self) -> bytes:
        """Whether they may still listen, and to what. While the database is away, nothing new is told to anyone."""
        self._look_at_s = time.monotonic() + self.look_who_s
        try:
            actor = await self._still_there()
        except AWAY:
            return b""
        if actor is None or not may(actor.role, Action.READ_REPORTS):
            self._leaves = True
            return b""
        if actor.scope == self.actor.scope:
            return b""
        self.actor = actor
        return told_to_look_anew(self.place, "scope")
