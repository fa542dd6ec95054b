"""Plans (方案): opened, drawn at, undone, copied, carried over to a newer edition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.locators import Ready
from api.plan_shelf import PlanShelf, features
from api.routes.common import API, TheLocators, clock
from api.routes.plan_desk import Drawing, PlanNumber, changed_cells, changing, communities_of, drawing, drawn_told
from api.routes.reports import json_only
from api.routes.tasks import own_district
from api.schemas.plans import (
    CellsQuery,
    CellsTold,
    CommentTold,
    CopyBody,
    DrawnTold,
    OperationsBody,
    OperationTold,
    PlanBody,
    PlansQuery,
    PlanStepTold,
    PlansTold,
    PlanTold,
    VersionBody,
    WholePlanTold,
)
from api.schemas.problems import problems
from layers.access.permissions import Action, may
from layers.actors import Actor
from layers.areas.queries import UnknownArea, editions
from layers.areas.records import Area
from layers.plans.drawing import operate, step_back
from layers.plans.keeping import comments, drawn_by, operations, plan, plans, redrawn_of, steps
from layers.plans.lifecycle import DRAWN_IN, Step, Whose, steps_of
from layers.plans.opening import Heading, copied, opened
from layers.plans.rebasing import rebased
from layers.plans.records import Plan
from layers.scope import holds

router = APIRouter(prefix=f"{API}/plans", tags=["plans"], dependencies=[Depends(known_parameters)])
READS, DRAWS = needs(Action.READ_PLANS), needs(Action.DRAW_PLANS)
WRITES = [DRAWS, Depends(json_only)]


@router.get("", operation_id="list_plans", dependencies=[READS], responses=problems(404))
async def get_plans(
    query: Annotated[PlansQuery, Query()], actor: TheActor, reading: Reading, locators: TheLocators
) -> PlansTold:
    """The plans of areas within one's territory, the newest first."""
    served = await locators.district(query.district)
    found = await plans(reading, served.district, scope=actor.scope)
    return PlansTold(plans=[PlanTold.of(one) for one in found if query.state in {None, one.state}])


@router.post(
    "", operation_id="open_plan", status_code=201, dependencies=WRITES, responses=problems(400, 404, 409, 413, 415)
)
async def post_plan(body: PlanBody, request: Request, actor: TheActor, locators: TheLocators) -> PlanTold:
    """Open a plan on the edition in force, for an area within one's territory."""
    ready = await own_district(locators, actor)
    area = _territory(ready, actor, body.area)
    async with database(request).writing(actor.scope) as connection:
        known = await editions(connection, ready.district)
        number = await opened(
            connection,
            district=ready.district,
            base=next(one for one in known if one.status == "in_force"),
            area=area,
            heading=Heading(body.name, body.reason, body.document),
            restores=None if body.restores is None else _edition(known, body.restores),
            actor=actor.name,
            now=clock(request)(),
        )
        return PlanTold.of(await plan(connection, number, scope=actor.scope))


@router.get("/{plan}", operation_id="get_plan", dependencies=[READS], responses=problems(404))
async def get_plan(number: PlanNumber, actor: TheActor, reading: Reading, locators: TheLocators) -> WholePlanTold:
    """One plan: its operations, its steps, what was said of it, and what whoever asks may do next."""
    found = await plan(reading, number, scope=actor.scope)
    in_force = [one.in_force for one in await locators.every() if one.district.id == found.district_id]
    return WholePlanTold(
        **dict(PlanTold.of(found)),
        log=[OperationTold.of(one) for one in await operations(reading, found)],
        steps=[PlanStepTold.of(one) for one in await steps(reading, found)],
        comments=[CommentTold.of(one) for one in await comments(reading, found)],
        possible=_possible(found, actor, await drawn_by(reading, found)),
        outdated=found.state in DRAWN_IN and any(one is not None and one.id != found.base_id for one in in_force),
    )


