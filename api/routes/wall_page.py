"""The wall of the command centre."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.outline_shelf import OutlineShelf
from api.routes.common import TheLocators
from api.routes.console import HEADERS, PAGE
from api.routes.tasks import own_district
from api.schemas.console import WallQuery
from api.schemas.problems import problems
from layers.access.permissions import Action

router = APIRouter(tags=["console"], dependencies=[Depends(known_parameters)])


@router.get(
    "/wall",
    operation_id="wall_page",
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_wall(
    request: Request, query: Annotated[WallQuery, Query()], actor: TheActor, locators: TheLocators
) -> Response:
    """Figures that are read from afar, turning from area to area; nothing personal."""
    from maps.wall import WallFacts, wall_page

    ready = await own_district(locators, actor)
    district, edition = ready.district, ready.compiled.edition
    shelf: OutlineShelf = request.app.state.outlines
    levels = district.levels[1:3] or district.levels
    names = {level.key: (await shelf.outlines(edition, level)).name(edition, level) for level in levels}
    outlines = {key: f"/maps/outlines/{name}.json?district={district.code}" for key, name in names.items()}
    page = await asyncio.to_thread(wall_page, WallFacts(district, query.metric, query.seconds, outlines), query.lang)
    return Response(page, headers=HEADERS, media_type="text/html; charset=utf-8")
