"""The trail for the audit administrator, and for everyone who looked at their data."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.routes.common import API, clock
from api.schemas.problems import problems
from api.schemas.traces import LooksQuery, LooksTold, LookTold, TraceTold, TrailPeriod, TrailQuery, TrailTold
from layers.access.permissions import Action
from layers.actors import Actor
from layers.canonical import canonical, moment_text
from layers.reports.looking import looks
from layers.traces.queries import TrailFilter, check_period, trail, until
from layers.traces.recording import trace
from layers.traces.records import Event, EventName, Trace

COLUMNS = ("place", "at", "actor", "event", "subject", "facts", "digest")
#: Traces written out at once: no connection is kept while a slow reader takes them.
BATCH = 1_000
CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "The trail, newest first.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}

router = APIRouter(prefix=API, tags=["access"], dependencies=[Depends(known_parameters)])


@router.get("/trail", operation_id="read_trail", dependencies=[needs(Action.READ_TRAIL)], responses=problems())
async def get_trail(query: Annotated[TrailQuery, Query()], request: Request, actor: TheActor) -> TrailTold:
    """The trail of the district, newest first: who did what, when, with before and after. Reading it is in it, too."""
    narrowed = _narrowed(query)
    before = None if query.cursor is None else int(query.cursor)
    async with database(request).filing(actor.scope) as connection:
        await trace(connection, _event(EventName.TRAIL_READ, query, actor), actor=actor.name, now=clock(request)())
    async with database(request).reading(actor.scope) as connection:
        page = await trail(connection, narrowed, scope=actor.scope, before=before, limit=query.limit)
    return TrailTold(traces=[TraceTold.of(one) for one in page.traces], next=_cursor(page.next_before))


@router.get(
    "/trail.csv",
    operation_id="export_trail",
    dependencies=[needs(Action.READ_TRAIL)],
    response_class=Response,
    responses={**CSV, **problems()},
)
async def get_trail_csv(query: Annotated[TrailPeriod, Query()], request: Request, actor: TheActor) -> Response:
    """The same as one table, however long; that it was exported is in the trail before its first line is sent."""
    now = clock(request)()
    narrowed = until(_narrowed(query), now)
    async with database(request).filing(actor.scope) as connection:
        await trace(connection, _event(EventName.EXPORTED, query, actor), actor=actor.name, now=now)
    headers = {"Content-Disposition": 'attachment; filename="trail.csv"', "Cache-Control": "private, no-store"}
    return StreamingResponse(_lines(request, narrowed, actor), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/my/traces", operation_id="who_looked", dependencies=[needs(Action.OWN_ACCOUNT)], responses=problems())
async def get_my_traces(
    query: Annotated[LooksQuery, Query()], request: Request, actor: TheActor, reading: Reading
) -> LooksTold:
    """Who looked at your data, your position and your reports: role, unit, fields and purpose, newest first."""
    before = None if query.cursor is None else int(query.cursor)
    page = await looks(reading, actor=actor, on=clock(request)().date(), before=before, limit=query.limit)
    return LooksTold(looks=[LookTold.of(one) for one in page.looks], next=_cursor(page.next_before))


async def _lines(request: Request, narrowed: TrailFilter, actor: Actor) -> AsyncIterator[str]:
    yield _table([COLUMNS])
    before: int | None = None
    while True:
        async with database(request).reading(actor.scope) as connection:
            page = await trail(connection, narrowed, scope=actor.scope, before=before, limit=BATCH)
        yield _table(_row(one) for one in page.traces)
        if page.next_before is None:
            return
        before = page.next_before


def _row(one: Trace) -> tuple[object, ...]:
    facts = canonical(one.facts).decode()
    return one.place, moment_text(one.at), one.actor, one.event, one.subject, facts, one.digest.hex()


def _table(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _narrowed(query: TrailPeriod) -> TrailFilter:
    narrowed = TrailFilter(query.since, query.until, query.event, query.actor, query.subject)
    check_period(narrowed)
    return narrowed


def _event(name: EventName, query: TrailPeriod, actor: Actor) -> Event:
    """The period and the event as they were asked for; of words that were typed only that there were some."""
    asked = query.model_dump(mode="json", include={"since", "until", "event"}, exclude_none=True)
    typed = [one for one in ("actor", "subject") if getattr(query, one) is not None]
    return Event(name, actor.district_id, "trail", facts=asked | {"by": typed})


def _cursor(place: int | None) -> str | None:
    return None if place is None else str(place)
