"""Machines that file reports: added with a secret told once, listed, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from psycopg import AsyncConnection

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.routes.common import API, clock
from api.routes.reports import json_only
from api.schemas.access import DeviceAdded, DevicesTold, DeviceTold, MachineBody
from api.schemas.problems import problems
from layers.access.accounts import LoginTaken, UnknownAccount, account_named, account_of, add_account
from layers.access.devices import UnknownDevice, add_device, device_of, machines, revoke_device
from layers.access.permissions import Action
from layers.access.records import Account, DeviceKind, NewAccount, NewDevice
from layers.actors import Actor, Role

router = APIRouter(
    prefix=f"{API}/machines",
    tags=["administration"],
    dependencies=[Depends(known_parameters), needs(Action.MANAGE_MACHINES)],
)
DONE: dict[int | str, dict[str, Any]] = {204: {"description": "Revoked, and recorded."}}
MachineNumber = Annotated[
    int, Path(alias="id", ge=1, le=2**63 - 1, description="The machine's id, as the list tells it.")
]


@router.get("", operation_id="machines", responses=problems())
async def get_machines(request: Request, actor: TheActor) -> DevicesTold:
    """The machines of the district, newest first; never their secrets."""
    async with database(request).filing(actor.scope) as connection:
        found = await machines(connection, actor.district_id)
    return DevicesTold(devices=[DeviceTold.of(one) for one in found])


@router.post(
    "",
    operation_id="add_machine",
    status_code=201,
    dependencies=[Depends(json_only)],
    responses=problems(400, 409, 413, 415),
)
async def post_machine(body: MachineBody, request: Request, actor: TheActor) -> DeviceAdded:
    """Add a machine; its secret is told this once. Its positions are in `datum` unless they say another."""
    new = NewDevice(
        kind=DeviceKind.MACHINE,
        name=body.name,
        datum=body.datum,
        lasts=timedelta(days=body.days),
        requests_per_minute=body.requests_per_minute,
    )
    now = clock(request)()
    async with database(request).filing(actor.scope) as connection:
        account = await _account(connection, body.login, actor, request)
        device, token = await add_device(connection, account, new, actor=actor.name, now=now)
    return DeviceAdded(device=DeviceTold.of(device), token=token)


@router.delete(
    "/{id}",
    operation_id="revoke_machine",
    status_code=204,
    response_class=Response,
    responses={**DONE, **problems(404)},
)
async def delete_machine(machine_id: MachineNumber, request: Request, actor: TheActor) -> Response:
    """Revoke the secret of a machine, or of someone's phone, at once."""
    async with database(request).filing(actor.scope) as connection:
        device = await device_of(connection, machine_id)
        account = await account_of(connection, device.account_id)
        if account.district_id != actor.district_id:
            raise UnknownDevice("There is no such device.", field="device", remedy="List them first.")
        await revoke_device(connection, account, device, actor=actor.name, now=clock(request)())
    request.app.state.visitors.forget()
    return Response(status_code=204)


async def _account(connection: AsyncConnection[Any], login: str, actor: Actor, request: Request) -> Account:
    """The machine's account, made where there is none."""
    try:
        found = await account_named(connection, login)
    except UnknownAccount:
        assert actor.district_id is not None
        new = NewAccount(district_id=actor.district_id, login=login, role=Role.MACHINE)
        return await add_account(connection, new, actor=actor.name, now=clock(request)())
    if found.district_id != actor.district_id:
        raise LoginTaken("This login is taken.", field="login", remedy="Take another.")
    return found
