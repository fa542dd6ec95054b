"""What those who act ask first: who could take a report, what is in their own hands, where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import TheActor, datum_of, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.locators import Locators, Ready
from api.routes.common import API, TheLocators, clock
from api.routes.reports import ReportNumber, json_only
from api.schemas.filing import stated
from api.schemas.problems import problems
from api.schemas.tasks import (
    CallTold,
    CandidatesTold,
    HereBody,
    HereTold,
    TakerTold,
    TasksTold,
    TaskTold,
    UnitTasksTold,
)
from api.telling import level_keys, told_location, told_reports
from geo.datum import position_to_storage
from geo.positions import LonLat
from layers.access.permissions import Action, may
from layers.actors import Actor
from layers.districts.retention import due_at
from layers.reports.choosing import candidates_of
from layers.reports.locating import at_position
from layers.reports.queries import district_of, id_of
from layers.reports.records import AtPosition
from layers.reports.tasks import Task, calls_of_unit, measured, pressing, tasks_of, tasks_of_unit
from layers.scope import holds

router = APIRouter(prefix=API, tags=["steps"], dependencies=[Depends(known_parameters)])
ACTING = needs(Action.TAKE_STEP)


@router.get(
    "/reports/{number}/candidates",
    operation_id="candidates_of_report",
    dependencies=[needs(Action.READ_PEOPLE)],
    responses=problems(404),
)
async def get_candidates(
    number: ReportNumber, request: Request, actor: TheActor, locators: TheLocators
) -> CandidatesTold:
    """Who could take a report, the best first, each with the reasons for and against.

    To roles that see shared positions it tells who is near; those people can see that they were looked at.
    """
    wanted, now = id_of(number), clock(request)()
    async with database(request).reading(actor.scope) as connection:
        ready = await locators.ready(await district_of(connection, wanted, scope=actor.scope))
    since = due_at(ready.district.settings.retention, now).positions if may(actor.role, Action.READ_POSITIONS) else None
    async with database(request).filing(actor.scope) as plain:
        found = await candidates_of(plain, wanted, setting=ready.setting, actor=actor, now=now, positions_since=since)
    keys = level_keys(ready.district)
    return CandidatesTold(number=number, candidates=[TakerTold.of(one, keys) for one in found])


@router.get("/my/tasks", operation_id="my_tasks", dependencies=[ACTING], responses=problems())
async def get_tasks(request: Request, actor: TheActor, reading: Reading, locators: TheLocators) -> TasksTold:
    """What one has in hand, the most pressing first."""
    found = await tasks_of(reading, actor=actor, now=clock(request)())
    return TasksTold(tasks=await _told(reading, await own_district(locators, actor), found))


@router.post(
    "/my/tasks/near",
    operation_id="my_tasks_near",
    dependencies=[ACTING, Depends(json_only)],
    responses=problems(400, 413, 415),
)
async def post_near(
    body: HereBody, request: Request, actor: TheActor, reading: Reading, locators: TheLocators
) -> TasksTold:
    """The same with the distance from where one stands: the nearest first among the equally pressing."""
    here, now = _here(body, actor), clock(request)()
    found = await tasks_of(reading, actor=actor, now=now)
    near = pressing(measured(found, position_to_storage(here.given, here.datum)), now=now)
    return TasksTold(tasks=await _told(reading, await own_district(locators, actor), near))


@router.post(
    "/my/area", operation_id="my_area", dependencies=[ACTING, Depends(json_only)], responses=problems(400, 413, 415)
)
async def post_area(body: HereBody, actor: TheActor, locators: TheLocators) -> HereTold:
    """The area one stands in, how certain that is, and whether it is one's own. The position is not kept."""
    ready = await own_district(locators, actor)
    location = at_position(_here(body, actor), compiled=ready.compiled)
    path = location.area.path if location.area else None
    return HereTold(**dict(told_location(location, ready.compiled)), mine=holds(actor.scope, path))


@router.get("/my/unit/tasks", operation_id="my_unit_tasks", dependencies=[ACTING], responses=problems())
async def get_unit_tasks(request: Request, actor: TheActor, reading: Reading, locators: TheLocators) -> UnitTasksTold:
    """What one's unit has in hand, and the calls it has not answered; empty for whoever belongs to none."""
    ready = await own_district(locators, actor)
    found = await tasks_of_unit(reading, actor=actor, now=clock(request)())
    calls = await calls_of_unit(reading, actor=actor)
    told = await told_reports(reading, ready, [one.report for one in calls])
    return UnitTasksTold(
        tasks=await _told(reading, ready, found),
        calls=[CallTold.of(one, report) for one, report in zip(calls, told, strict=True)],
    )


async def own_district(locators: Locators, actor: Actor) -> Ready:
    """The edition in force of the actor's own district."""
    served = next((one for one in await locators.every() if one.district.id == actor.district_id), None)
    return await locators.ready(served.district.code if served else None)


async def _told(connection: AsyncConnection, ready: Ready, tasks: Sequence[Task]) -> list[TaskTold]:
    told = await told_reports(connection, ready, [one.report for one in tasks])
    return [TaskTold.of(one, report) for one, report in zip(tasks, told, strict=True)]


def _here(body: HereBody, actor: Actor) -> AtPosition:
    return AtPosition(LonLat(body.lon, body.lat), stated(body.datum, datum_of(actor), "datum"), body.accuracy_m)
