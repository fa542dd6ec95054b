"""One's own account: password, second factor, phones."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.front_desk import (
    change_password,
    confirm_password,
    front_desk,
    keep_second_factor_of,
    session_token,
)
from api.routes.common import API, clock
from api.routes.reports import json_only
from api.schemas.access import (
    DeviceAdded,
    DevicesTold,
    DeviceTold,
    EnrolmentTold,
    FirstCodeBody,
    NewPasswordBody,
    PasswordBody,
    PhoneBody,
)
from api.schemas.problems import problems
from layers.access.accounts import account_of
from layers.access.devices import add_device, devices_of, own_device, revoke_device
from layers.access.own import offer_second_factor
from layers.access.permissions import Action
from layers.access.records import Account, DeviceKind, NewDevice
from layers.actors import Actor

router = APIRouter(
    prefix=f"{API}/my",
    tags=["access"],
    dependencies=[Depends(known_parameters), needs(Action.OWN_ACCOUNT)],
)
JSON = [Depends(json_only)]
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Done, and recorded."}}
DeviceNumber = Annotated[
    int, Path(alias="id", ge=1, le=2**63 - 1, description="The device's id, as the list tells it.")
]


@router.post(
    "/password",
    operation_id="change_password",
    status_code=204,
    dependencies=JSON,
    response_class=Response,
    responses={**DONE, **problems(400, 413, 415)},
)
async def post_password(body: NewPasswordBody, request: Request, actor: TheActor) -> Response:
    """Change the password; every other browser of the account is signed out."""
    session_token(request)
    await change_password(request, await own_account(request, actor), body.password, body.new_password)
    return Response(status_code=204)


@router.post(
    "/second-factor",
    operation_id="offer_second_factor",
    dependencies=JSON,
    responses=problems(400, 413, 415),
)
async def post_second_factor(body: PasswordBody, request: Request, actor: TheActor) -> EnrolmentTold:
    """Begin to set a second factor, or another in its place; nothing changes before its first code came back."""
    session_token(request)
    account = await own_account(request, actor)
    await confirm_password(request, account, body.password)
    offer = offer_second_factor(account, front_desk(request).seal)
    return EnrolmentTold(key=offer.key, address=offer.address, pending=offer.pending)


@router.post(
    "/second-factor/confirm",
    operation_id="set_second_factor",
    status_code=204,
    dependencies=JSON,
    response_class=Response,
    responses={**DONE, **problems(400, 413, 415)},
)
async def post_confirm(body: FirstCodeBody, request: Request, actor: TheActor) -> Response:
    """Keep the second factor that was offered, by its first code; other browsers are signed out."""
    session_token(request)
    account = await own_account(request, actor)
    await keep_second_factor_of(request, account, pending=body.pending, code=body.code)
    return Response(status_code=204)


@router.get("/devices", operation_id="my_devices", responses=problems())
async def get_devices(request: Request, actor: TheActor) -> DevicesTold:
    """The phones of one's own account, newest first."""
    account = await own_account(request, actor)
    async with database(request).filing(actor.scope) as connection:
        found = await devices_of(connection, account)
    return DevicesTold(devices=[DeviceTold.of(one) for one in found])


@router.post(
    "/devices", operation_id="add_phone", status_code=201, dependencies=JSON, responses=problems(400, 413, 415)
)
async def post_device(body: PhoneBody, request: Request, actor: TheActor) -> DeviceAdded:
    """Add a phone: its token is told this once and lasts 30 days. A signed-in browser adds it, never a device."""
    session_token(request)
    account = await own_account(request, actor)
    new = NewDevice(kind=DeviceKind.PHONE, name=body.name)
    async with database(request).filing(actor.scope) as connection:
        device, token = await add_device(connection, account, new, actor=actor.name, now=clock(request)())
    return DeviceAdded(device=DeviceTold.of(device), token=token)


@router.post(
    "/devices/{id}/lost",
    operation_id="report_device_lost",
    status_code=204,
    response_class=Response,
    responses={**DONE, **problems(400, 404, 413, 415)},
)
async def post_lost(device_id: DeviceNumber, request: Request, actor: TheActor) -> Response:
    """Report a phone lost: its token ends, and the app on it wipes what it holds when it next asks."""
    await end_own_device(request, actor, device_id, lost=True)
    return Response(status_code=204)


@router.delete(
    "/devices/{id}",
    operation_id="remove_device",
    status_code=204,
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_device(device_id: DeviceNumber, request: Request, actor: TheActor) -> Response:
    """Remove a phone: its token ends."""
    await end_own_device(request, actor, device_id, lost=False)
    return Response(status_code=204)


async def own_account(request: Request, actor: Actor) -> Account:
    """The account of whoever asks."""
    assert actor.account_id is not None, "the action is for those signed in"
    async with database(request).filing(actor.scope) as connection:
        return await account_of(connection, actor.account_id)


async def end_own_device(request: Request, actor: Actor, device_id: int, *, lost: bool) -> None:
    """End the token of one of one's own phones."""
    account = await own_account(request, actor)
    async with database(request).filing(actor.scope) as connection:
        device = await own_device(connection, account, device_id)
        await revoke_device(connection, account, device, lost=lost, actor=actor.name, now=clock(request)())
    request.app.state.visitors.forget()
