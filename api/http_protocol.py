"""The server's side of HTTP with limits of its own: how long a request's head may be, and how long it may take.

The parser keeps whatever is sent as a head, and waits for the rest of it as long as the connection lasts.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import ADDRESS_TOO_LONG, HEAD_TOO_LARGE, HEAD_TOO_SLOW, MEDIA_TYPE, ProblemKind, bare

LONGEST_ADDRESS_BYTES = 8_192
LARGEST_HEAD_BYTES = 32_768
MOST_HEADERS = 100
#: From the first byte of a request, or from the opening of a connection, to the end of the request's head.
HEAD_S = 20.0
#: How long a reader may take nothing of what waits for them.
UNREAD_S = 60.0
REASONS = {408: "Request Timeout", 414: "URI Too Long", 431: "Request Header Fields Too Large"}


def _stay() -> None:
    """What has an end of its own comes to it."""


class BoundedHttp(HttpToolsProtocol):
    """Refuses long and slow heads, and closes the connection they came on."""

    head_s = HEAD_S
    unread_s = UNREAD_S

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._unfinished_bytes = 0
        self._began_now = False
        self._in_head = False
        self._in_body = False
        self._refused = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread_deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """More waits for the reader than should: they must take some of it."""
        super().pause_writing()
        self._unread(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The reader took it."""
        self._is_read()
        super().resume_writing()

    def shutdown(self) -> None:
        """The server stops: answers come to their end; one that has none of its own is told to."""
        super().shutdown()
        if self.cycle is not None:
            self.cycle.scope["state"].get("leave", _stay)()

    def data_received(self, data: bytes) -> None:
        """Read on; what is no whole head yet is counted, but for a chunk that may begin with another's body."""
        if self._refused:
            return
        self._began_now = False
        super().data_received(data)
        if self._is_idle:
            # What is left of a body that was answered early belongs to no head.
            self._unfinished_bytes += 0 if self._began_now or self._in_body else len(data)
            if self._unfinished_bytes > LARGEST_HEAD_BYTES:
                self._refuse(HEAD_TOO_LARGE)
            elif self._deadline is None:
                self._wait()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._began_now = self._in_head = True
        self._unfinished_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole: judge it, and only then have it answered."""
        self._in_head = False
        self._unfinished_bytes = 0
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.url) > LONGEST_ADDRESS_BYTES:
            self._refuse(ADDRESS_TOO_LONG)
        elif size > LARGEST_HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self._refuse(HEAD_TOO_LARGE)
        else:
            self._in_body = True
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Of a refused request nothing more is looked at."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Of a refused request nothing more is looked at."""
        self._in_body = False
        if not self._refused:
            super().on_message_complete()

    @property
    def _is_idle(self) -> bool:
        """Whether no request is being answered, so that whatever comes belongs to a head."""
        return not self._refused and (self.cycle is None or self.cycle.response_complete)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.head_s, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _unread(self, waiting_bytes: int) -> None:
        self._unread_deadline = self.loop.call_later(self.unread_s, self._still_unread, waiting_bytes)

    def _is_read(self) -> None:
        if self._unread_deadline is not None:
            self._unread_deadline.cancel()
            self._unread_deadline = None

    def _still_unread(self, waited_bytes: int) -> None:
        """Nothing was taken all the time: whoever wants it asks again."""
        waiting_bytes = self.transport.get_write_buffer_size()
        if waiting_bytes >= waited_bytes:
            self.transport.abort()
        else:
            self._unread(waiting_bytes)

    def _too_slow(self) -> None:
        self._deadline = None
        if not self._is_idle or self.transport.is_closing():
            return
        if self._in_head:
            self._refuse(HEAD_TOO_SLOW)
        else:
            self.transport.close()  # browsers open connections they never use: no answer to what was not asked

    def _refuse(self, kind: ProblemKind) -> None:
        self._refused = True
        self._stop_waiting()
        body = bare(kind)
        head = (
            f"HTTP/1.1 {kind.status} {REASONS[kind.status]}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
