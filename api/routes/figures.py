"""The figures of a period: as JSON, as a table, and what each of them means."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.figure_course import course_asked, course_told
from api.period_figures import sheet_asked, table, told
from api.routes.common import API, TheLocators
from api.schemas.figures import (
    CountTold,
    CourseQuery,
    CourseTold,
    DefinitionsTold,
    FiguresQuery,
    FigureTold,
    PeriodFiguresTold,
)
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.figures.definitions import COUNTS, FIGURES

router = APIRouter(prefix=API, tags=["figures"], dependencies=[Depends(known_parameters)])

CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "One line for each row.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.get(
    "/figures",
    operation_id="get_figures",
    dependencies=[needs(Action.READ_FIGURES)],
    response_model=PeriodFiguresTold,
    responses=problems(404),
)
async def get_figures(
    query: Annotated[FiguresQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """How a period went, by area, kind, group of kinds or unit: counts, and the figures they come to."""
    sheet = await sheet_asked(request, query, await locators.district(query.district), actor)
    return Response(orjson.dumps(told(sheet)), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/figures.csv",
    operation_id="export_figures",
    dependencies=[needs(Action.READ_FIGURES)],
    response_class=Response,
    responses={**CSV, **problems(404)},
)
async def get_figures_csv(
    query: Annotated[FiguresQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """The same as one table, with a line for the total."""
    sheet = await sheet_asked(request, query, await locators.district(query.district), actor)
    name = f"figures-{sheet.by}-{sheet.period.first:%Y%m%d}-{sheet.period.last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(table(sheet), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/figures/course",
    operation_id="get_figures_course",
    dependencies=[needs(Action.READ_FIGURES)],
    response_model=CourseTold,
    responses=problems(404),
)
async def get_course(
    query: Annotated[CourseQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """How a period went step by step, of everything or of one area or kind: the same counts and figures as above."""
    served = await locators.district(query.district)
    found = await course_asked(request, query, served, actor)
    body = orjson.dumps(course_told(found, served.district, query.figure))
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/figures/definitions", operation_id="define_figures", responses=problems())
async def get_definitions() -> DefinitionsTold:
    """What each figure is: numerator, denominator, period and meaning, in both languages."""
    return DefinitionsTold(
        figures=[FigureTold.of(one) for one in FIGURES.values()], counts=[CountTold.of(one) for one in COUNTS.values()]
    )
