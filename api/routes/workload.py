"""The figures of all areas of a level."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from api.addresses import known_parameters
from api.area_pages import edition_areas
from api.clock import Clock
from api.database import Reading
from api.locators import Served
from api.routes.common import API, TheClock, TheLocators
from api.schemas.problems import problems
from api.schemas.queries import WorkloadQuery
from api.schemas.workload import FiguresTold, MetricTold, WorkloadTold
from layers.workload.metrics import METRICS, metric_named
from layers.workload.queries import Sheet, sheet

router = APIRouter(prefix=API, tags=["workload"], dependencies=[Depends(known_parameters)])


@router.get("/workload", operation_id="get_workload", responses=problems(404))
async def get_workload(
    query: Annotated[WorkloadQuery, Query()], reading: Reading, locators: TheLocators, clock: TheClock
) -> WorkloadTold:
    """Open, unassigned, per 1,000 residents, per worker, median age: for every area of a level."""
    metric = metric_named(query.metric)
    served = await locators.district(query.district)
    found = await workload_sheet(reading, served, level=query.level, edition=query.edition, clock=clock)
    rows = found.sheet.rows
    return WorkloadTold(
        level=found.sheet.level_key,
        edition=found.sheet.edition_number,
        as_of=found.sheet.as_of,
        metric=metric.key,
        metrics=[
            MetricTold(
                key=one.key,
                name=one.name,
                name_en=one.name_en,
                unit=one.unit,
                unit_en=one.unit_en,
                none_means=one.none_means,
            )
            for one in METRICS.values()
        ],
        total=found.sheet.total(metric.key),
        held_above=found.held_above,
        unlocated=found.unlocated,
        rows=[
            FiguresTold(
                code=row.code,
                name=row.name,
                value=row.value(metric.key),
                open=row.open,
                unassigned=row.unassigned,
                residents=row.residents,
                workers=row.workers,
                median_age_open_h=row.median_age_open_h,
            )
            for row in rows
        ],
    )


async def workload_sheet(
    connection: AsyncConnection, served: Served, *, level: str | None, edition: int | None, clock: Clock
) -> Sheet:
    """The sheet of a level (without one, the cells) under an edition (without one, that in force)."""
    district = served.district
    chosen = district.levels[-1] if level is None else district.level(level)
    found = await edition_areas(connection, served, edition)
    return await sheet(
        connection,
        district=district,
        edition=found.edition,
        level=chosen,
        areas=found.of_level(chosen.depth),
        now=clock(),
    )
