"""Locating a position, without filing anything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import TheActor, datum_of
from api.addresses import known_parameters
from api.routes.common import API, TheLocators
from api.routes.reports import json_only
from api.schemas.filing import LocateBody, stated
from api.schemas.problems import problems
from api.schemas.queries import LocateQuery
from api.schemas.reports import Located
from api.telling import told_location
from geo.positions import LonLat
from layers.reports.locating import at_position
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


async def _located(subject: AtPosition, district: str | None, locators: TheLocators) -> Located:
    ready = await locators.ready(district)
    return told_location(at_position(subject, compiled=ready.compiled), ready.compiled)