@router.get("/{plan}/cells", operation_id="cells_of_plan", dependencies=[READS], responses=problems(404))
async def get_cells(
    *,
    number: PlanNumber,
    query: Annotated[CellsQuery, Query()],
    request: Request,
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> CellsTold:
    """The grids as the plan leaves them: of an area and around it, or those that change, with the former ones."""
    ready = await own_district(locators, actor)
    drawn = await drawing(request, reading, ready, await plan(reading, number, scope=actor.scope))
    if query.area is None:
        return CellsTold.model_validate(changed_cells(drawn))
    inside = communities_of(ready, query.area)
    after = drawn.redrawn.after
    codes = [one.code for one in after.cells if one.parent in inside]
    cells = [after[code] for code in sorted(after.ring(codes))]
    return CellsTold.model_validate(features(cells, drawn.redrawn, ready.district, drawn.names, inside))


@router.post(
    "/{plan}/operations",
    operation_id="draw",
    dependencies=WRITES,
    responses=problems(400, 404, 409, 413, 415),
)
async def post_operations(
    number: PlanNumber,
    body: OperationsBody,
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> DrawnTold:
    """Do operations, all or none: each keeps the layer without gaps, or is refused with the reason and the place."""
    async with changing(request, locators, actor, number, body.version) as (connection, found, ready):
        drawn = await drawing(request, connection, ready, found, is_locked=True)
        changed, redrawn, made = await operate(
            connection,
            found,
            body.operations,
            drawn.redrawn,
            district=ready.district,
            actor=actor.name,
            now=clock(request)(),
        )
    shelf: PlanShelf = request.app.state.plans
    shelf.keep_drawn(changed, redrawn)
    return drawn_told(Drawing(changed, drawn.ground, redrawn, ready), made)


@router.post("/{plan}/undo", operation_id="undo", dependencies=WRITES, responses=problems(400, 404, 409, 413, 415))
async def post_undo(
    number: PlanNumber,
    body: VersionBody,
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> PlanTold:
    """Undo the last operation that counts."""
    async with changing(request, locators, actor, number, body.version) as (connection, found, _):
        return PlanTold.of(await step_back(connection, found, by=-1))


@router.post("/{plan}/redo", operation_id="redo", dependencies=WRITES, responses=problems(400, 404, 409, 413, 415))
async def post_redo(
    number: PlanNumber,
    body: VersionBody,
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> PlanTold:
    """Redo the operation that was undone last."""
    async with changing(request, locators, actor, number, body.version) as (connection, found, _):
        return PlanTold.of(await step_back(connection, found, by=1))


@router.post(
    "/{plan}/copy",
    operation_id="copy_plan",
    status_code=201,
    dependencies=WRITES,
    responses=problems(400, 404, 409, 413, 415),
)
async def post_copy(
    number: PlanNumber,
    body: CopyBody,
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> PlanTold:
    """A new plan with the operations that count; the one it is of stays as it is."""
    async with changing(request, locators, actor, number, body.version) as (connection, found, _):
        made = await copied(connection, found, name=body.name, actor=actor.name, now=clock(request)())
        return PlanTold.of(await plan(connection, made, scope=actor.scope))


@router.post(
    "/{plan}/rebase", operation_id="rebase_plan", dependencies=WRITES, responses=problems(400, 404, 409, 413, 415)
)
async def post_rebase(
    number: PlanNumber,
    body: VersionBody,
    request: Request,
    actor: TheActor,
    locators: TheLocators,
) -> DrawnTold:
    """Carry the plan over to the edition in force; where that drew the same grids otherwise, it is a conflict."""
    shelf: PlanShelf = request.app.state.plans
    async with changing(request, locators, actor, number, body.version) as (connection, found, ready):
        known = await editions(connection, ready.district)
        newer = next(one for one in known if one.status == "in_force")
        base = await shelf.ground(connection, ready.district, found.base_id)
        ground = await shelf.ground(connection, ready.district, newer.id)
        changed, redrawn, made = await rebased(
            connection,
            found,
            await redrawn_of(connection, found, base.coverage),
            (newer, ground.coverage),
            district=ready.district,
            actor=actor.name,
            now=clock(request)(),
        )
    return drawn_told(Drawing(changed, ground, redrawn, ready), made)


def _possible(found: Plan, actor: Actor, drew: set[str]) -> list[Step]:
    whose = {Whose.PLANNER} if may(actor.role, Action.DRAW_PLANS) else set[Whose]()
    if may(actor.role, Action.DECIDE_PLANS):
        whose.add(Whose.DECIDER)
    possible = steps_of(found.state, whose)
    return [one for one in possible if not (one in {Step.POST, Step.APPROVE} and actor.name in drew)]


def _territory(ready: Ready, actor: Actor, code: str | None) -> Area:
    """The area that is named, or the largest of the actor's own territory; never a cell."""
    areas = [one for one in ready.compiled.areas.values() if one.depth < ready.district.cell_depth]
    mine = [one for one in areas if holds(actor.scope, one.path) and code in {None, one.code}]
    if not mine:
        raise UnknownArea(
            f"There is no area {code!r} above the grids within your territory."
            if code
            else "Your territory has no area above the grids.",
            field="area",
            value=code,
        )
    return min(mine, key=lambda one: (one.depth, one.code))


def _edition(known: Sequence[Any], number: int) -> Any:
    found = next((one for one in known if one.number == number), None)
    if found is None:
        raise UnknownArea(f"There is no edition {number}.", field="restores", value=number)
    return found
