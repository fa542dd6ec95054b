"""Endpoints of other systems: added with a secret told once, listed with how they fare, ended."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.front_desk import front_desk
from api.routes.common import API, clock
from api.routes.reports import json_only
from api.schemas.notices import WebhookAdded, WebhookBody, WebhooksTold, WebhookTold
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.actors import DESK
from layers.notices.webhooks import add_webhook, end_webhook, fares, forget_waiting, webhooks

router = APIRouter(
    prefix=f"{API}/webhooks",
    tags=["administration"],
    dependencies=[Depends(known_parameters), needs(Action.MANAGE_MACHINES)],
)
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Ended, and recorded."}}
WebhookNumber = Annotated[
    int, Path(alias="id", ge=1, le=2**63 - 1, description="The webhook's id, as the list tells it.")
]


@router.get("", operation_id="webhooks", responses=problems())
async def get_webhooks(request: Request, actor: TheActor) -> WebhooksTold:
    """The webhooks of the district and how they fare; never their secrets."""
    assert actor.district_id is not None
    async with database(request).filing(actor.scope) as connection:
        found = await webhooks(connection, actor.district_id)
    async with database(request).filing(DESK) as connection:
        by_id = await fares(connection, found)
    return WebhooksTold(webhooks=[WebhookTold.of(one, by_id[one.id]) for one in found])


@router.post(
    "",
    operation_id="add_webhook",
    status_code=201,
    dependencies=[Depends(json_only)],
    responses=problems(400, 409, 413, 415),
)
async def post_webhook(body: WebhookBody, request: Request, actor: TheActor) -> WebhookAdded:
    """Have an endpoint told what happens to reports of the district; its secret is told this once."""
    assert actor.district_id is not None
    request.app.state.gateways.outbound.check(body.url)
    async with database(request).filing(actor.scope) as connection:
        added, secret = await add_webhook(
            connection,
            district_id=actor.district_id,
            name=body.name,
            url=body.url,
            types=body.types,
            seal=front_desk(request).seal,
            actor=actor.name,
            now=clock(request)(),
        )
    return WebhookAdded(id=added, secret=secret)


@router.delete(
    "/{id}",
    operation_id="end_webhook",
    status_code=204,
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_webhook(webhook_id: WebhookNumber, request: Request, actor: TheActor) -> Response:
    """End a webhook at once; what still waited for it is sent no more."""
    assert actor.district_id is not None
    async with database(request).filing(actor.scope) as connection:
        await end_webhook(connection, webhook_id, district_id=actor.district_id, actor=actor.name, now=clock(request)())
    async with database(request).filing(DESK) as connection:
        await forget_waiting(connection, webhook_id)
    return Response(status_code=204)
