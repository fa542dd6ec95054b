"""Boundaries that a planner might draw: more even ones, and those that evidence speaks for."""

from __future__ import annotations

import asyncio

import shapely
from fastapi import APIRouter, Depends, Request

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.routes.common import API, TheLocators, clock
from api.routes.plan_desk import PlanNumber, communities_of, drawing
from api.routes.reports import json_only
from api.routes.tasks import own_district
from api.schemas.planning import BalanceBody, OptionsTold, OptionTold, SuggestionsTold, SuggestionTold
from api.schemas.problems import problems
from geo.redraw import Refused, balance
from layers.access.permissions import Action
from layers.actors import DESK
from layers.plans.deciding import locks
from layers.plans.evidence import returned_reports, suggestions
from layers.plans.keeping import plan
from layers.plans.redrawing import OperationRefused
from layers.plans.weights import weights_below

router = APIRouter(prefix=API, tags=["plans"], dependencies=[Depends(known_parameters)])


@router.post(
    "/plans/{plan}/options",
    operation_id="options_of_plan",
    dependencies=[needs(Action.DRAW_PLANS), Depends(json_only)],
    responses=problems(400, 404, 413, 415),
)
async def post_options(
    number: PlanNumber, body: BalanceBody, request: Request, actor: TheActor, locators: TheLocators
) -> OptionsTold:
    """Boundaries that even out what is stated, searched from those of the plan; nothing is drawn yet."""
    ready = await own_district(locators, actor)
    now = clock(request)()
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
    async with database(request).reading(DESK) as connection:
        inside = communities_of(ready, body.area)
        base = drawn.plan.base_id
        weights = [
            one for code in sorted(inside) for one in await weights_below(connection, base, code, body.by, now=now)
        ]
        held = {one.code for one in await locks(connection, scope=DESK)}
    coverage = drawn.redrawn.after
    cells = [one.code for one in coverage.cells if one.parent in inside]
    kept = sorted((held | set(body.locks)) & set(cells))
    barriers = [shapely.LineString(line) for line in body.barriers]
    try:
        found = await asyncio.to_thread(balance, coverage, cells, weights, locks=kept, barriers=barriers)
    except Refused as refused:
        raise OperationRefused(1, refused) from refused
    told = [
        OptionTold(
            operations=[operation.facts for operation in one.operations],
            largest_deviation=round(one.measures.largest_deviation, 4),
            moved_share=round(one.measures.moved_share, 4),
            compactness=round(one.measures.compactness, 3),
            walk_m=round(one.measures.walk_m, 1),
            weights=dict(one.measures.weights),
        )
        for one in found
    ]
    return OptionsTold(by=body.by, options=told)


@router.get(
    "/plans/{plan}/suggestions",
    operation_id="suggestions_of_plan",
    dependencies=[needs(Action.DRAW_PLANS)],
    responses=problems(404),
)
async def get_suggestions(
    number: PlanNumber, request: Request, actor: TheActor, locators: TheLocators
) -> SuggestionsTold:
    """Transfers that evidence speaks for: reports of a year that came back as "not my area", and who took them on."""
    ready = await own_district(locators, actor)
    async with database(request).reading(actor.scope) as connection:
        drawn = await drawing(request, connection, ready, await plan(connection, number, scope=actor.scope))
    async with database(request).reading(DESK) as connection:
        returned = await returned_reports(connection, drawn.plan, ready.district, now=clock(request)())
    found = await asyncio.to_thread(suggestions, returned, drawn.redrawn.after)
    return SuggestionsTold(
        suggestions=[
            SuggestionTold(giver=one.giver, taker=one.taker, reports=one.reports, operations=[dict(one.operation)])
            for one in found
        ]
    )
