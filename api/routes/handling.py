"""What those do who handle a report: read its personal fields for a purpose, hand it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection
from pydantic import BaseModel

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.routes.common import API, TheLocators, clock
from api.routes.reports import ReportNumber, json_only
from api.schemas.handling import (
    CallerBody,
    EarlierCallsTold,
    EarlierCallTold,
    HandOverBody,
    NoteTold,
    OtherCallerTold,
    PersonalBody,
    PersonalTold,
    ReceiverBody,
)
from api.schemas.problems import problems
from api.telling import found_area
from layers.access.permissions import Action
from layers.actors import Actor
from layers.reports.callers import earlier_calls
from layers.reports.handing_over import Receiver, end_hand_over, hand_over, person_named
from layers.reports.personal import Said, read_personal
from layers.reports.queries import district_of, id_of

router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters), Depends(json_only)])
AnyTold = TypeVar("AnyTold", bound=BaseModel)
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Done, and recorded."}}


@router.post(
    "/callers",
    operation_id="earlier_calls",
    dependencies=[needs(Action.READ_PERSONAL)],
    responses=problems(400, 413, 415),
)
async def post_caller(body: CallerBody, request: Request, actor: TheActor) -> EarlierCallsTold:
    """The earlier reports of a telephone number: the number in the body, each report told is in the access log."""
    async with database(request).writing(actor.scope) as connection:
        found = await earlier_calls(connection, body.phone, body.purpose, actor=actor, now=clock(request)())
    return EarlierCallsTold(
        reports=[
            EarlierCallTold(number=one.number, kind=one.kind, status=one.status, filed_at=one.filed_at) for one in found
        ]
    )


@router.post(
    "/reports/{number}/personal",
    operation_id="read_personal",
    dependencies=[needs(Action.READ_PERSONAL)],
    responses=problems(400, 404, 413, 415),
)
async def post_personal(number: ReportNumber, body: PersonalBody, request: Request, actor: TheActor) -> PersonalTold:
    """The personal fields of a report, for a stated purpose: the access log has the line before this is answered."""
    wanted = await seen_report(request, number, actor)
    async with database(request).filing(actor.scope) as connection:
        found = await read_personal(connection, wanted, body.purpose, actor=actor, now=clock(request)())
    return PersonalTold(
        number=number,
        purpose=body.purpose,
        fields=list(found.fields),
        text=found.text,
        address=found.address,
        reporter_name=found.reporter_name,
        reporter_phone=found.reporter_phone,
        notes=_each(NoteTold, found.notes),
        callers=_each(OtherCallerTold, found.callers),
    )


def _each(told: type[AnyTold], said: Sequence[Said] | None) -> list[AnyTold] | None:
    names = told.model_fields
    return None if said is None else [told(**{name: getattr(one, name) for name in names}) for one in said]


@router.post(
    "/reports/{number}/hand-overs",
    operation_id="hand_over",
    status_code=204,
    dependencies=[needs(Action.HAND_OVER)],
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_hand_over(
    number: ReportNumber, body: HandOverBody, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """Let an area or a person see a report that lies elsewhere."""
    wanted = await seen_report(request, number, actor)
    async with database(request).filing(actor.scope) as connection:
        receiver = await _receiver(connection, body, actor.district_id, locators)
        await hand_over(connection, wanted, receiver, reason=body.reason, actor=actor, now=clock(request)())
    return Response(status_code=204)


@router.post(
    "/reports/{number}/hand-overs/end",
    operation_id="end_hand_over",
    status_code=204,
    dependencies=[needs(Action.HAND_OVER)],
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_end(
    number: ReportNumber, body: ReceiverBody, request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """End a hand-over: they no longer see the report unless it lies with them."""
    wanted = await seen_report(request, number, actor)
    async with database(request).filing(actor.scope) as connection:
        receiver = await _receiver(connection, body, actor.district_id, locators)
        await end_hand_over(connection, wanted, receiver, actor=actor, now=clock(request)())
    return Response(status_code=204)


async def seen_report(request: Request, number: str, actor: Actor) -> int:
    """The id of a report that whoever asks may see: the first wall of what is then done in plain statements.

    Raises:
        UnknownReport: there is none of this number that they may see.
    """
    wanted = id_of(number)
    async with database(request).reading(actor.scope) as connection:
        await district_of(connection, wanted, scope=actor.scope)
    return wanted


async def _receiver(
    connection: AsyncConnection[Any], body: ReceiverBody, district_id: int | None, locators: TheLocators
) -> Receiver:
    if body.person is not None:
        return Receiver(person_id=await person_named(connection, body.person, district_id=district_id))
    assert body.level is not None and body.code is not None, "the schema asks for both"
    served = next((one for one in await locators.every() if one.district.id == district_id), None)
    ready = await locators.ready(served.district.code if served else None)
    return Receiver(path=found_area(ready.compiled, body.level, body.code).path)
