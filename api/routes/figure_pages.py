"""The figures of a period as a page."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.figure_course import page_asked
from api.form_pages import HEADERS
from api.locators import Served
from api.period_figures import level_of
from api.routes.common import TheLocators
from api.schemas.figures import FiguresPageQuery
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.figures.records import PeriodSheet
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
    """How a period went: its course, a table, bars of one figure, and what every figure means."""
    from maps.period_pages import Choice, period_page

    served = await locators.district(query.district)
    sheet, course = await page_asked(request, query, served, actor)
    district = served.district
    names = [(one.key, one.name if query.lang == "zh" else one.name_en) for one in district.levels]
    choice = Choice(
        period=str(sheet.period),
        by=query.by.value,
        level=level_of(district, query.level).key,
        figure=query.figure,
        edition="" if query.edition is None else str(query.edition),
        levels=names,
        step=query.step or "",
        area=query.area or "",
        kind=query.kind or "",
    )
    page = await asyncio.to_thread(period_page, _frame(query, served, sheet), choice, sheet, course)
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
