"""Signing in and out, step by step, and registering as a resident."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from api.access import COOKIE, CSRF_HEADER, TheActor
from api.addresses import known_parameters
from api.database import database
from api.front_desk import (
    FrontDesk,
    Standing,
    begin,
    change_password,
    front_desk,
    give_cookie,
    leave,
    show,
    standing,
    token_of,
    visit_here,
    visit_with,
)
from api.routes.common import API, TheLocators, clock
from api.routes.reports import json_only
from api.schemas.access import (
    AccountTold,
    CodeBody,
    EnrolmentTold,
    NewPasswordBody,
    ResidentBody,
    SessionTold,
    SignInBody,
    TerritoryTold,
)
from api.schemas.problems import problems
from layers.access.accounts import account_of, add_account
from layers.access.passwords import check_password
from layers.access.permissions import ALLOWED, NotAllowed
from layers.access.records import Account, NewAccount, Owes
from layers.actors import ANYONE, DESK, Role

router = APIRouter(prefix=API, tags=["access"], dependencies=[Depends(known_parameters)])
JSON = [Depends(json_only)]
WITH_COOKIE = {"Set-Cookie": {"description": f"`{COOKIE}`, for browsers.", "schema": {"type": "string"}}}
TOLD: dict[int | str, dict[str, Any]] = {200: {"headers": WITH_COOKIE, "description": "What comes next."}}
GONE: dict[int | str, dict[str, Any]] = {204: {"description": "Nobody is signed in here any more."}}


class RegistrationClosed(NotAllowed):
    """This installation takes no registrations of residents."""


@router.post("/session", operation_id="sign_in", dependencies=JSON, responses={**TOLD, **problems(400, 401, 413, 415)})
async def post_session(body: SignInBody, request: Request, response: Response) -> SessionTold:
    """Sign in by login and password; where a second factor is needed, `owes` says what comes next.

    A login that is unknown, a wrong password and an account that is locked or waits are answered alike.
    """
    found = await begin(request, body.login, body.password, body.code)
    give_cookie(request, response, found.token)
    return told(await standing(request, found.account, found.owes, found.token))


@router.get("/session", operation_id="who_am_i", responses=problems())
async def get_session(request: Request, actor: TheActor) -> SessionTold:
    """Who is signed in here, what they owe and may do; where nobody is, `owes` says to sign in."""
    if actor.account_id is not None:
        return told(await _of_actor(request, actor.account_id))
    visit = await visit_here(request)
    if visit is None:
        return told(Standing(Owes.SIGN_IN))
    return told(await standing(request, visit.account, visit.owes, token_of(request)))


@router.delete(
    "/session",
    operation_id="sign_out",
    status_code=204,
    response_class=Response,
    responses={**GONE, **problems(403)},
)
async def delete_session(request: Request) -> Response:
    """Sign out of this browser."""
    await leave(request, request.headers.get(CSRF_HEADER))
    response = Response(status_code=204)
    give_cookie(request, response, None)
    return response


@router.post(
    "/session/code",
    operation_id="show_code",
    dependencies=JSON,
    responses={**TOLD, **problems(400, 401, 403, 413, 415)},
)
async def post_code(body: CodeBody, request: Request, response: Response) -> SessionTold:
    """Show the code of the second factor, or the first code of the one just offered."""
    visit = await visit_with(request, request.headers.get(CSRF_HEADER))
    found = await show(request, visit, body.code, body.pending)
    give_cookie(request, response, found.token)
    return told(await standing(request, found.account, found.owes, found.token))


@router.post(
    "/session/password",
    operation_id="set_first_password",
    dependencies=JSON,
    responses=problems(400, 401, 403, 413, 415),
)
async def post_password(body: NewPasswordBody, request: Request) -> SessionTold:
    """Set one's own password in place of the one that was made for the account."""
    visit = await visit_with(request, request.headers.get(CSRF_HEADER))
    if visit.owes not in {Owes.PASSWORD, Owes.NOTHING}:
        raise NotAllowed("The second factor comes first.", remedy="POST /api/v1/session/code.")
    await change_password(request, visit.account, body.password, body.new_password)
    return told(await standing(request, visit.account, Owes.NOTHING, token_of(request)))


@router.post(
    "/residents",
    operation_id="register_resident",
    status_code=201,
    dependencies=JSON,
    responses=problems(400, 403, 404, 409, 413, 415),
)
async def post_resident(body: ResidentBody, request: Request, locators: TheLocators) -> AccountTold:
    """Register as a resident, to find one's own reports again; no account is needed to report."""
    desk = front_desk(request)
    check_registration(desk)
    check_password(body.password, login=body.login)
    served = await locators.district(body.district)
    new = NewAccount(
        district_id=served.district.id,
        login=body.login,
        role=Role.RESIDENT,
        password_hash=await desk.passwords.digest(body.password),
    )
    async with database(request).filing(DESK) as connection:
        return AccountTold.of(await add_account(connection, new, actor=ANYONE.name, now=clock(request)()))


def check_registration(desk: FrontDesk) -> None:
    """Refuse registrations where the installation takes none."""
    if not desk.residents_register:
        raise RegistrationClosed(
            "This service takes no registrations.", remedy="Report without an account; keep the number and the link."
        )


def told(where: Standing) -> SessionTold:
    """Where a browser stands, as it is told."""
    account = where.account
    if account is None:
        return SessionTold(owes=where.owes)
    settled = where.owes is Owes.NOTHING
    return SessionTold(
        owes=where.owes,
        login=account.login,
        name=account.name,
        role=account.role,
        territory=[TerritoryTold.of(one) for one in where.territory],
        actions=sorted(one for one, roles in ALLOWED.items() if settled and account.role in roles),
        csrf_token=where.csrf,
        enrolment=None if where.enrolment is None else EnrolmentTold(**_fields(where.enrolment)),
    )


def _fields(enrolment: Any) -> dict[str, str]:
    return {name: getattr(enrolment, name) for name in EnrolmentTold.model_fields}


async def _of_actor(request: Request, account_id: int) -> Standing:
    """Where a device stands, or a browser that owes nothing."""
    async with database(request).filing(DESK) as connection:
        account: Account = await account_of(connection, account_id)
    token = None if "authorization" in request.headers else token_of(request)
    return await standing(request, account, Owes.NOTHING, token)
