"""Answers that are long or have no end: an idle reader is cut off, a slow one is not, and a stop ends them all."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from api.http_protocol import BoundedHttp
from api.serving import listen

UNREAD_S = 0.4
PIECE = b"x" * 65_536
#: More than the buffers of the system take.
PIECES = 400
ended = threading.Event()


class Impatient(BoundedHttp):
    unread_s = UNREAD_S


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """Much at /much, in pieces; without an end at /endless, until it is told to leave."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaving = asyncio.Event()
    if scope["path"] == "/endless":
        scope["state"]["leave"] = leaving.set
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await leaving.wait()
    else:
        for _ in range(PIECES):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
    ended.set()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@contextmanager
def answering() -> Iterator[tuple[int, uvicorn.Server, threading.Thread]]:
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        answers, http=Impatient, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=30
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    ended.clear()
    try:
        yield listening.getsockname()[1], server, thread
    finally:
        server.should_exit = True
        thread.join(10)


def asked(port: int, path: str) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port), timeout=5)
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return raw


def rest_of(raw: socket.socket) -> int:
    size = 0
    while chunk := raw.recv(1_048_576):
        size += len(chunk)
        if chunk.endswith(b"0\r\n\r\n"):
            break
    return size


def test_whoever_takes_nothing_is_cut_off() -> None:
    with answering() as (port, _, _), asked(port, "/much") as raw:
        assert ended.wait(10), "what is written to a connection that was cut off goes nowhere, and ends"
        assert rest_of(raw) < PIECES * len(PIECE)


def test_whoever_reads_slowly_gets_it_all() -> None:
    with answering() as (port, _, _), asked(port, "/much") as raw:
        size = 0
        began_s = time.monotonic()
        while time.monotonic() - began_s < 3 * UNREAD_S:
            size += len(raw.recv(400_000))
            time.sleep(UNREAD_S / 6)
        assert size + rest_of(raw) > PIECES * len(PIECE)


def test_a_stop_ends_what_has_no_end() -> None:
    with answering() as (port, server, thread), asked(port, "/endless") as raw:
        said = b""
        while b"begun" not in said:
            said += raw.recv(1_000)
        began_s = time.monotonic()
        server.should_exit = True
        assert rest_of(raw) > 0
        thread.join(20)
        assert time.monotonic() - began_s < 10
        assert ended.is_set()
