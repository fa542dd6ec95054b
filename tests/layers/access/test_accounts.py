"""Accounts, devices and territories: what is refused, what is traced, and what a scope opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from geo.positions import Datum
from layers.access.accounts import (
    BadLogin,
    LoginTaken,
    NotInRoster,
    OwnAccount,
    UnknownAccount,
    account_named,
    add_account,
    clear_second_factor,
    lock_account,
    reset_password,
    set_role,
)
from layers.access.devices import (
    DeviceLost,
    UnknownDevice,
    WrongKind,
    actor_of_device,
    add_device,
    own_device,
    revoke_device,
)
from layers.access.granting import BadTerritory, Grant, end_grant, grant, granted, territory_of, today_of
from layers.access.permissions import NotAllowed
from layers.access.records import Account, DeviceKind, NewAccount, NewDevice
from layers.access.sessions import actor_of_session, start_session
from layers.access.territories import scope_of
from layers.actors import DESK, Actor, Role, Scope
from layers.scope import ENTER
from tests.layers.access.counter import NOW, Counter

SECURITY = Actor("account:0", Role.SECURITY_ADMINISTRATOR, DESK, account_id=0)
TODAY = date(2025, 1, 6)
STREET, OTHER_STREET = "990101001000", "990101002000"


async def scope(counter: Counter, account: Account, today: date = TODAY) -> Scope:
    row = {"id": account.id, "role": account.role.value, "district_id": account.district_id}
    return await scope_of(counter.connection, {**row, "person_id": account.person_id}, today=today)


async def path(counter: Counter, code: str) -> str:
    return str(
        await counter.value(
            "select ea.path from edition_areas ea join areas a on a.id = ea.area_id where a.code = %s", code
        )
    )


def street(code: str = STREET, *, first: date = TODAY, last: date | None = None) -> Grant:
    return Grant(level="street", code=code, valid_from=first, valid_to=last)


@pytest.mark.parametrize("login", ["", "ab", "x" * 65, "-abc", "a b c", "网格员一号", "ab\nc", "a/b/c", "demo-one"])
async def test_logins_that_cannot_be(counter: Counter, login: str) -> None:
    new = NewAccount(district_id=await counter.district(), login=login, role=Role.RESIDENT)
    with pytest.raises(BadLogin):
        await add_account(counter.connection, new, actor="command:test", now=NOW)


async def test_a_login_is_one_whatever_its_case_and_width(counter: Counter) -> None:
    account = await counter.add(Role.RESIDENT, "Ｒesident.One")
    assert account.login == "resident.one"
    assert (await account_named(counter.connection, " RESIDENT.ONE ")).id == account.id
    with pytest.raises(LoginTaken) as refusal:
        await counter.add(Role.RESIDENT, "resident.ONE")
    assert refusal.value.field == "login"
    with pytest.raises(UnknownAccount):
        await account_named(counter.connection, "resident.two")


async def test_a_person_is_in_the_roster_and_has_one_account(counter: Counter) -> None:
    with pytest.raises(NotInRoster):
        await counter.add(Role.GRID_WORKER, "worker-0", person="W9999")
    account = await counter.add(Role.GRID_WORKER, "worker-1", person="W0001")
    assert account.person_number == "W0001"
    with pytest.raises(LoginTaken) as refusal:
        await counter.add(Role.GRID_WORKER, "worker-2", person="W0001")
    assert refusal.value.field == "person"


async def test_a_grant_opens_an_area_between_its_days(counter: Counter) -> None:
    account = await counter.add(Role.STREET_OFFICER)
    assert (await scope(counter, account)).paths == ()
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    await grant(counter.connection, account, street(first=first, last=last), actor=SECURITY, now=NOW)
    opened = [bool((await scope(counter, account, TODAY + timedelta(days=one))).paths) for one in range(5)]
    assert opened == [False, True, True, True, False]
    assert (await scope(counter, account, first)).paths == (await path(counter, STREET),)


async def test_an_ended_grant_closes_at_once_and_stays_in_the_list(counter: Counter) -> None:
    account = await counter.add(Role.STREET_OFFICER)
    made = await grant(counter.connection, account, street(), actor=SECURITY, now=NOW)
    assert made.id is not None
    await end_grant(counter.connection, account, made.id, actor=SECURITY, now=NOW)
    assert (await scope(counter, account)).paths == ()
    [kept] = await granted(counter.connection, account)
    assert kept.valid_to == TODAY - timedelta(days=1)
    await end_grant(counter.connection, account, made.id, actor=SECURITY, now=NOW)
    assert (await counter.events(account)).count("territory_ended") == 1


async def test_the_whole_district_is_one_path_and_the_district_itself(counter: Counter) -> None:
    account = await counter.add(Role.DISPATCHER)
    for asked in (street(), Grant(level="district", code="990101000000", valid_from=TODAY)):
        await grant(counter.connection, account, asked, actor=SECURITY, now=NOW)
    found = await scope(counter, account)
    assert found.paths == (await path(counter, "990101000000"),)
    assert found.districts == (account.district_id,)


async def test_a_group_of_cells_opens_its_members_of_today(counter: Counter) -> None:
    account = await counter.add(Role.SUPERVISOR)
    await counter.connection.execute("set role none")
    group = await counter.value(
        "insert into cell_groups (district_id, kind, code, name) values (%s, 'police', 'P1', '一组') returning id",
        account.district_id,
    )
    for code, last in (("990101001001001", None), ("990101001001002", TODAY - timedelta(days=1))):
        await counter.connection.execute(
            "insert into cell_group_members select %s, id, %s, %s from areas where code = %s",
            [group, date(2024, 1, 1), last, code],
        )
    await counter.connection.execute("set role wangge_service")
    asked = Grant(group="police", code="P1", valid_from=TODAY)
    made = await grant(counter.connection, account, asked, actor=SECURITY, now=NOW)
    assert (made.level, made.name) == (None, "一组")
    assert (await scope(counter, account)).paths == (await path(counter, "990101001001001"),)


async def test_duties_of_the_roster_open_their_areas(counter: Counter) -> None:
    account = await counter.add(Role.STREET_OFFICER, person="S0002")
    found = await scope(counter, account)
    assert found.paths == (await path(counter, OTHER_STREET),)
    assert found.person_id == account.person_id
    assert (await scope(counter, account, date(2024, 12, 31))).paths == ()
    [told] = await territory_of(counter.connection, account, today=TODAY)
    assert (told.id, told.level, told.code) == (None, "street", OTHER_STREET)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MACHINE}))
async def test_each_role_has_its_kind_of_scope(counter: Counter, role: Role) -> None:
    account = await counter.add(role, person="S0001")
    found = await scope(counter, account)
    administrator = role.value.endswith("_administrator")
    assert found.account_id == account.id
    assert bool(found.paths) is not (administrator or role in {Role.RESIDENT, Role.DEPARTMENT_HANDLER})
    assert found.sender == (f"account:{account.id}" if role is Role.RESIDENT else None)
    assert found.administers == (
        account.district_id if role in {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR} else None
    )
    assert found.audits == (account.district_id if role is Role.AUDIT_ADMINISTRATOR else None)
    assert found.desk is False


async def test_who_has_no_territory_is_granted_none(counter: Counter) -> None:
    resident = await counter.add(Role.RESIDENT)
    officer = await counter.add(Role.STREET_OFFICER)
    with pytest.raises(BadTerritory):
        await grant(counter.connection, resident, street(), actor=SECURITY, now=NOW)
    own = replace(SECURITY, account_id=officer.id)
    with pytest.raises(OwnAccount):
        await grant(counter.connection, officer, street(), actor=own, now=NOW)
    assert issubclass(OwnAccount, NotAllowed)


async def test_today_is_the_day_in_the_district(counter: Counter) -> None:
    account = await counter.add(Role.RESIDENT)
    assert today_of(account, datetime(2025, 1, 5, 16, 30, tzinfo=UTC)) == date(2025, 1, 6)
    assert today_of(account, datetime(2025, 1, 5, 15, 30, tzinfo=UTC)) == date(2025, 1, 5)


async def test_what_ends_the_sessions_and_phones_of_an_account(counter: Counter) -> None:
    digest = await counter.passwords.digest("seven dry otters")
    connection, now = counter.connection, counter.at
    changes = {
        "reset": lambda one: reset_password(connection, one, digest, actor="command:test", now=now),
        "cleared": lambda one: clear_second_factor(connection, one, actor="command:test", now=now),
        "locked": lambda one: lock_account(connection, one, actor="command:test", now=now),
        "role": lambda one: set_role(connection, one, Role.DISPATCHER, None, actor=SECURITY, now=now),
    }
    for name, change in changes.items():
        account = await counter.add(Role.STREET_OFFICER, f"officer-{name}")
        session = await start_session(connection, account, half=False, now=now)
        phone = NewDevice(kind=DeviceKind.PHONE, name="phone")
        _, token = await add_device(connection, account, phone, actor="command:test", now=now)
        assert await actor_of_session(connection, session, now=now) is not None
        assert await actor_of_device(connection, token, now=now) is not None
        await change(account)  # type: ignore[no-untyped-call]
        assert await actor_of_session(connection, session, now=now) is None, name
        assert await actor_of_device(connection, token, now=now) is None, name


async def test_a_machine_acts_by_its_own_name_and_datum(counter: Counter) -> None:
    account = await counter.add(Role.MACHINE)
    new = NewDevice(kind=DeviceKind.MACHINE, name="sensors", datum=Datum.GCJ02)
    device, token = await add_device(counter.connection, account, new, actor="command:test", now=NOW)
    actor = await actor_of_device(counter.connection, token, now=NOW)
    assert actor is not None
    assert (actor.name, actor.role, actor.datum) == (f"device:{device.id}", Role.MACHINE, "gcj02")
    assert (actor.scope.sender, actor.scope.paths) == (f"device:{device.id}", ())
    assert await actor_of_device(counter.connection, token, now=device.expires_at) is None
    assert await actor_of_device(counter.connection, token[:-1] + "?", now=NOW) is None
    await revoke_device(counter.connection, account, device, actor="command:test", now=NOW)
    assert await actor_of_device(counter.connection, token, now=NOW) is None


async def test_a_lost_phone_is_told_so_even_after_it_was_removed(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER)
    phone = NewDevice(kind=DeviceKind.PHONE, name="phone")
    device, token = await add_device(counter.connection, account, phone, actor="command:test", now=NOW)
    actor = await actor_of_device(counter.connection, token, now=NOW)
    assert actor is not None
    assert actor.name == account.actor_name
    for lost in (True, False):
        await revoke_device(counter.connection, account, device, lost=lost, actor="command:test", now=NOW)
        with pytest.raises(DeviceLost):
            await actor_of_device(counter.connection, token, now=NOW)


async def test_machines_and_phones_fit_their_accounts(counter: Counter) -> None:
    person, machine = await counter.add(Role.GRID_WORKER), await counter.add(Role.MACHINE)
    for account, kind in ((person, DeviceKind.MACHINE), (machine, DeviceKind.PHONE)):
        with pytest.raises(WrongKind):
            new = NewDevice(kind=kind, name="x")
            await add_device(counter.connection, account, new, actor="command:test", now=NOW)


async def test_no_secret_is_kept_as_it_is(counter: Counter) -> None:
    account = await counter.add(Role.DISPATCHER)
    secret = await counter.enrol(account)
    session = await start_session(counter.connection, account, half=False, now=NOW)
    phone = NewDevice(kind=DeviceKind.PHONE, name="phone")
    _, token = await add_device(counter.connection, account, phone, actor="command:test", now=NOW)
    kept = ""
    for table in ("accounts", "sessions", "devices"):
        kept += str(await counter.value(f"select string_agg(t::text, '') from {table} t"))
    for one in (session, token, session[4:], token[4:], secret.hex(), "nine wet herons"):
        assert one not in kept
        assert one.encode().hex() not in kept


async def test_an_administrator_reaches_their_own_district_alone(
    counter: Counter, toytown_rolled_back_url: str
) -> None:
    """The second wall: another district's accounts do not exist for them."""
    account = await counter.add(Role.STREET_OFFICER)
    elsewhere = Scope(administers=account.district_id + 1, account_id=0)
    await counter.connection.execute(ENTER, elsewhere.settings)
    with pytest.raises(UnknownAccount):
        await account_named(counter.connection, account.login)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await counter.add(Role.RESIDENT, "smuggled-in")


