"""Answers in fewer bytes, for whoever takes them so."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send


class Packing(GZipMiddleware):
    """Packs pages, and what is read; an answer to what is handed in is short, and looking at it costs more."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the answer packed, or pass the request through."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
