"""The planner's page."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading
from api.locators import Ready
from api.routes.common import TheLocators
from api.routes.console import PAGE, headers_with
from api.routes.tasks import own_district
from api.schemas.planning import PlannerQuery
from api.schemas.problems import problems
from api.surface import surface
from layers.access.permissions import Action
from layers.actors import Actor, Role
from layers.areas.queries import editions
from layers.scope import holds
from maps.planner import PlannerFacts, PlanningArea, planner_page

router = APIRouter(tags=["plans"], dependencies=[Depends(known_parameters)])


@router.get(
    "/planner",
    operation_id="planner_page",
    dependencies=[needs(Action.READ_PLANS)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_planner(
    request: Request,
    query: Annotated[PlannerQuery, Query()],
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """Plans of redrawn boundaries: drawn on a map, with their consequences beside it, decided on."""
    ready = await own_district(locators, actor)
    former = [one.number for one in await editions(reading, ready.district) if one.status == "retired"]
    facts = PlannerFacts(
        ready.district, actor.role or Role.RESIDENT, _areas(ready, actor), former, surface(request).base_map
    )
    page = await asyncio.to_thread(planner_page, facts, query.lang)
    return Response(page, headers=headers_with(facts.base_map), media_type="text/html; charset=utf-8")


def _areas(ready: Ready, actor: Actor) -> list[PlanningArea]:
    """What lies in the territory above the grids, in the order of codes."""
    compiled, depth = ready.compiled, ready.district.cell_depth
    mine = [one for one in compiled.areas.values() if one.depth < depth and holds(actor.scope, one.path)]
    return [
        PlanningArea(one.code, one.name, one.depth == depth - 1, tuple(above.code for above in compiled.chain(one)))
        for one in sorted(mine, key=lambda one: one.code)
    ]