@pytest.mark.parametrize(("status", "counts"), [("draft", False), ("checked", False), ("retired", True)])
async def test_a_path_of_another_edition_counts_once_it_was_published(
    counter: Counter, status: str, counts: bool
) -> None:
    """Closed reports of a retired edition stay in sight; a draft opens nothing."""
    account = await counter.add(Role.STREET_OFFICER)
    await grant(counter.connection, account, street(), actor=SECURITY, now=NOW)
    await counter.connection.execute("set role none")
    edition = await counter.value(
        "insert into editions (district_id, number, status, made_by, made_at) "
        "values (%s, 9, %s, 'test', %s) returning id",
        account.district_id,
        status,
        NOW,
    )
    await counter.connection.execute(
        "insert into edition_areas (edition_id, area_id, version_id, depth, path) "
        "select %s, ea.area_id, ea.version_id, 1, '777.' from edition_areas ea join areas a on a.id = ea.area_id "
        "where a.code = %s",
        [edition, STREET],
    )
    await counter.connection.execute("set role wangge_service")
    assert ("777." in (await scope(counter, account)).paths) is counts


async def test_a_device_of_another_is_none_of_ones_own(counter: Counter) -> None:
    """Also at the desk, where the second wall is open."""
    account, other = await counter.add(Role.GRID_WORKER), await counter.add(Role.SUPERVISOR)
    phone = NewDevice(kind=DeviceKind.PHONE, name="phone")
    device, _ = await add_device(counter.connection, account, phone, actor="command:test", now=NOW)
    assert (await own_device(counter.connection, account, device.id)).id == device.id
    with pytest.raises(UnknownDevice):
        await own_device(counter.connection, other, device.id)
