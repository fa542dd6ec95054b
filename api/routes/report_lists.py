"""Lists of reports: narrowed and paged, and the coordinates that come again and again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.area_pages import edition_areas
from api.database import Reading
from api.locators import Ready
from api.routes.common import API, TheLocators
from api.schemas.common import Position
from api.schemas.problems import problems
from api.schemas.queries import RepeatedQuery, ReportFilters, ReportQuery
from api.schemas.reports import RepeatedList, RepeatedTold, ReportList
from api.telling import told_reports
from layers.access.permissions import Action
from layers.reports.listing import ReportFilter, check_box, repeated_positions, reports
from layers.reports.records import report_id, report_number

router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters), needs(Action.READ_REPORTS)])


@router.get("/reports", operation_id="list_reports", responses=problems(404))
async def get_reports(
    query: Annotated[ReportQuery, Query()], actor: TheActor, reading: Reading, locators: TheLocators
) -> ReportList:
    """Reports, newest first. An area includes everything below it; pages stay where they are while reports come in."""
    ready = await locators.ready(query.district)
    found = await reports(
        reading,
        ready.district.id,
        narrowed(query, await area_path(query, reading, ready)),
        scope=actor.scope,
        after=None if query.cursor is None else report_id(query.cursor),
        limit=query.limit,
        newest_first=query.order == "newest",
    )
    told = await told_reports(reading, ready, found.reports)
    return ReportList(reports=told, next=None if found.next_after is None else report_number(found.next_after))


@router.get("/reports/repeated-positions", operation_id="list_repeated_positions", responses=problems(404))
async def get_repeated_positions(
    query: Annotated[RepeatedQuery, Query()], actor: TheActor, reading: Reading, locators: TheLocators
) -> RepeatedList:
    """Coordinates that many reports share, as a geocoder's default point does."""
    district = (await locators.district(query.district)).district
    at_least = query.at_least or district.settings.repeat_limit
    found = await repeated_positions(reading, district.id, scope=actor.scope, at_least=at_least, limit=query.limit)
    return RepeatedList(
        limit=at_least,
        positions=[
            RepeatedTold(
                position=Position.of(one.position),
                given=Position.of(one.given),
                reports=one.reports,
                first_filed_at=one.first_filed_at,
                last_filed_at=one.last_filed_at,
            )
            for one in found
        ],
    )


async def area_path(query: ReportFilters, reading: Reading, ready: Ready) -> str | None:
    """Where the area that a query names lies, or lay in the edition it names; None for none."""
    if query.named_area is None:
        return None
    return (await edition_areas(reading, ready, query.edition)).area(*query.named_area).path


def narrowed(query: ReportFilters, path: str | None) -> ReportFilter:
    """The filter that a query states; `path` is that of its area."""
    return ReportFilter(
        status=None if query.status is None else query.status.value,
        is_open=query.open,
        path=path,
        kind=query.kind,
        located=query.located,
        assigned=query.assigned,
        assignee=query.assignee,
        filed_from=query.filed_from,
        filed_to=query.filed_to,
        closed_from=query.closed_from,
        closed_to=query.closed_to,
        box=None if query.box is None else check_box(query.box),
    )
