"""What one was told, and where else one wants to be told."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.front_desk import front_desk
from api.gateways import Gateways
from api.routes.common import API, clock
from api.routes.reports import json_only
from api.schemas.notices import (
    NoticesQuery,
    NoticesTold,
    NoticeTold,
    ProofBody,
    ReadBody,
    SubscriptionBody,
    SubscriptionsTold,
    SubscriptionTold,
)
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.actors import DESK, Actor
from layers.notices.inbox import inbox, mark_read
from layers.notices.records import Channel
from layers.notices.subscriptions import confirm, send_code, subscribe, subscriptions, unsubscribe

router = APIRouter(
    prefix=f"{API}/my",
    tags=["notices"],
    dependencies=[Depends(known_parameters), needs(Action.OWN_ACCOUNT)],
)
JSON = [Depends(json_only)]
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Done."}}
ASKED: dict[int | str, dict[str, Any]] = {204: {"description": "A code is on its way to the address."}}
ChannelName = Annotated[Channel, Path(alias="channel", description="How one is told.")]


@router.get("/notices", operation_id="my_notices", responses=problems())
async def get_notices(query: Annotated[NoticesQuery, Query()], request: Request, actor: TheActor) -> NoticesTold:
    """What one was told of reports, newest first."""
    before = None if query.cursor is None else int(query.cursor)
    async with database(request).filing(actor.scope) as connection:
        page = await inbox(connection, _account(actor), before=before, unread_only=query.unread, limit=query.limit)
    following = None if page.next_before is None else str(page.next_before)
    return NoticesTold(notices=[NoticeTold.of(one) for one in page.notices], unread=page.unread, next=following)


@router.post(
    "/notices/read",
    operation_id="read_notices",
    status_code=204,
    dependencies=JSON,
    response_class=Response,
    responses={**DONE, **problems(400, 413, 415)},
)
async def post_read(body: ReadBody, request: Request, actor: TheActor) -> Response:
    """Mark notices as read; again, nothing more happens."""
    async with database(request).filing(actor.scope) as connection:
        await mark_read(connection, _account(actor), places=body.places, upto=body.up_to, now=clock(request)())
    return Response(status_code=204)


@router.get("/subscriptions", operation_id="my_subscriptions", responses=problems())
async def get_subscriptions(request: Request, actor: TheActor) -> SubscriptionsTold:
    """Where one is told too, and by what channels one could be."""
    async with database(request).filing(actor.scope) as connection:
        found = await subscriptions(connection, _account(actor))
    told = [SubscriptionTold.of(one) for one in found]
    return SubscriptionsTold(subscriptions=told, channels=sorted(_gateways(request).channels))


@router.post(
    "/subscriptions",
    operation_id="subscribe",
    status_code=204,
    dependencies=JSON,
    response_class=Response,
    responses={**ASKED, **problems(400, 409, 413, 415)},
)
async def post_subscription(body: SubscriptionBody, request: Request, actor: TheActor) -> Response:
    """Be told at an address too, instead of the one before. A code goes there, and nothing else before it came back."""
    _gateways(request).check_channel(body.channel)
    account, seal, now = _account(actor), front_desk(request).seal, clock(request)()
    async with database(request).filing(actor.scope) as connection:
        kept, code = await subscribe(connection, account, body.channel, body.address, seal=seal, now=now)
    async with database(request).filing(DESK) as connection:
        await send_code(connection, kept, body.channel, code, now=now)
    return Response(status_code=204)


@router.post(
    "/subscriptions/{channel}/confirm",
    operation_id="confirm_subscription",
    status_code=204,
    dependencies=JSON,
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_proof(channel: ChannelName, body: ProofBody, request: Request, actor: TheActor) -> Response:
    """Prove the address by the code that came there."""
    async with database(request).filing(actor.scope) as connection:
        await confirm(connection, _account(actor), channel, body.code, now=clock(request)())
    return Response(status_code=204)


@router.delete(
    "/subscriptions/{channel}",
    operation_id="unsubscribe",
    status_code=204,
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_subscription(channel: ChannelName, request: Request, actor: TheActor) -> Response:
    """Be told there no more; the address is forgotten at once, and what was on its way there."""
    async with database(request).filing(actor.scope) as connection:
        await unsubscribe(connection, _account(actor), channel)
    return Response(status_code=204)


def _account(actor: Actor) -> int:
    assert actor.account_id is not None, "the action is for those signed in"
    return actor.account_id


def _gateways(request: Request) -> Gateways:
    found: Gateways = request.app.state.gateways
    return found
