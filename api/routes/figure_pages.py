"""The figures of a period as a page."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.form_pages import HEADERS
from api.locators import Served
from api.period_figures import level_of, sheet_asked
from api.routes.common import TheLocators
from api.schemas.figures import FiguresPageQuery
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.figures.definitions import FIGURES
from layers.figures.records import PeriodSheet
from layers.workload.metrics import UnknownMetric
from maps.records import Frame

router = APIRouter(tags=["pages"], dependencies=[Depends(known_parameters)])
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}, "description": "The page."}}


@router.get(
    "/figures",
    operation_id="figures_page",
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**PAGE, **problems(404)},
)
async def get_figures_page(
    query: Annotated[FiguresPageQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """How a period went: a table, bars of one figure, and what every figure means."""
    from maps.period_pages import Choice, period_page

    if query.figure not in FIGURES:
        raise UnknownMetric(
            "There is no such figure.", field="figure", value=query.figure, remedy=f"Use one of: {', '.join(FIGURES)}."
        )
    served = await locators.district(query.district)
    sheet = await sheet_asked(request, query, served, actor)
    district = served.district
    names = [(one.key, one.name if query.lang == "zh" else one.name_en) for one in district.levels]
    choice = Choice(
        period=str(sheet.period),
        by=query.by.value,
        level=level_of(district, query.level).key,
        figure=query.figure,
        edition="" if query.edition is None else str(query.edition),
        levels=names,
    )
    page = await asyncio.to_thread(period_page, _frame(query, served, sheet), choice, sheet)
    return Response(page, headers=HEADERS, media_type="text/html; charset=utf-8")


def _frame(query: FiguresPageQuery, served: Served, sheet: PeriodSheet) -> Frame:
    district = served.district
    return Frame(
        language=query.lang,
        path="/figures",
        district=query.district,
        district_name=district.name if query.lang == "zh" else district.name_en,
        edition_number=sheet.edition_number,
        now=sheet.as_of,
        time_zone=district.time_zone,
    )
