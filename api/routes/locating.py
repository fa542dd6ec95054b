"""Locating a position, or finding an address in the register, without filing anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.access import TheActor, datum_of, needs
from api.addresses import known_parameters
from api.database import database
from api.routes.common import API, TheLocators
from api.routes.reports import json_only
from api.schemas.common import Position
from api.schemas.filing import AddressBody, LocateBody, stated
from api.schemas.problems import problems
from api.schemas.queries import LocateQuery
from api.schemas.reports import AddressesTold, FoundAddress, Located
from api.telling import told_location
from geo.positions import LonLat
from layers.access.permissions import Action
from layers.reports.locating import at_position, match_address
from layers.reports.records import AtPosition

router = APIRouter(prefix=API, tags=["locating"], dependencies=[Depends(known_parameters)])


@router.get("/locate", operation_id="locate", responses=problems(404))
async def get_locate(query: Annotated[LocateQuery, Query()], locators: TheLocators) -> Located:
    """The area a position lies in, how certain that is, and what else it could be.

    Addresses end in the logs of proxies: send positions of people with POST.
    """
    subject = AtPosition(LonLat(query.lon, query.lat), query.datum, query.accuracy_m)
    return await _located(subject, query.district, locators)


@router.post(
    "/locate", operation_id="locate_in_body", dependencies=[Depends(json_only)], responses=problems(400, 404, 413, 415)
)
async def post_locate(body: LocateBody, actor: TheActor, locators: TheLocators) -> Located:
    """The same with the position in the body, so that no log on the way holds it."""
    subject = AtPosition(LonLat(body.lon, body.lat), stated(body.datum, datum_of(actor), "datum"), body.accuracy_m)
    return await _located(subject, body.district, locators)


@router.post(
    "/addresses",
    operation_id="find_addresses",
    dependencies=[needs(Action.READ_FIGURES), Depends(json_only)],
    responses=problems(400, 404, 413, 415, 503),
)
async def post_addresses(body: AddressBody, request: Request, actor: TheActor, locators: TheLocators) -> AddressesTold:
    """Places of the register (buildings, service points, areas) that an address may mean, as far as it is typed."""
    ready = await locators.ready(body.district)
    async with database(request).filing(actor.scope) as connection:
        decision = await match_address(connection, body.address, compiled=ready.compiled)
    return AddressesTold(
        flag=decision.flag,
        matches=[
            FoundAddress(
                what=one.what, code=one.code, text=one.text, score=one.score, position=Position.of(one.position)
            )
            for one in decision.best
        ],
    )


async def _located(subject: AtPosition, district: str | None, locators: TheLocators) -> Located:
    ready = await locators.ready(district)
    return told_location(at_position(subject, compiled=ready.compiled), ready.compiled)
