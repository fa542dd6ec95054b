"""What is decided about plans: their consequences, options, steps, comments; orders on grids; what is posted."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.locators import Ready
from api.plan_shelf import PlanShelf
from api.routes.common import API, TheLocators, clock
from api.routes.plan_desk import Drawing, PlanNumber, changed_cells, changing, drawing, told_sheet
from api.routes.reports import json_only
from api.routes.tasks import own_district
from api.schemas.common import WITHOUT_NUL
from api.schemas.planning import (
    CommentBody,
    LockBody,
    LocksTold,
    LockTold,
    PostedPlansTold,
    PostedPlanTold,
    SheetTold,
    StepBody,
)
from api.schemas.plans import CellsTold, CommentTold, PlanTold
from api.schemas.problems import problems
from api.schemas.queries import InDistrict, PositionIncomplete
from geo.positions import LonLat
from layers.access.permissions import Action, check_allowed
from layers.actors import DESK, Actor
from layers.areas.queries import UnknownArea
from layers.areas.records import Area
from layers.plans.deciding import comment, lock, locks, take_step, unlock
from layers.plans.keeping import comments, plan, plans, steps
from layers.plans.lifecycle import State, Step, Whose, way
from layers.plans.records import MEASURES
from layers.scope import holds
from layers.traces.recording import trace_in
from layers.traces.records import Event, EventName

router = APIRouter(prefix=API, tags=["plans"], dependencies=[Depends(known_parameters)])
CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "One line for each grid.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
ENDED: dict[int | str, dict[str, Any]] = {204: {"description": "Ended."}}
GridCode = Annotated[str, Path(min_length=1, max_length=64, pattern=WITHOUT_NUL, description="Code of a grid.")]


@router.post(
    "/plans/{plan}/steps",
    operation_id="step_of_plan",
    dependencies=[needs(Action.DECIDE_PLANS), Depends(json_only)],
    responses=problems(400, 404, 409, 413, 415),
)
async def post_step(
    number: PlanNumber, body: StepBody, request: Request, actor: TheActor, locators: TheLocators
) -> PlanTold:
    """Check, submit, post, approve, return or withdraw a plan; approved, it comes in force at its moment by itself."""
    now = clock(request)()
    async with changing(request, locators, actor, number, body.version) as (connection, found, ready):
        leads = way(found.state, body.step)
        check_allowed(actor.role, Action.DRAW_PLANS if leads.whose is Whose.PLANNER else Action.DECIDE_PLANS)
        drawn = await drawing(request, connection, ready, found) if body.step is Step.CHECK else None
        changed = await take_step(
            connection,
            found,
            body.step,
            drawn.redrawn if drawn else None,
            note=body.note,
            effective_at=body.effective_at,
            actor=actor.name,
            now=now,
        )
        facts = {"before": found.state.value, "after": changed.state.value, "version": changed.version}
        event = Event(EventName.PLAN_STEP, found.district_id, f"plan:{number}", facts=facts)
        await trace_in(connection, event, actor=actor.name, now=now)
    return PlanTold.of(changed)


@router.post(
    "/plans/{plan}/comments",
    operation_id="comment_plan",
    status_code=201,
    dependencies=[needs(Action.READ_PLANS), Depends(json_only)],
    responses=problems(400, 404, 413, 415),
)
async def post_comment(number: PlanNumber, body: CommentBody, request: Request, actor: TheActor) -> CommentTold:
    """Say something of a plan, pinned to a place or of the whole."""
    if (body.lon is None) != (body.lat is None):
        raise PositionIncomplete("A place has lon and lat.", field="lon" if body.lon is None else "lat")
    at = None if body.lon is None or body.lat is None else LonLat.checked(body.lon, body.lat)
    async with database(request).writing(actor.scope) as connection:
        found = await plan(connection, number, scope=actor.scope)
        await comment(connection, found, body.text, at, actor=actor.name, now=clock(request)())
        return CommentTold.of((await comments(connection, found))[-1])


@router.get(
    "/plans/{plan}/consequences",
    operation_id="consequences_of_plan",
    dependencies=[needs(Action.READ_PLANS)],
    responses=problems(404),
)
async def get_consequences(number: PlanNumber, request: Request, actor: TheActor, locators: TheLocators) -> SheetTold:
    """What the plan would change, as everything stands now: grids, people, work, who answers for what."""
    return await told_sheet(request, await own_district(locators, actor), actor, number)


@router.get(
    "/plans/{plan}/consequences.csv",
    operation_id="consequences_csv",
    dependencies=[needs(Action.READ_PLANS)],
    response_class=Response,
    responses={**CSV, **problems(404)},
)
async def get_consequences_csv(
    number: PlanNumber, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """The same grid by grid, as a table for spreadsheets."""
    sheet = await told_sheet(request, await own_district(locators, actor), actor, number)
    headers = {"Content-Disposition": f'attachment; filename="plan-{number}.csv"', "Cache-Control": "no-store"}
    return Response(sheet_table(sheet), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/cell-locks", operation_id="list_locks", dependencies=[needs(Action.READ_PLANS)], responses=problems())
async def get_locks(actor: TheActor, reading: Reading) -> LocksTold:
    """The grids within one's territory that stay as they are by order."""
    return LocksTold(locks=[LockTold.of(one) for one in await locks(reading, scope=actor.scope)])


