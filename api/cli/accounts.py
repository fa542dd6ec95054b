"""`./wangge account` and `./wangge device`: accounts and their devices, from the machine itself.

Whoever sits at the machine stands above the three administrators: what they do is traced like everything else.
Passwords are made, never given on a command line, and printed once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import psycopg
import typer

from api.cli.tables import print_table
from api.cli.transactions import command_actor, this_moment
from api.cluster_database import database_url
from api.service_key import service_key
from api.settings import read_settings
from geo.positions import Datum
from layers.access.accounts import (
    account_named,
    account_of,
    accounts,
    add_account,
    clear_second_factor,
    lock_account,
    record,
    reset_password,
    unlock_account,
)
from layers.access.devices import LONGEST_DAYS, add_device, device_of, devices_of, machines, revoke_device
from layers.access.granting import Grant, grant, today_of
from layers.access.outside import link_account
from layers.access.own import current_code
from layers.access.passwords import Passwords, made_up
from layers.access.records import Account, Device, DeviceKind, NewAccount, NewDevice
from layers.access.sealing import Seal
from layers.actors import DESK, Actor, Role
from layers.districts.queries import UnknownDistrict
from layers.migrations import migrate
from layers.refusals import Refusal
from layers.traces.records import EventName

Connection = psycopg.AsyncConnection[Any]
Answer = TypeVar("Answer")
PAGE = 200


class Doing(StrEnum):
    """What can be done with accounts."""

    ADD = "add"
    RESET = "reset"
    LOCK = "lock"
    UNLOCK = "unlock"
    LIST = "list"
    CODE = "code"
    LINK = "link"
    UNLINK = "unlink"


class WithDevice(StrEnum):
    """What can be done with devices."""

    ADD = "add"
    LIST = "list"
    REVOKE = "revoke"


class Missing(Refusal):
    """The command needs another word or option."""


def account(
    doing: Annotated[Doing, typer.Argument(help="What to do.")],
    login: Annotated[str | None, typer.Argument(help="Whose account.")] = None,
    role: Annotated[Role | None, typer.Option(help="What they are in the district.")] = None,
    person: Annotated[str | None, typer.Option(help="Their number in the roster.")] = None,
    name: Annotated[str, typer.Option(help="What the account is called.")] = "",
    territory: Annotated[
        list[str] | None, typer.Option(help="LEVEL:CODE of an area they look after; may be given again.")
    ] = None,
    district: Annotated[str | None, typer.Option(help="Code of the district, when there are several.")] = None,
    subject: Annotated[str | None, typer.Option(help="With link: what the provider calls them.")] = None,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="With reset: the second factor was lost, too.")
    ] = False,
) -> None:
    """Look after accounts: add, reset, lock, unlock, list; `code` tells the code of the second factor as of now;
    `link` has whoever the provider calls SUBJECT sign in as this account, `unlink` ends that.

    A password is made and printed once; its owner changes it at the first sign-in.
    """
    if doing is Doing.LIST:
        _in_transaction(_list)
        return
    if login is None:
        raise Missing(f"account {doing.value} needs a login.", field="login", remedy="Name the account.")
    if doing is Doing.ADD:
        _in_transaction(lambda connection: _add(connection, login, role, person, name, territory or [], district))
    elif doing is Doing.RESET:
        _in_transaction(lambda connection: _reset(connection, login, both=second_factor))
    elif doing in {Doing.LINK, Doing.UNLINK}:
        _in_transaction(lambda connection: _link(connection, login, subject, linked=doing is Doing.LINK))
    elif doing is Doing.CODE:
        _in_transaction(lambda connection: _code(connection, login))
    else:
        _in_transaction(lambda connection: _lock(connection, login, locked=doing is Doing.LOCK))


def device(
    doing: Annotated[WithDevice, typer.Argument(help="What to do.")],
    which: Annotated[str | None, typer.Argument(help="Login of the account; with revoke, the device's id.")] = None,
    kind: Annotated[DeviceKind, typer.Option(help="A machine by itself, or the phone of a person.")] = (
        DeviceKind.MACHINE
    ),
    name: Annotated[str, typer.Option(help="What the device is called.")] = "",
    datum: Annotated[Datum | None, typer.Option(help="What its positions refer to unless they say another.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=LONGEST_DAYS, help="How long its secret lasts.")] = None,
) -> None:
    """Look after machines and phones: add, list, revoke. The secret of a new one is printed once."""
    if doing is WithDevice.LIST:
        _in_transaction(lambda connection: _list_devices(connection, which))
        return
    if which is None:
        raise Missing(
            f"device {doing.value} needs a name.", field="which", remedy="Give the login, or the id to revoke."
        )
    if doing is WithDevice.REVOKE:
        _in_transaction(lambda connection: _revoke(connection, which))
        return
    new = NewDevice(kind=kind, name=name or which, datum=datum, lasts=timedelta(days=days) if days else None)
    _in_transaction(lambda connection: _add_device(connection, which, new))


async def _add(
    connection: Connection,
    login: str,
    role: Role | None,
    person: str | None,
    name: str,
    territory: Sequence[str],
    district: str | None,
) -> None:
    if role is None:
        raise Missing("account add needs a role.", field="role", remedy=f"Give --role: {', '.join(Role)}.")
    password = None if role is Role.MACHINE else made_up()
    new = NewAccount(
        district_id=await district_named(connection, district),
        login=login,
        role=role,
        name=name,
        person=person,
        password_hash=None if password is None else await Passwords().digest(password),
        password_expires=True,
    )
    added = await add_account(connection, new, actor=command_actor(), now=this_moment())
    for one in territory:
        await grant_named(connection, added, one)
    typer.echo(f"{added.login} is added as {added.role.value}.")
    if password is not None:
        _show_password(password)


async def grant_named(connection: Connection, account: Account, named: str) -> None:
    """Grant an area given as LEVEL:CODE from today on."""
    level, _, code = named.partition(":")
    if not code:
        raise Missing(f"{named!r} is no territory.", field="territory", value=named, remedy="Write LEVEL:CODE.")
    now = this_moment()
    asked = Grant(level=level, code=code, valid_from=today_of(account, now))
    await grant(connection, account, asked, actor=Actor(command_actor(), None, DESK), now=now)


async def _reset(connection: Connection, login: str, *, both: bool) -> None:
    found = await account_named(connection, login)
    password = made_up()
    digest = await Passwords().digest(password)
    await reset_password(connection, found, digest, actor=command_actor(), now=this_moment())
    if both:
        await clear_second_factor(connection, found, actor=command_actor(), now=this_moment())
    _show_password(password)


async def _lock(connection: Connection, login: str, *, locked: bool) -> None:
    found = await account_named(connection, login)
    change = lock_account if locked else unlock_account
    await change(connection, found, actor=command_actor(), now=this_moment())
    typer.echo(f"{found.login} is {'locked' if locked else 'unlocked'}.")


async def _link(connection: Connection, login: str, subject: str | None, *, linked: bool) -> None:
    if linked and subject is None:
        raise Missing("account link needs a subject.", field="subject", remedy="Give --subject, as the provider says.")
    found = await account_named(connection, login)
    await link_account(connection, found, subject if linked else None, actor=command_actor(), now=this_moment())
    typer.echo(f"{found.login} is {'linked' if linked else 'linked no more'}.")


async def _list(connection: Connection) -> None:
    found: list[Account] = []
    while page := await accounts(connection, None, after=found[-1].login if found else "", limit=PAGE):
        found += page
    rows = [(one.login, one.role.value, one.person_number or "", one.name, _state(one)) for one in found]
    print_table(f"{len(found):,} accounts", ("login", "role", "person", "name", "state"), rows)
    if not found:
        typer.echo("No accounts yet: ./wangge account add LOGIN --role ROLE.")


async def _code(connection: Connection, login: str) -> None:
    found = await account_named(connection, login)
    seal = Seal(service_key(read_settings()))
    code = await current_code(connection, found, seal=seal, now=this_moment())
    if code is None:
        raise Missing(f"{found.login} has no second factor.", field="login", remedy="It is set at the first sign-in.")
    await record(connection, EventName.SECOND_FACTOR_TOLD, found, {}, actor=command_actor(), now=this_moment())
    typer.echo(code)


async def _add_device(connection: Connection, login: str, new: NewDevice) -> None:
    found = await account_named(connection, login)
    added, token = await add_device(connection, found, new, actor=command_actor(), now=this_moment())
    typer.echo(f"{new.kind.value.capitalize()} {added.id} of {found.login}, until {added.expires_at:%Y-%m-%d}.")
    typer.echo(f"Its secret, shown this once: {token}")


async def _list_devices(connection: Connection, login: str | None) -> None:
    if login is None:
        found = await machines(connection, None)
    else:
        found = await devices_of(connection, await account_named(connection, login))
    rows = [(one.id, one.login, one.kind.value, one.name, one.datum or "", _state_of(one)) for one in found]
    print_table(f"{len(found):,} devices", ("id", "login", "kind", "name", "datum", "state"), rows)
    if not found:
        typer.echo("No devices.")


async def _revoke(connection: Connection, which: str) -> None:
    if not which.isascii() or not which.isdigit():
        raise Missing(f"{which!r} is no id of a device.", field="which", value=which, remedy="./wangge device list")
    found = await device_of(connection, int(which))
    owner = await account_of(connection, found.account_id)
    await revoke_device(connection, owner, found, actor=command_actor(), now=this_moment())
    typer.echo(f"Device {found.id} of {owner.login} is revoked.")


async def district_named(connection: Connection, code: str | None) -> int:
    """The id of the district with this code, or of the only one; raises `UnknownDistrict`."""
    rows = await (await connection.execute("select id, code from districts order by code")).fetchall()
    chosen = [row[0] for row in rows if code in {None, row[1]}]
    if len(chosen) == 1:
        return int(chosen[0])
    known = ", ".join(row[1] for row in rows)
    raise UnknownDistrict(
        "Which district is not clear.", field="district", value=code, remedy=f"Give --district: {known or 'none yet'}."
    )


def _in_transaction(work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    url = database_url(read_settings())
    migrate(url)

    async def run() -> Answer:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await work(connection)

    return asyncio.run(run())


def _show_password(password: str) -> None:
    typer.echo(f"The password, shown this once: {password}")
    typer.echo("It is changed at the first sign-in.")


def _state(one: Account) -> str:
    told = [
        "locked" if one.locked_at else "",
        f"waits until {one.locked_until:%H:%M}" if one.locked_until and one.locked_until > this_moment() else "",
        "second factor" if one.enrolled_at else "second factor not set yet" if one.needs_second_factor else "",
    ]
    return ", ".join(word for word in told if word)


def _state_of(one: Device) -> str:
    if one.lost_at or one.revoked_at:
        return "lost" if one.lost_at else "revoked"
    return f"{'over since' if one.expires_at <= this_moment() else 'until'} {one.expires_at:%Y-%m-%d}"
