"""Listeners of the live stream, as a browser would read it; and the pump, for services that run without the worker."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from layers.reports.statements import PUMP

PATIENCE_S = 20


@dataclass(frozen=True)
class Heard:
    """One event of the stream."""

    id: int
    name: str
    told: dict[str, Any]


@dataclass
class Ear:
    """What a listener hears, in a thread of its own."""

    heard: queue.Queue[Heard | None] = field(default_factory=queue.Queue)
    last_id: int | None = None
    began: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Heard | None:
        """The next event; None where the stream ended."""
        return self.heard.get(timeout=PATIENCE_S)

    def listen(self, answer: httpx.Response) -> None:
        """Read until the stream ends."""
        try:
            for block in blocks(answer.iter_lines()):
                self._take(block)
        except httpx.HTTPError:
            pass
        finally:
            self.heard.put(None)
            self.began.set()

    def _take(self, block: dict[str, str]) -> None:
        if "id" in block:
            self.last_id = int(block["id"])
            self.began.set()
        if "event" in block:
            self.heard.put(Heard(int(block["id"]), block["event"], json.loads(block["data"])))


def blocks(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The fields of each block of a stream; comments are passed over."""
    block: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            block |= {name: value.removeprefix(" ")} if name else {}
        elif block:
            yield block
            block = {}


@contextmanager
def listening(client: httpx.Client, **given: Any) -> Iterator[Ear]:
    """An ear at the stream, from the moment on at which it has begun."""
    ear = Ear()
    with client.stream("GET", "/api/v1/events", timeout=httpx.Timeout(PATIENCE_S), **given) as answer:
        assert answer.status_code == 200, answer.read()
        threading.Thread(target=ear.listen, args=[answer], daemon=True).start()
        assert ear.began.wait(PATIENCE_S)
        yield ear
        # To close a socket that a thread reads from tells the other side nothing.
        with suppress(OSError):
            answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def replayed(client: httpx.Client, after: int | None = None, **given: Any) -> list[Heard]:
    """What there is after a place, without waiting for more."""
    place = {} if after is None else {"after": str(after)}
    answer = client.get("/api/v1/events", params=place | {"wait": "false"}, **given)
    assert answer.status_code == 200, answer.text
    told = blocks(iter(answer.text.splitlines()))
    return [Heard(int(one["id"]), one["event"], json.loads(one["data"])) for one in told if "event" in one]


def pump(database_url: str) -> None:
    """Give places to what was committed, as the worker does."""
    with psycopg.connect(database_url) as connection:
        connection.execute(PUMP)