@router.post(
    "/cell-locks",
    operation_id="lock_cell",
    status_code=201,
    dependencies=[needs(Action.LOCK_CELLS), Depends(json_only)],
    responses=problems(400, 404, 409, 413, 415),
)
async def post_lock(body: LockBody, request: Request, actor: TheActor, locators: TheLocators) -> LockTold:
    """Order that a grid stays as it is: no plan changes it while the order holds."""
    ready, now = await own_district(locators, actor), clock(request)()
    cell = _cell(ready, actor, body.code)
    async with database(request).writing(actor.scope) as connection:
        await lock(connection, cell, body.reason, actor=actor.name, now=now)
    return LockTold(code=cell.code, reason=body.reason, made_by=actor.name, made_at=now)


@router.delete(
    "/cell-locks/{code}",
    operation_id="unlock_cell",
    status_code=204,
    dependencies=[needs(Action.LOCK_CELLS)],
    response_class=Response,
    responses={**ENDED, **problems(404)},
)
async def delete_lock(code: GridCode, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """End the order on a grid."""
    ready = await own_district(locators, actor)
    cell = _cell(ready, actor, code)
    async with database(request).writing(actor.scope) as connection:
        await unlock(connection, cell, actor=actor.name, now=clock(request)())
    return Response(status_code=204)


@router.get("/public/plans", operation_id="public_plans", responses=problems(404))
async def get_posted(query: Annotated[InDistrict, Query()], request: Request, locators: TheLocators) -> PostedPlansTold:
    """The plans that are posted for the public (公示): what they change, and nothing of who drew them."""
    ready = await locators.ready(query.district)
    shelf: PlanShelf = request.app.state.plans
    told = []
    async with database(request).reading(DESK) as connection:
        for one in await plans(connection, ready.district, scope=DESK):
            if one.state is State.POSTED:
                await shelf.ground(connection, ready.district, one.base_id)
                drawn = await drawing(request, connection, ready, one)
                taken = [step for step in await steps(connection, one) if step.step == Step.POST]
                told.append(_posted(drawn, taken[-1].made_at))
    return PostedPlansTold(plans=told)


def sheet_table(sheet: SheetTold) -> str:
    """The sheet as CSV for spreadsheets, grid by grid, before and after."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(["code", *(f"{name}_{when}" for name in MEASURES for when in ("before", "after"))])
    for one in sheet.cells:
        before, after = one.before or {}, one.after or {}
        writer.writerow([one.code, *(side.get(name, "") for name in MEASURES for side in (before, after))])
    return out.getvalue()


def _cell(ready: Ready, actor: Actor, code: str) -> Area:
    found = ready.compiled.by_code.get((ready.district.cell_depth, code))
    if found is None or not holds(actor.scope, found.path):
        raise UnknownArea(f"There is no grid {code!r} within your territory.", field="code", value=code)
    return found


def _posted(drawn: Drawing, posted_at: Any) -> PostedPlanTold:
    one = drawn.plan
    return PostedPlanTold(
        plan=one.id,
        name=one.name,
        reason=one.reason,
        document=one.document,
        area=one.area_code,
        posted_at=posted_at,
        cells=CellsTold.model_validate(changed_cells(drawn)),
    )
