"""What everybody may see, without an account: counts of areas, and reports on squares of 200 m."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.addresses import known_parameters
from api.database import database
from api.locators import Ready
from api.public_shelf import PublicShelf
from api.routes.common import API, TheLocators, clock
from api.schemas.problems import problems
from api.schemas.public import (
    PublicCount,
    PublicFiguresQuery,
    PublicFiguresTold,
    PublicReportsQuery,
    PublicReportsTold,
    PublicReportTold,
    PublicSealsQuery,
    SealsTold,
    SealTold,
)
from layers.actors import NOTHING
from layers.refusals import NotFound
from layers.reports.public import Month
from layers.reports.sealing import seals_of
from layers.reports.suppression import LEAST

router = APIRouter(prefix=f"{API}/public", tags=["public"], dependencies=[Depends(known_parameters)])


class NotForEverybody(NotFound):
    """There are no public figures of this level."""


@router.get("/seals", operation_id="public_seals", responses=problems(404))
async def get_seals(query: Annotated[PublicSealsQuery, Query()], request: Request, locators: TheLocators) -> SealsTold:
    """The daily seals of the record, newest first: whoever keeps one can show that nothing before it was made anew."""
    served = await locators.district(query.district)
    async with database(request).filing(NOTHING) as connection:
        seals = await seals_of(connection, served.district.id, most=query.limit)
    told = [SealTold(day=one.day, entries=one.entries, digest=one.digest.hex()) for one in seals]
    return SealsTold(district=served.district.code, seals=told)


@router.get("/figures", operation_id="public_figures", responses=problems(404))
async def get_figures(
    query: Annotated[PublicFiguresQuery, Query()], request: Request, locators: TheLocators
) -> PublicFiguresTold:
    """The reports of a month in every area of a level above the cells; under five they are left out."""
    ready = await locators.ready(query.district)
    level = ready.district.level(query.level)
    if not level.depth < ready.district.cell_depth:
        raise NotForEverybody(
            f"There are no public figures of the level {level.key}.",
            field="level",
            value=level.key,
            remedy=f"Ask for one of: {', '.join(one.key for one in ready.district.levels[:-1])}.",
        )
    month = _month(request, query.month, ready)
    found = await shelf(request).month(ready.compiled, month)
    root = ready.compiled.by_code[0, ready.district.code]
    areas = sorted((one for one in ready.compiled.areas.values() if one.depth == level.depth), key=lambda one: one.code)
    return PublicFiguresTold(
        month=str(month),
        level=level.key,
        least=LEAST,
        total=found.counts[root.id],
        areas=[PublicCount(code=one.code, name=one.name, reports=found.counts[one.id]) for one in areas],
    )


@router.get("/reports", operation_id="public_reports", responses=problems(404))
async def get_reports(
    query: Annotated[PublicReportsQuery, Query()], request: Request, locators: TheLocators
) -> PublicReportsTold:
    """The reports of a month by kind, status and day, each on a square that holds five of them at least."""
    ready = await locators.ready(query.district)
    month = _month(request, query.month, ready)
    found = await shelf(request).month(ready.compiled, month)
    begin = int(query.cursor or 0)
    page = found.reports[begin : begin + query.limit]
    end = begin + len(page)
    return PublicReportsTold(
        month=str(month),
        reports=[PublicReportTold.of(one) for one in page],
        next=str(end) if end < len(found.reports) else None,
    )


def shelf(request: Request) -> PublicShelf:
    """The application's months."""
    found: PublicShelf = request.app.state.public
    return found


def _month(request: Request, text: str | None, ready: Ready) -> Month:
    if text is not None:
        return Month.read(text)
    today = clock(request)().astimezone(ready.district.zone)
    return Month(today.year, today.month)
