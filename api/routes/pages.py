"""The service's own pages: start and queues."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading
from api.desk import Desk, desk
from api.errors import UnknownQueue
from api.locators import Locators, Served
from api.page_cache import PageCache
from api.problems import PAGE_POLICY
from api.routes.common import TheLocators, clock
from api.schemas.maps import PageQuery, ReferenceQuery
from api.schemas.problems import problems
from layers.access.permissions import Action, may
from layers.actors import Actor
from layers.districts.records import District, Level
from maps.records import QUEUES, DistrictLink, Frame, HomeMap
from maps.strings import Language

router = APIRouter(tags=["pages"], dependencies=[Depends(known_parameters)])

HTML = "text/html; charset=utf-8"
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}
ON_START_PAGE = 5
ON_QUEUE_PAGE = 200


@router.get(
    "/",
    operation_id="start_page",
    dependencies=[needs(Action.READ_REPORTS)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_start(
    *,
    request: Request,
    query: Annotated[PageQuery, Query()],
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """The start page: what the district has in hand, its map, and what waits for a hand."""
    from maps.shell import home_page

    served = await _served(query, locators)
    frame, found = await _filled(request, query, reading, served, actor=actor, shown=ON_START_PAGE)
    page = await asyncio.to_thread(
        home_page,
        frame,
        counts=found.counts,
        queues=found.queues,
        home_map=_map(frame, served) if may(actor.role, Action.READ_FIGURES) and actor.scope.paths else None,
        districts=_districts(frame, await locators.every(), served),
        acts=may(actor.role, Action.TAKE_STEP),
        plans=may(actor.role, Action.READ_PLANS),
    )
    return _html(page)


@router.get(
    "/queues/{key}",
    operation_id="queue_page",
    dependencies=[needs(Action.READ_REPORTS)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_queue(
    *,
    key: Annotated[str, Path(max_length=40, json_schema_extra={"enum": list(QUEUES)})],
    request: Request,
    query: Annotated[PageQuery, Query()],
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """The reports that wait for a hand, oldest first, with the reason of each."""
    from maps.shell import queue_page

    if key not in QUEUES:
        raise UnknownQueue(
            f"There is no queue {key!r}.", field="key", value=key, remedy=f"There are: {', '.join(QUEUES)}."
        )
    served = await _served(query, locators)
    frame, found = await _filled(request, query, reading, served, actor=actor, shown=ON_QUEUE_PAGE)
    queue = next(one for one in found.queues if one.key == key)
    return _html(await asyncio.to_thread(queue_page, frame, queue))


@router.get("/docs", operation_id="reference_page", response_class=Response, responses={**PAGE, **problems()})
async def get_docs(request: Request, query: Annotated[ReferenceQuery, Query()]) -> Response:
    """The reference of this interface, for people."""
    from maps.reference import reference_page

    described = request.app.openapi()

    def made() -> bytes:
        return reference_page(described, query.lang, path="/docs").encode()

    pages: PageCache = request.app.state.pages
    return _html(await pages.get(("reference", query.lang), made))


async def _served(query: PageQuery, locators: Locators) -> Served:
    """The district asked for; without one the first, so that the start page always has something to show."""
    every = await locators.every()
    return await locators.district(query.district or (every[0].district.code if every else None))


def _districts(frame: Frame, every: Sequence[Served], shown: Served) -> list[DistrictLink]:
    return [
        DistrictLink(
            name=_name(one.district, frame.language),
            href=replace(frame, district=one.district.code).href("/"),
            is_shown=one.district.id == shown.district.id,
        )
        for one in every
    ]


def _name(one: District | Level, language: Language) -> str:
    return one.name if language == "zh" else one.name_en


async def _filled(
    request: Request, query: PageQuery, reading: Reading, served: Served, *, actor: Actor, shown: int
) -> tuple[Frame, Desk]:
    now = clock(request)()
    frame = Frame(
        language=query.lang,
        path=request.url.path,
        district=query.district,
        district_name=_name(served.district, query.lang),
        edition_number=served.in_force.number if served.in_force else None,
        now=now,
        time_zone=served.district.time_zone,
    )
    return frame, await desk(reading, served, scope=actor.scope, now=now, language=query.lang, shown=shown)


def _map(frame: Frame, served: Served) -> HomeMap | None:
    if served.in_force is None:
        return None
    level = served.district.levels[-1]
    # Always by its code: the map of an unnamed district is refused where there are several.
    kept = {"level": level.key, "lang": frame.language, "district": served.district.code}
    address = f"/maps/workload?{urlencode(kept)}"
    return HomeMap(href=address, embedded_href=f"{address}&embedded=true", level_name=_name(level, frame.language))


def _html(page: str | bytes) -> Response:
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    return Response(page, headers=headers, media_type=HTML)
