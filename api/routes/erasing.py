"""Erasing what a report holds of persons, when they ask for it."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.routes.common import API, clock
from api.routes.handling import seen_report
from api.routes.reports import ReportNumber
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.reports.erasing import Reason, erase_personal

router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters)])


@router.delete(
    "/reports/{number}/personal",
    operation_id="erase_personal",
    status_code=204,
    dependencies=[needs(Action.ERASE_PERSONAL)],
    response_class=Response,
    responses={204: {"description": "Erased, and recorded; also where it had been erased before."}, **problems(404)},
)
async def delete_personal(number: ReportNumber, request: Request, actor: TheActor) -> Response:
    """Erase text, address, name, telephone, photos, extra fields and exact position; record and figures stay."""
    wanted = await seen_report(request, number, actor)
    async with database(request).filing(actor.scope) as connection:
        await erase_personal(connection, wanted, reason=Reason.REQUEST, actor=actor.name, now=clock(request)())
    return Response(status_code=204)
