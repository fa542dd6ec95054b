"""Many reports given at once, foreseen, and given back within a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Path, Request

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.errors import answer_for
from api.locators import Locators
from api.routes.common import API, TheLocators, clock
from api.routes.reports import json_only
from api.routes.steps import take_surely
from api.routes.tasks import own_district
from api.schemas.assigning import KEY, AssignmentsBody, AssignmentsTold, GivenTold, LoadTold, NotGiven, UndoneTold
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.actors import DESK, Actor
from layers.refusals import Refusal
from layers.reports.bulk import (
    UNDONE_WITHIN,
    Foreseen,
    Load,
    Order,
    Undoing,
    foresee,
    given_before,
    holders_of,
    loads_now,
    loads_of,
    seen_of,
    undoing,
)
from layers.reports.queries import id_of
from layers.reports.records import report_number

router = APIRouter(prefix=API, tags=["steps"], dependencies=[Depends(known_parameters)])
TheKey = Annotated[str, Path(min_length=1, max_length=64, pattern=KEY, description="The client_key of the assignment.")]
WHY_NOT = {
    "moved_on": "It was accepted, or given on, since.",
    "had_no_holder": "It was in nobody's hands before, and stays where it is.",
}


@router.post(
    "/assignments",
    operation_id="assign_many",
    dependencies=[needs(Action.HAND_OVER), Depends(json_only)],
    responses=problems(400, 404, 413, 415),
)
async def post_assignments(
    body: AssignmentsBody, request: Request, actor: TheActor, locators: TheLocators
) -> AssignmentsTold:
    """Give many reports to someone, or each to whoever the rule chooses; a dry run foresees everyone's load.

    Each is given in a transaction of its own, so that what one stands against loses nothing of the others; sent again
    under the same key, those that were given are found, and the others tried again.
    """
    order, now = Order(body.client_key, body.person, body.reason), clock(request)()
    wanted = [id_of(one) for one in dict.fromkeys(body.numbers)]
    ready = await own_district(locators, actor)
    async with database(request).reading(actor.scope) as connection:
        seen = await seen_of(connection, wanted, scope=actor.scope)
    async with database(request).filing(actor.scope) as plain:
        foreseen = await foresee(
            plain, {one: one in seen for one in wanted}, order, setting=ready.setting, actor=actor, now=now
        )
        before = await loads_of(plain, foreseen)
        holders = await holders_of(plain, wanted)
    told = [_foreseen(one, before) for one in foreseen]
    loads = before
    if not body.dry_run:
        given = [await _given(request, locators, one, order, actor) for one in foreseen]
        async with database(request).filing(DESK) as plain:
            now_held, loads = await holders_of(plain, wanted), await loads_now(plain, before)
        told = [_told(one, holders, now_held) for one in given]
    return AssignmentsTold(
        client_key=body.client_key,
        dry_run=body.dry_run,
        reports=told,
        loads=[LoadTold.of(one) for one in loads],
        undo_until=None if body.dry_run else now + UNDONE_WITHIN,
    )


@router.post(
    "/assignments/{key}/undo",
    operation_id="undo_assignments",
    dependencies=[needs(Action.HAND_OVER)],
    responses=problems(404, 409),
)
async def post_undo(key: TheKey, request: Request, actor: TheActor, locators: TheLocators) -> UndoneTold:
    """Within a minute, give back what nobody accepted to whoever had it before; what is not given back is said.

    Sent again, it finds what was given back.
    """
    async with database(request).filing(DESK) as plain:
        found = await undoing(plain, key, actor=actor, now=clock(request)())
        wanted = [one.report for one in found]
        before = await holders_of(plain, wanted)
    done = [await _undone(request, locators, one, actor) for one in found]
    async with database(request).filing(DESK) as plain:
        after = await holders_of(plain, wanted)
    return UndoneTold(client_key=key, reports=[_told(one, before, after) for one in done])


class _Done(NamedTuple):
    """What came of one report."""

    report: int
    again: bool = False
    refused: NotGiven | None = None


async def _given(request: Request, locators: Locators, one: Foreseen, order: Order, actor: Actor) -> _Done:
    try:
        async with database(request).filing(DESK) as plain:
            if await given_before(plain, one.report, order, actor=actor):
                return _Done(one.report, again=True)
        if one.request is None:
            return _Done(one.report, refused=_refused(one.refusal))
        taken = await take_surely(request, locators, one.report, one.request, actor)
    except Refusal as refusal:
        return _Done(one.report, refused=_refused(refusal))
    return _Done(one.report, again=taken.again)


async def _undone(request: Request, locators: Locators, one: Undoing, actor: Actor) -> _Done:
    if one.step is None:
        why_not = one.why_not or ""
        return _Done(one.report, refused=NotGiven(type=why_not, detail=WHY_NOT[why_not]))
    try:
        taken = await take_surely(request, locators, one.report, one.step, actor)
    except Refusal as refusal:
        return _Done(one.report, refused=_refused(refusal))
    return _Done(one.report, again=taken.again)


def _foreseen(one: Foreseen, loads: Sequence[Load]) -> GivenTold:
    numbers = {load.person: load.number for load in loads}
    return GivenTold(
        number=report_number(one.report),
        done=False,
        holder=numbers.get(one.holder or 0),
        receiver=numbers.get(one.receiver or 0),
        refused=_refused(one.refusal),
    )


def _told(one: _Done, before: Mapping[int, str | None], after: Mapping[int, str | None]) -> GivenTold:
    done = one.refused is None
    # Of what was refused nothing is told: whoever asks may not see who has it.
    return GivenTold(
        number=report_number(one.report),
        done=done,
        again=one.again,
        holder=before.get(one.report) if done else None,
        receiver=after.get(one.report) if done else None,
        refused=one.refused,
    )


def _refused(refusal: Refusal | None) -> NotGiven | None:
    return None if refusal is None else NotGiven(type=answer_for(refusal).slug, detail=str(refusal))
