"""Live events: what happens to reports within one's territory, as it happens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Send

from api.access import TheActor, Visitors, credential, needs
from api.addresses import known_parameters
from api.listening import Listener
from api.live import Live
from api.routes.common import API
from api.schemas.events import EventsQuery, Place
from api.schemas.problems import problems
from api.surface import surface
from layers.access.permissions import Action, SignInNeeded
from layers.actors import Actor
from layers.limits.allowances import TooManyRequests

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, one after another, as Server-Sent Events; `docs/events.md` describes them.",
        "content": {"text/event-stream": {}},
    }
}
#: Kept by nobody, and passed on at once by proxies that would gather it.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
COME_BACK_S = 60


class EventStream(StreamingResponse):
    """Events as they come; whoever leaves is not counted any more from that moment on."""

    media_type = "text/event-stream"
    body_iterator: AsyncGenerator[bytes]

    async def stream_response(self, send: Send) -> None:
        """Send them, until they end or the listener leaves."""
        async with aclosing(self.body_iterator):
            await super().stream_response(send)


router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters)])


@router.get(
    "/events",
    operation_id="follow_changes",
    dependencies=[needs(Action.READ_REPORTS)],
    response_class=Response,
    responses={**STREAM, **problems()},
)
async def get_events(
    query: Annotated[EventsQuery, Query()],
    request: Request,
    actor: TheActor,
    last_event_id: Annotated[Place | None, Header(description="As browsers send it; goes before `after`.")] = None,
) -> Response:
    """What happens to reports within one's territory, from now on or from an event that was seen."""
    live: Live = request.app.state.live
    _check_streams(live, actor, most=surface(request).most_streams)
    given = last_event_id or query.after
    place = None if given is None else int(given)
    await live.attend(place, anew=not query.wait)
    listener = Listener(live, actor, lambda: _still(request), place=live.last if place is None else place)
    # Where the server stops (api/http_protocol.py): what has no end of its own is told to come to one.
    request.state.leave = listener.leave
    return EventStream(listener.pieces(wait=query.wait and not request.scope.get("bodiless")), headers=HEADERS)


def _check_streams(live: Live, actor: Actor, *, most: int) -> None:
    if live.listening(actor.name) >= most:
        raise TooManyRequests(
            f"An account may have {most} streams open.",
            retry_after_s=COME_BACK_S,
            remedy="Close one, or share one among the pages of a browser.",
        )


async def _still(request: Request) -> Actor | None:
    """Who the listener is now; None where they were locked out, signed out or lost their device."""
    shown = credential(request)
    visitors: Visitors = request.app.state.visitors
    try:
        return None if shown is None else await visitors.still(request, shown)
    except SignInNeeded:
        return None
