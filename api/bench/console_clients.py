"""Many consoles without a screen: each listens, asks anew for what changed, and for the figures, as the page does.

Reads one JSON object in one line from stdin (`Order`), writes "listening" once every stream has begun, and ends with
stdin; then it writes one object to stdout (`Tally`).
"""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import asdict, dataclass
from typing import cast

import orjson
import uvloop

from api.bench.events_clients import Ear

#: As maps/static/js/console: gathering.js, and FIGURES_MS of page.js.
GATHER_S = 0.25
FIGURES_S = 3.0
FIGURES = "/maps/figures?level=grid&metric=open&breaks=quantile&classes=5"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """How many consoles, by which secrets in turn."""

    port: int
    consoles: int
    secrets: list[str]


@dataclass(slots=True)
class Tally:
    """What the consoles asked, and how much of it was not answered with 200."""

    asked: int = 0
    refused: int = 0


class _Asker(asyncio.Protocol):
    """One question after another on one connection."""

    def __init__(self, port: int, secret: str, tally: Tally) -> None:
        self._head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._tally = tally
        self._waiting: list[str] = []
        self._held = b""
        self._is_asking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, path: str) -> None:
        self._waiting.append(path)
        if not self._is_asking:
            self._next()

    def _next(self) -> None:
        self._is_asking = bool(self._waiting)
        if self._is_asking:
            self._tally.asked += 1
            self._transport.write(f"GET {self._waiting.pop(0)} HTTP/1.1\r\n{self._head}".encode())

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if end and length and len(body) >= int(length[1]):
            self._tally.refused += not self._held.startswith(b"HTTP/1.1 200")
            self._held = b""
            self._next()


class _Console:
    """Hears, gathers, asks."""

    def __init__(self, order: Order, secret: str, tally: Tally) -> None:
        self.ear = Ear(order.port, secret, self._heard)
        self.asker = _Asker(order.port, secret, tally)
        self._pending: set[str] = set()
        self._are_figures_due = False

    def _heard(self, number: bytes) -> None:
        loop = asyncio.get_running_loop()
        if not self._pending:
            loop.call_later(GATHER_S, self._take_in)
        self._pending.add(number.decode())
        if not self._are_figures_due:
            self._are_figures_due = True
            loop.call_later(FIGURES_S, self._refresh)

    def _take_in(self) -> None:
        asked, self._pending = sorted(self._pending), set()
        self.asker.ask("/api/v1/open-reports?" + "&".join(f"number={one}" for one in asked))

    def _refresh(self) -> None:
        self._are_figures_due = False
        self.asker.ask(FIGURES)


def main() -> None:
    """Carry out the order on stdin."""
    order = Order(**orjson.loads(sys.stdin.buffer.readline()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(_drive(order)))))


async def _drive(order: Order) -> Tally:
    loop = asyncio.get_running_loop()
    tally = Tally()
    consoles = [_Console(order, order.secrets[n % len(order.secrets)], tally) for n in range(order.consoles)]
    for one in consoles:
        await loop.create_connection(lambda it=one: it.asker, "127.0.0.1", order.port)  # type: ignore[misc]
        await loop.create_connection(lambda it=one: it.ear, "127.0.0.1", order.port)  # type: ignore[misc]
    await asyncio.gather(*(one.ear.begun for one in consoles))
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    return tally


if __name__ == "__main__":
    main()
