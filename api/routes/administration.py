"""Administration, separated: who has an account is one office's matter, what they may do another's (三权分立)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from psycopg import AsyncConnection

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.front_desk import front_desk
from api.routes.common import API, clock
from api.routes.reports import json_only
from api.schemas.access import (
    AccountBody,
    AccountsTold,
    AccountTold,
    GrantBody,
    GrantsTold,
    GrantTold,
    PasswordTold,
    RoleBody,
)
from api.schemas.common import WITHOUT_NUL
from api.schemas.problems import problems
from layers.access.accounts import (
    UnknownAccount,
    account_of,
    accounts,
    add_account,
    check_no_administrator,
    check_not_own,
    clear_second_factor,
    lock_account,
    reset_password,
    set_role,
    unlock_account,
)
from layers.access.granting import end_grant, grant, granted, today_of
from layers.access.passwords import made_up
from layers.access.permissions import Action
from layers.access.records import Account, NewAccount
from layers.actors import Actor, Role

router = APIRouter(prefix=API, tags=["administration"], dependencies=[Depends(known_parameters)])
JSON = Depends(json_only)
MANAGES = needs(Action.MANAGE_ACCOUNTS)
GRANTS = needs(Action.GRANT)
PAGE = 100
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Done, and recorded."}}
AccountNumber = Annotated[
    int, Path(alias="id", ge=1, le=2**63 - 1, description="The account's id, as the list tells it.")
]
GrantNumber = Annotated[int, Path(ge=1, le=2**63 - 1, description="The grant's id, as the list tells it.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str, Query(max_length=64, pattern=WITHOUT_NUL, description="`next` of the page before.")]


@router.get("/accounts", operation_id="accounts", dependencies=[needs(Action.READ_ACCOUNTS)], responses=problems())
async def get_accounts(request: Request, actor: TheActor, limit: Limit = PAGE, cursor: Cursor = "") -> AccountsTold:
    """The accounts of the district, by login."""
    async with database(request).filing(actor.scope) as connection:
        found = await accounts(connection, actor.district_id, after=cursor, limit=limit + 1)
    shown = found[:limit]
    more = shown[-1].login if len(found) > limit else None
    return AccountsTold(accounts=[AccountTold.of(one) for one in shown], next=more)


@router.post(
    "/accounts",
    operation_id="add_account",
    status_code=201,
    dependencies=[JSON, MANAGES],
    responses=problems(400, 409, 413, 415),
)
async def post_account(body: AccountBody, request: Request, actor: TheActor) -> PasswordTold:
    """Add an account with a password made for it. It may do what a resident may, until it is given a role."""
    assert actor.district_id is not None
    password = made_up()
    new = NewAccount(
        district_id=actor.district_id,
        login=body.login,
        role=Role.RESIDENT,
        name=body.name,
        password_hash=await front_desk(request).passwords.digest(password),
        password_expires=True,
    )
    async with database(request).filing(actor.scope) as connection:
        added = await add_account(connection, new, actor=actor.name, now=clock(request)())
    return PasswordTold(account=AccountTold.of(added), password=password)


@router.post(
    "/accounts/{id}/lock",
    operation_id="lock_account",
    status_code=204,
    dependencies=[MANAGES],
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_lock(account_id: AccountNumber, request: Request, actor: TheActor) -> Response:
    """Keep someone out at once, on every browser and device; not oneself."""
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        check_not_own(actor, account)
        await lock_account(connection, account, actor=actor.name, now=clock(request)())
    return _done(request)


@router.post(
    "/accounts/{id}/unlock",
    operation_id="unlock_account",
    status_code=204,
    dependencies=[MANAGES],
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_unlock(account_id: AccountNumber, request: Request, actor: TheActor) -> Response:
    """Let someone in again, and forget failed sign-ins."""
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        check_not_own(actor, account)
        await unlock_account(connection, account, actor=actor.name, now=clock(request)())
    return _done(request)


@router.post(
    "/accounts/{id}/reset",
    operation_id="reset_password",
    dependencies=[MANAGES],
    responses=problems(400, 404, 413, 415),
)
async def post_reset(account_id: AccountNumber, request: Request, actor: TheActor) -> PasswordTold:
    """Make a new password; the account is signed out everywhere. Administrators are reset on the machine alone."""
    password = made_up()
    digest = await front_desk(request).passwords.digest(password)
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        check_no_administrator(account)
        await reset_password(connection, account, digest, actor=actor.name, now=clock(request)())
        changed = await account_of(connection, account_id)
    request.app.state.visitors.forget()
    return PasswordTold(account=AccountTold.of(changed), password=password)


@router.delete(
    "/accounts/{id}/second-factor",
    operation_id="clear_second_factor",
    status_code=204,
    dependencies=[GRANTS],
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_second_factor(account_id: AccountNumber, request: Request, actor: TheActor) -> Response:
    """Forget a second factor that was lost. Whoever resets passwords cannot do this: it takes two to enter."""
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        check_not_own(actor, account)
        check_no_administrator(account)
        await clear_second_factor(connection, account, actor=actor.name, now=clock(request)())
    return _done(request)


@router.post(
    "/accounts/{id}/role",
    operation_id="set_role",
    dependencies=[JSON, GRANTS],
    responses=problems(400, 404, 409, 413, 415),
)
async def post_role(account_id: AccountNumber, body: RoleBody, request: Request, actor: TheActor) -> AccountTold:
    """Give an account a role, and the person of the roster it belongs to; never one's own."""
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        changed = await set_role(connection, account, body.role, body.person, actor=actor, now=clock(request)())
    request.app.state.visitors.forget()
    return AccountTold.of(changed)


@router.get("/accounts/{id}/territories", operation_id="territories", dependencies=[GRANTS], responses=problems(404))
async def get_territories(account_id: AccountNumber, request: Request, actor: TheActor) -> GrantsTold:
    """Every territory the account was ever granted."""
    async with database(request).filing(actor.scope) as connection:
        found = await granted(connection, await administered(connection, account_id, actor))
    return GrantsTold(territories=[GrantTold.of_grant(one) for one in found])


@router.post(
    "/accounts/{id}/territories",
    operation_id="grant_territory",
    status_code=201,
    dependencies=[JSON, GRANTS],
    responses=problems(400, 404, 413, 415),
)
async def post_territory(account_id: AccountNumber, body: GrantBody, request: Request, actor: TheActor) -> GrantTold:
    """Let an account see an area with everything below it, or a group of cells; never one's own account."""
    now = clock(request)()
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        made = await grant(connection, account, body.grant(today_of(account, now)), actor=actor, now=now)
    request.app.state.visitors.forget()
    return GrantTold.of_grant(made)


@router.delete(
    "/accounts/{id}/territories/{grant_id}",
    operation_id="end_territory",
    status_code=204,
    dependencies=[GRANTS],
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_territory(
    account_id: AccountNumber, grant_id: GrantNumber, request: Request, actor: TheActor
) -> Response:
    """End a grant at once; the list keeps it."""
    async with database(request).filing(actor.scope) as connection:
        account = await administered(connection, account_id, actor)
        await end_grant(connection, account, grant_id, actor=actor, now=clock(request)())
    return _done(request)


async def administered(connection: AsyncConnection[Any], account_id: int, actor: Actor) -> Account:
    """An account of the district that whoever asks administers; one of another district is as unknown as none."""
    account = await account_of(connection, account_id)
    if account.district_id != actor.district_id:
        raise UnknownAccount("There is no such account.", field="account", remedy="GET /api/v1/accounts lists them.")
    return account


def _done(request: Request) -> Response:
    request.app.state.visitors.forget()
    return Response(status_code=204)
