"""Heads that are too long or too slow end their connection, and nobody else's."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from api.http_protocol import LARGEST_HEAD_BYTES, LONGEST_ADDRESS_BYTES, BoundedHttp
from api.serving import listen

HEAD_S = 0.5


class Impatient(BoundedHttp):
    head_s = HEAD_S


async def echo(scope: Any, receive: Any, send: Any) -> None:
    size, more = 0, True
    while more and scope["path"] != "/early":
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{len(scope['path'])} {size}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(echo, http=Impatient, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def ask(port: int, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """What comes back until the server closes the connection, or says nothing for two seconds."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as raw:
        said = b""
        try:
            for piece in pieces:
                raw.sendall(piece)
                time.sleep(pause_s)
            while chunk := raw.recv(65_536):
                said += chunk
        except (TimeoutError, ConnectionError):
            pass
        return said


CLOSE = b"host: x\r\nconnection: close\r\n"


def test_usual_requests_pass(port: int) -> None:
    said = ask(port, b"GET /abc HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(b"4 0")


def test_a_large_body_is_no_head(port: int) -> None:
    size = 20 * LARGEST_HEAD_BYTES
    head = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n%s\r\n" % (size, CLOSE)
    assert ask(port, head, b" " * size).endswith(f"1 {size}".encode())


def test_two_requests_on_one_connection(port: int) -> None:
    first = b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
    said = ask(port, first, b"GET /bc HTTP/1.1\r\n" + CLOSE + b"\r\n", pause_s=HEAD_S * 1.5)
    assert said.count(b"HTTP/1.1 200") == 2


def test_a_long_address_is_refused(port: int) -> None:
    assert ask(port, b"GET /" + b"a" * (LONGEST_ADDRESS_BYTES - 1) + b" HTTP/1.1\r\n" + CLOSE + b"\r\n").startswith(
        b"HTTP/1.1 200"
    )
    said = ask(port, b"GET /" + b"a" * LONGEST_ADDRESS_BYTES + b" HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert said.startswith(b"HTTP/1.1 414")
    assert b"#address-too-long" in said


@pytest.mark.parametrize(
    "headers",
    [
        b"x: " + b"a" * LARGEST_HEAD_BYTES + b"\r\n",
        b"".join(b"x-%d: %s\r\n" % (n, b"a" * 1000) for n in range(40)),
        b"".join(b"x-%d: a\r\n" % n for n in range(101)),
    ],
    ids=["long", "together", "many"],
)
def test_large_headers_are_refused(port: int, headers: bytes) -> None:
    said = ask(port, b"GET / HTTP/1.1\r\n" + headers + CLOSE + b"\r\n")
    assert said.startswith(b"HTTP/1.1 431")
    assert b"#head-too-large" in said


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nx: "])
def test_a_head_without_end_is_not_kept(port: int, beginning: bytes) -> None:
    said = ask(port, beginning, *[b"a" * 16_384] * 40)
    assert said == b"" or said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    assert ask(port, b"GET / HTTP/1.1\r\n" + CLOSE + b"\r\n").startswith(b"HTTP/1.1 200")


def test_a_slow_head_is_not_waited_for(port: int) -> None:
    began_s = time.monotonic()
    said = ask(port, b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 8, pause_s=0.1)
    assert said.startswith(b"HTTP/1.1 408") or said == b""
    assert time.monotonic() - began_s < 2


def test_a_connection_without_a_request_is_closed_in_silence(port: int) -> None:
    began_s = time.monotonic()
    assert ask(port) == b""
    assert HEAD_S * 0.8 < time.monotonic() - began_s < 1.8


def test_a_slow_second_head_is_not_waited_for(port: int) -> None:
    first = b"GET /a HTTP/1.1\r\nhost: x\r\n\r\n"
    began_s = time.monotonic()
    said = ask(port, first, b"GET /b", pause_s=0.1)
    assert said.count(b"HTTP/1.1 200") == 1
    assert b"HTTP/1.1 408" in said
    assert time.monotonic() - began_s < 2


def test_the_rest_of_a_body_that_was_answered_early_is_no_head(port: int) -> None:
    size = 4 * LARGEST_HEAD_BYTES
    head = b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size
    pieces = [b"x" * (size // 4)] * 4
    said = ask(port, head, *pieces, b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n", pause_s=0.05)
    assert b" 431 " not in said
    assert said.startswith(b"HTTP/1.1 200")
