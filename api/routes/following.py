"""Following one's own report without an account: by its number and its secret, which never stand in an address."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.addresses import known_parameters
from api.database import database
from api.form_pages import form_page, read_form
from api.locators import Locators
from api.routes.common import API, TheLocators
from api.routes.pages import PAGE
from api.routes.reports import json_only
from api.routes.steps import follow_surely
from api.schemas.filing import FollowBody
from api.schemas.maps import ReferenceQuery
from api.schemas.problems import problems
from api.schemas.reports import ReportTold
from api.telling import told_reports
from api.work_answers import step_body
from api.work_words import refused
from layers.actors import NOTHING
from layers.districts.records import District
from layers.refusals import Refusal
from layers.reports.links import ReportLinks
from layers.reports.queries import UnknownReport, district_of, report
from maps.records import FollowedReport

router = APIRouter(tags=["reports"], dependencies=[Depends(known_parameters)])


@router.post(
    f"{API}/follow",
    operation_id="follow_report",
    dependencies=[Depends(json_only)],
    responses=problems(400, 404, 413, 415),
)
async def post_follow(body: FollowBody, request: Request, locators: TheLocators) -> ReportTold:
    """How a report stands, for whoever holds its number and secret: without who handles it."""
    told, _ = await _followed(request, locators, body.number, body.secret)
    return told


@router.get("/follow", operation_id="follow_page", response_class=Response, responses={**PAGE, **problems()})
async def get_page(query: Annotated[ReferenceQuery, Query()]) -> Response:
    """The page on which to follow a report; a link fills it in by what stands behind its #, which is never sent."""
    from maps.shell import follow_page

    return _html(await asyncio.to_thread(follow_page, query.lang))


@router.post("/follow", include_in_schema=False)
async def post_page(request: Request, query: Annotated[ReferenceQuery, Query()], locators: TheLocators) -> Response:
    """The same page, with how the report stands."""
    from maps.shell import follow_page

    given = await read_form(request)
    number, secret = (given.get(name, "").strip()[:64] for name in ("number", "secret"))
    try:
        told, district = await _followed(request, locators, number, secret)
    except UnknownReport:
        return _html(await asyncio.to_thread(follow_page, query.lang, number=number, refused=True), 404)
    followed = _shown(told, district)
    return _html(await asyncio.to_thread(follow_page, query.lang, number=number, followed=followed))


@router.post("/follow/steps", include_in_schema=False)
async def post_step_page(
    request: Request, query: Annotated[ReferenceQuery, Query()], locators: TheLocators
) -> Response:
    """Reopen one's own report or say how it went, and see what came of it; the code is asked for each time."""
    from maps.shell import follow_page

    given = await read_form(request)
    number, secret = (given.get(name, "").strip()[:64] for name in ("number", "secret"))
    action, refusal = given.get("action", "")[:16], ""
    try:
        _, district = await _followed(request, locators, number, secret)
        ready = await locators.ready(district.code)
        body = step_body(given, zone=district.zone, compiled=ready.compiled)
        await follow_surely(request, locators, body, number=number, secret=secret)
    except UnknownReport:
        return _html(await asyncio.to_thread(follow_page, query.lang, number=number, refused=True), 404)
    except Refusal as fault:
        refusal = refused(fault, query.lang)
    told, district = await _followed(request, locators, number, secret)
    followed = replace(_shown(told, district), done=None if refusal else action)
    page = await asyncio.to_thread(follow_page, query.lang, number=number, followed=followed, refusal=(action, refusal))
    return _html(page, 422 if refusal else 200)


def _shown(told: ReportTold, district: District) -> FollowedReport:
    return FollowedReport(
        number=told.number,
        kind=told.kind_name,
        status=told.status,
        filed_at=told.filed_at.astimezone(district.zone),
        where=" · ".join(one.name for one in told.where.path),
        client_key=f"page-{secrets.token_urlsafe(12)}",
    )


async def _followed(request: Request, locators: Locators, number: str, secret: str) -> tuple[ReportTold, District]:
    links: ReportLinks = request.app.state.links
    scope = replace(NOTHING, opened=(links.opened(number, secret),))
    async with database(request).reading(scope) as connection:
        ready = await locators.ready(await district_of(connection, scope.opened[0], scope=scope))
        [told] = await told_reports(connection, ready, [await report(connection, scope.opened[0], scope=scope)])
    return told.model_copy(update={"assignee": None, "external_ref": None, "extra": {}}), ready.district


def _html(page: str, status: int = 200) -> Response:
    answer = form_page(page, status)
    # The link of a report fills in the form by a script of our own.
    answer.headers["Content-Security-Policy"] += "; script-src 'self'"
    return answer
