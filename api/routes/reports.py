"""Reports: filed, read, and read with their whole record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.routing import APIRoute

from api.access import TheActor, datum_of, needs
from api.addresses import known_parameters
from api.database import Reading, database
from api.errors import NotJson
from api.locators import Ready
from api.routes.common import API, TheLocators, clock
from api.schemas.common import WITHOUT_NUL, as_json
from api.schemas.filing import FilingBody
from api.schemas.problems import problems
from api.schemas.queries import PastQuery
from api.schemas.reports import AssignmentTold, EntryTold, ReasonTold, RecordTold, ReportWithReasons
from api.straight import Shortcut
from api.telling import level_keys, told_reports, with_reasons, without_people
from api.telling_filed import told_filed
from layers.access.permissions import Action, may
from layers.actors import DESK, NOTHING, Actor
from layers.reports.filing import EditionMoved, file_surely
from layers.reports.links import ReportLinks
from layers.reports.past import report_at
from layers.reports.queries import assignments, district_of, id_of, record, report
from layers.reports.records import Filed, StoredReport

#: How often a filing waits for the next edition; they come by the month.
ATTEMPTS = 5

router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters)])
ReportNumber = Annotated[
    str,
    Path(min_length=1, max_length=40, pattern=WITHOUT_NUL, examples=["20261122-0000017"], description="Its number."),
]


async def json_only(request: Request) -> None:
    """Refuse a body that is not declared as JSON."""
    declared = request.headers.get("content-type", "")
    if declared.partition(";")[0].strip().lower() != "application/json":
        raise NotJson("The body must be JSON.", remedy="Send Content-Type: application/json.")


FILED = {
    "model": ReportWithReasons,
    "description": "Filed, and stored before this was sent.",
    "headers": {"Location": {"description": "The report's own address.", "schema": {"type": "string"}}},
}
FILED_BEFORE = {"model": ReportWithReasons, "description": "The same report had been filed before; this is the first."}


async def post_report(request: Request, body: FilingBody, actor: TheActor, locators: TheLocators) -> Response:
    """File a report: it is located, assigned and recorded in one transaction.

    The same `client_key` from the same source finds the first report again; with other content it is refused (409).
    """
    # What was filed is committed when `file_surely` returns.
    not_edition: int | None = None
    for _ in range(ATTEMPTS):
        ready = await locators.ready(body.district, not_edition=not_edition)
        try:
            filed = await file_surely(
                database(request).together,
                body.filing(None if actor.role is None else actor.name, datum_of(actor)),
                setting=ready.setting,
                actor=actor.recorded,
                now=clock(request)(),
            )
            return await _answer(request, filed, ready, actor)
        except EditionMoved:
            not_edition = ready.compiled.edition.id
    raise EditionMoved("The boundaries keep changing.", remedy="Try again in a moment.")


router.add_api_route(
    "/reports",
    post_report,
    methods=["POST"],
    status_code=201,
    operation_id="file_report",
    dependencies=[Depends(json_only), needs(Action.FILE_REPORT)],
    response_class=Response,
    responses={201: FILED, 200: FILED_BEFORE, **problems(400, 404, 409, 413, 415)},
)
SHORTCUT = Shortcut(next(route for route in router.routes if isinstance(route, APIRoute)))


async def _answer(request: Request, filed: Filed, ready: Ready, actor: Actor) -> Response:
    links: ReportLinks = request.app.state.links
    people = may(actor.role, Action.READ_PEOPLE)
    if filed.report is None:
        # Whoever filed it knows what it says, whether or not the report lies in their territory.
        async with database(request).reading(replace(NOTHING, opened=(filed.report_id,))) as connection:
            stored = await report(connection, filed.report_id, scope=DESK)
            told = await _told(connection, stored, ready)
        told.again = True
        told.secret = links.secret(told.number)
        told = told if people else without_people(told)
        return Response(as_json(told), 200, {"Location": _address(told.number)}, "application/json")
    body = told_filed(filed.report, filed.outcome, ready, people=people, secret=links.secret(filed.report.number))
    return Response(body, 201, {"Location": _address(filed.report.number)}, "application/json")


def _address(number: str) -> str:
    return f"{API}/reports/{number}"


async def _told(
    connection: Reading, stored: StoredReport, ready: Ready, at: datetime | None = None
) -> ReportWithReasons:
    [told] = await told_reports(connection, ready, [stored])
    runs = [one for one in await assignments(connection, stored.id) if at is None or one.made_at <= at]
    considered, rule = (runs[-1].considered, runs[-1].rule) if runs else ((), None)
    return with_reasons(told, considered, rule, ready.district)


@router.get(
    "/reports/{number}",
    operation_id="get_report",
    dependencies=[needs(Action.READ_REPORTS)],
    responses=problems(404),
)
async def get_report(
    number: ReportNumber,
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
    query: Annotated[PastQuery, Query()],
) -> ReportWithReasons:
    """One report, with the reasons of its last assignment; with `at`, as it stood at a past moment."""
    wanted, at = id_of(number), query.at
    ready = await locators.ready(await district_of(reading, wanted, scope=actor.scope))
    if at is None:
        stored = await report(reading, wanted, scope=actor.scope)
    else:
        stored = await report_at(reading, wanted, at, scope=actor.scope)
    told = await _told(reading, stored, ready, at)
    return told if may(actor.role, Action.READ_PEOPLE) else without_people(told)


@router.get(
    "/reports/{number}/record",
    operation_id="get_record",
    dependencies=[needs(Action.READ_RECORD)],
    responses=problems(404),
)
async def get_record(number: ReportNumber, actor: TheActor, reading: Reading, locators: TheLocators) -> RecordTold:
    """The whole record: every entry of the journal with its digest, and every run of the assignment rule."""
    wanted = id_of(number)
    keys = level_keys((await locators.district(await district_of(reading, wanted, scope=actor.scope))).district)
    found = await record(reading, wanted, scope=actor.scope)
    return RecordTold(
        number=found.number,
        holds=found.holds,
        entries=[
            EntryTold(
                position=one.position,
                type=one.type,
                version=one.version,
                at=one.at,
                actor=one.actor,
                facts=dict(one.facts),
                digest=one.digest.hex(),
                holds=one.holds,
            )
            for one in found.entries
        ],
        assignments=[
            AssignmentTold(
                made_at=one.made_at,
                made_by=one.made_by,
                rule=one.rule,
                considered=ReasonTold.all_of(one.considered, keys),
            )
            for one in found.assignments
        ],
    )
