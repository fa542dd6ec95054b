"""Keep-alive clients in a process of their own that cost next to nothing: what they measure is the service.

Reads one JSON object from stdin (`Order`), writes one to stdout (`Tally`).
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import cast

import orjson
import uvloop

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
TEXT = "楼道内堆放杂物，堵塞消防通道"


@dataclass(frozen=True, slots=True)
class Order:
    """What to send, as which machine: `around` lists (lon, lat) to file near, `run` makes the keys unique."""

    port: int
    clients: int
    seconds: float
    run: str
    around: list[tuple[float, float]]
    spread_deg: float
    token: str


@dataclass(slots=True)
class Tally:
    """What came back: answers by status, how long the whole took, and each request's time."""

    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    latencies_ms: list[float] = field(default_factory=list)


class _Client(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole, until the time is over."""

    def __init__(self, requests: Iterator[bytes], until: float, seen: list[tuple[bytes, float]]) -> None:
        self._requests, self._until, self._seen = requests, until, seen
        self._held = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's own classes.
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._held += data
        head = self._held.find(END_OF_HEAD)
        if head < 0:
            return
        at = self._held.find(LENGTH, 0, head)
        length = int(self._held[at + len(LENGTH) : self._held.find(b"\r", at)])
        if len(self._held) < head + len(END_OF_HEAD) + length:
            return
        self._seen.append((self._held[9:12], (time.perf_counter() - self._sent) * 1000))
        self._held = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - as the protocol has it
        if not self.ended.done():
            self._seen.append((b"cut", 0.0))
            self.ended.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        if self._sent >= self._until:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._transport.write(next(self._requests))


def main() -> None:
    """Carry out the order on stdin."""
    order = Order(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(orjson.dumps(asdict(uvloop.run(_drive(order)))))


async def _drive(order: Order) -> Tally:
    requests = requests_of(order)
    seen: list[tuple[bytes, float]] = []
    began = time.perf_counter()
    clients = [_Client(requests, began + order.seconds, seen) for _ in range(order.clients)]
    loop = asyncio.get_running_loop()
    for client in clients:
        await loop.create_connection(lambda one=client: one, "127.0.0.1", order.port)  # type: ignore[misc]
    await asyncio.gather(*(client.ended for client in clients))
    statuses = Counter(status.decode() for status, _ in seen)
    return Tally(time.perf_counter() - began, dict(statuses), [latency for _, latency in seen])


def requests_of(order: Order) -> Iterator[bytes]:
    """What is sent, one after another: reports around the middles of cells."""
    chance = random.Random(order.run)  # noqa: S311 - the same places in every run # nosec B311
    number = 0
    while True:
        number += 1
        lon, lat = chance.choice(order.around)
        lon += chance.uniform(-order.spread_deg, order.spread_deg)
        lat += chance.uniform(-order.spread_deg, order.spread_deg)
        yield _request(order, f"{order.run}-{number}", lon, lat)


def _request(order: Order, key: str, lon: float, lat: float) -> bytes:
    subject = f'{{"type":"position","lon":{lon!r},"lat":{lat!r},"datum":"wgs84","accuracy_m":12.0}}'
    body = f'{{"kind":"M01","text":"{TEXT}","source":"bench","client_key":"{key}","subject":{subject}}}'.encode()
    head = (
        "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {order.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    main()
