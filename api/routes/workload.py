"""The figures of all areas of a level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import Reading
from api.figure_shelf import counted
from api.routes.common import API, TheLocators
from api.schemas.problems import problems
from api.schemas.queries import WorkloadQuery
from api.schemas.workload import WorkloadTold
from layers.access.permissions import Action
from layers.workload.metrics import COLUMNS, METRICS, Metric, metric_named
from layers.workload.records import FigureTable, WorkloadSheet

router = APIRouter(prefix=API, tags=["workload"], dependencies=[Depends(known_parameters)])

METRIC_FACTS = ("key", "name", "name_en", "unit", "unit_en", "none_means")


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
    """Open, unassigned, overdue, due soon, per 1,000 residents, per worker, median age: for every area of a level."""
    metric = metric_named(query.metric)
    served = await locators.district(query.district)
    app = request.app.state
    found = await counted(
        reading,
        served,
        app.slow,
        scope=actor.scope,
        level=query.level,
        edition=query.edition,
        now=app.clock(),
    )
    # Thousands of rows: written as they are, not through a model for each.
    return Response(orjson.dumps(_told(found, metric)), media_type="application/json")


def _told(sheet: WorkloadSheet, metric: Metric) -> dict[str, Any]:
    return {
        "level": sheet.level_key,
        "edition": sheet.edition_number,
        "as_of": sheet.as_of,
        "metric": metric.key,
        "metrics": [{name: getattr(one, name) for name in METRIC_FACTS} for one in METRICS.values()],
        "total": sheet.total(metric.key),
        "held_above": sheet.held_above.open,
        "unlocated": sheet.unlocated.open,
        "rows": list(_rows(sheet.figures, metric)),
    }


def _rows(figures: FigureTable, metric: Metric) -> Iterator[dict[str, Any]]:
    names = ("value", "code", "name", *COLUMNS)
    columns = (figures.values(metric.key), figures.codes, figures.names, *(figures.columns[name] for name in COLUMNS))
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
