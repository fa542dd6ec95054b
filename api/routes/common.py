"""What routes share: the locators, the clock, and parameters that occur again and again."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import JSONResponse, Response

from api.clock import Clock
from api.locators import Locators
from api.schemas.common import WITHOUT_NUL

API = "/api/v1"

#: Parameters of a query are text; what is a number there is read as one.
DistrictCode = Annotated[
    str | None,
    Query(max_length=64, pattern=WITHOUT_NUL, description="Needed where the service holds several districts."),
]
EditionNumber = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Number of an edition; without it, the one in force.")
]


async def locators(request: Request) -> Locators:
    """The locators of the application; a coroutine, because plain functions are sent to a thread each time."""
    found: Locators = request.app.state.locators
    return found


class GeoJson(JSONResponse):
    """An answer in GeoJSON."""

    media_type = "application/geo+json"


def clock(request: Request) -> Clock:
    """The clock of the application."""
    found: Clock = request.app.state.clock
    return found


TheLocators = Annotated[Locators, Depends(locators)]


def tagged(
    request: Request,
    body: bytes,
    media_type: str = "application/json",
    *,
    cache: str = "private, no-cache",
    packed: bytes | None = None,
) -> Response:
    """The answer under an ETag of its bytes, or 304 where the client has it already; `packed`: the same in gzip."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    known = {one.strip() for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if packed is not None:
        return packed_or_plain(request, body, packed, headers, media_type)
    return Response(body, headers=headers, media_type=media_type)


def packed_or_plain(
    request: Request, plain: bytes, packed: bytes, headers: dict[str, str], media_type: str
) -> Response:
    """What was packed beforehand, to those who take gzip; the plain bytes to the others."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)
    return Response(plain, headers=headers, media_type=media_type)
