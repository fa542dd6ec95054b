"""Listeners and one filer in a process of their own: how long it takes from an answer that stands to every listener.

Reads one JSON object from stdin (`Order`), writes one to stdout (`Tally`). An answer comes after its commit, so a time
from there on is a little less than one from the commit; both are read from the same clock.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import cast

import orjson
import uvloop

from api.bench.filing_clients import Order as Filing
from api.bench.filing_clients import requests_of

NUMBER = re.compile(rb'"number":"([0-9]{8}-[0-9]{7})"')
BEGUN = b"\nid: "
#: Longer than any line of the stream, so that a number cut in two is found with the next piece.
TAIL = 1_024
FILE = b"POST"
STRAGGLERS_S = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """How many listen, by which secrets in turn, while so many reports are filed in a second."""

    port: int
    listeners: int
    secrets: list[str]
    reports_per_s: float
    seconds: float
    filing: dict[str, object]


@dataclass(slots=True)
class Tally:
    """Times from each answer to each listener, what never came, and how many events were told in all."""

    latencies_s: list[float] = field(default_factory=list)
    missing: int = 0
    refused: int = 0
    filed: int = 0
    told: int = 0
    seconds: float = 0.0


class Ear(asyncio.Protocol):
    """Listens; keeps when it first heard of each report, and tells of each event."""

    def __init__(self, port: int, secret: str, heard: Callable[[bytes], object] = lambda _: None) -> None:
        self._request = (
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()
        )
        self._tail = b""
        self._tell = heard
        self.heard: dict[bytes, float] = {}
        self.told = 0
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Looks for numbers of reports."""
        now = time.monotonic()
        whole = self._tail + data
        if not self.begun.done() and BEGUN in whole:
            self.begun.set_result(None)
        end = 0
        for found in NUMBER.finditer(whole):
            self.heard.setdefault(found[1], now)
            self._tell(found[1])
            self.told += 1
            end = found.end()
        self._tail = whole[max(end, len(whole) - TAIL) :]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells whoever waits for the beginning that there is none."""
        if not self.begun.done():
            self.begun.set_exception(exc or ConnectionError("the stream ended"))


class _Filer(asyncio.Protocol):
    """Files one report after another and keeps when each answer came."""

    def __init__(self) -> None:
        self._held = b""
        self.answered: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if end and length and len(body) >= int(length[1]):
            self._held = b""
            self.answered.put_nowait(head[9:12] + b" " + body)


def main() -> None:
    """Carry out the order on stdin."""
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(_drive(order)))))


async def _drive(order: Order) -> Tally:
    loop = asyncio.get_running_loop()
    ears = [Ear(order.port, order.secrets[n % len(order.secrets)]) for n in range(order.listeners)]
    for ear in ears:
        await loop.create_connection(lambda one=ear: one, "127.0.0.1", order.port)  # type: ignore[misc]
    await asyncio.gather(*(ear.begun for ear in ears))
    began = time.monotonic()
    tally = Tally()
    answered = await _file(order, tally)
    until = time.monotonic() + STRAGGLERS_S
    while time.monotonic() < until and any(len(ear.heard) < len(answered) for ear in ears):
        await asyncio.sleep(0.05)
    tally.seconds = time.monotonic() - began
    for ear in ears:
        tally.latencies_s += [ear.heard[one] - at for one, at in answered.items() if one in ear.heard]
        tally.missing += sum(one not in ear.heard for one in answered)
        tally.told += ear.told
    return tally


async def _file(order: Order, tally: Tally) -> dict[bytes, float]:
    """File at an even pace; when each answer came, by number."""
    loop = asyncio.get_running_loop()
    _, filer = await loop.create_connection(_Filer, "127.0.0.1", order.port)
    requests = requests_of(Filing(**order.filing))  # type: ignore[arg-type]
    answered: dict[bytes, float] = {}
    began = time.monotonic()
    for nth in range(int(order.seconds * order.reports_per_s)):
        await asyncio.sleep(max(0.0, began + nth / order.reports_per_s - time.monotonic()))
        filer.transport.write(next(requests))
        answer = await filer.answered.get()
        number = NUMBER.search(answer)
        if answer.startswith(b"201") and number:
            answered[number[1]] = time.monotonic()
        else:
            tally.refused += 1
    tally.filed = len(answered)
    return answered


if __name__ == "__main__":
    main()
