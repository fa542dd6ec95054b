"""The figures of all areas of a level."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.area_pages import edition_areas
from api.database import Reading
from api.locators import Served
from api.routes.common import API, TheLocators, clock
from api.schemas.problems import problems
from api.schemas.queries import WorkloadQuery
from api.schemas.workload import WorkloadTold
from api.standing import StandingFigures
from layers.access.permissions import Action
from layers.scope import Scope
from layers.workload.metrics import METRICS, Metric, metric_named
from layers.workload.queries import Sheet, sheet
from layers.workload.records import AreaFigures

router = APIRouter(prefix=API, tags=["workload"], dependencies=[Depends(known_parameters)])

METRIC_FACTS = ("key", "name", "name_en", "unit", "unit_en", "none_means")
ROW_FACTS = ("code", "name", "open", "unassigned", "residents", "workers", "median_age_open_h")


@router.get(
    "/workload",
    operation_id="get_workload",
    dependencies=[needs(Action.READ_FIGURES)],
    response_model=WorkloadTold,
    responses=problems(404),
)
async def get_workload(
    *,
    request: Request,
    query: Annotated[WorkloadQuery, Query()],
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """Open, unassigned, per 1,000 residents, per worker, median age: for every area of a level."""
    metric = metric_named(query.metric)
    served = await locators.district(query.district)
    found = await workload_sheet(request, reading, served, scope=actor.scope, level=query.level, edition=query.edition)
    # Thousands of rows: written as they are, not through a model for each.
    return Response(orjson.dumps(_told(found, metric)), media_type="application/json")


def _told(found: Sheet, metric: Metric) -> dict[str, Any]:
    return {
        "level": found.sheet.level_key,
        "edition": found.sheet.edition_number,
        "as_of": found.sheet.as_of,
        "metric": metric.key,
        "metrics": [{name: getattr(one, name) for name in METRIC_FACTS} for one in METRICS.values()],
        "total": found.sheet.total(metric.key),
        "held_above": found.held_above,
        "unlocated": found.unlocated,
        "rows": [_row(row, metric) for row in found.sheet.rows],
    }


def _row(row: AreaFigures, metric: Metric) -> dict[str, Any]:
    return {"value": metric.of(row.column)} | {name: getattr(row, name) for name in ROW_FACTS}


async def workload_sheet(
    request: Request,
    connection: AsyncConnection,
    served: Served,
    *,
    scope: Scope,
    level: str | None,
    edition: int | None,
) -> Sheet:
    """The sheet of a level (without one, the cells) under an edition (without one, that in force)."""
    district = served.district
    chosen = district.levels[-1] if level is None else district.level(level)
    found = await edition_areas(connection, served, edition)
    now = clock(request)()
    standing: StandingFigures = request.app.state.standing
    today = now.astimezone(district.zone).date()
    return await sheet(
        connection,
        district=district,
        edition=found.edition,
        level=chosen,
        areas=found.of_level(chosen.depth),
        stands=await standing.of(connection, found.edition, chosen, scope=scope, on=today),
        now=now,
    )
