"""The other side of what goes out: a small web server and a small mail server, each as good or bad as a test asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default

#: Answers a request: a status, after whatever it waits for. None: the connection is cut.
Answer = Callable[["Posted"], Awaitable[int | None]]


@dataclass(frozen=True)
class Posted:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """Where it listens, and what was posted there."""

    port: int = 0
    posted: list[Posted] = field(default_factory=list)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


async def well(_: Posted) -> int:
    return 204


@asynccontextmanager
async def web_server(answer: Answer = well) -> AsyncIterator[WebServer]:
    """A web server on a free port of this machine."""
    made = WebServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {name.lower(): value for name, value in re.findall(r"^([\w-]+): (.*)\r$", head, re.MULTILINE)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            posted = Posted(head.split(" ", 2)[1], headers, body)
            made.posted.append(posted)
            status = await answer(posted)
            if status is not None:
                more = "Location: http://127.0.0.1:1/elsewhere\r\n" if 300 <= status < 400 else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@dataclass
class MailServer:
    """Where it listens, and what was handed in; `refuses`: recipients it does not know."""

    port: int = 0
    refuses: frozenset[str] = frozenset()
    busy: bool = False
    silent: bool = False
    letters: list[Message] = field(default_factory=list)

    def answer(self, line: str) -> bytes:
        """What is said to a line, but for the letter itself."""
        word = line.split(" ", maxsplit=1)[0].upper()
        if word == "RCPT" and any(one in line for one in self.refuses):
            return b"550 5.1.1 no such mailbox\r\n"
        if word == "MAIL" and self.busy:
            return b"451 4.7.1 try later\r\n"
        return {"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(word, b"250 well\r\n")


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A mail server on a free port of this machine: real SMTP, as far as a letter needs it."""
    made = MailServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if made.silent:
                await reader.read()
                return
            writer.write(b"220 here\r\n")
            while line := (await reader.readline()).decode().strip():
                writer.write(made.answer(line))
                if line.upper() == "DATA":
                    whole = await reader.readuntil(b"\r\n.\r\n")
                    made.letters.append(message_from_bytes(whole[:-5], policy=default))
                    writer.write(b"250 taken\r\n")
                if line.upper() == "QUIT":
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
