"""The page of one's own account: role and territory in words, phones, password, second factor. Plain forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import ValidationError

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.database import database
from api.form_pages import form_needs, form_page, pictured, see
from api.front_desk import (
    change_password,
    confirm_password,
    front_desk,
    keep_second_factor_of,
    now_of,
    session_token,
)
from api.locators import Served
from api.routes.common import TheLocators
from api.routes.my import end_own_device, own_account
from api.routes.pages import PAGE
from api.schemas.access import FirstCodeBody, NewPasswordBody, PasswordBody, PhoneBody
from api.schemas.maps import ReferenceQuery
from api.schemas.problems import problems
from api.schemas.queries import Word
from layers.access.devices import add_device, devices_of
from layers.access.granting import territory_of, today_of
from layers.access.own import Enrolment, WrongCode, WrongPassword, offer_second_factor, offered_again
from layers.access.passwords import WeakPassword
from layers.access.permissions import ALLOWED, Action
from layers.access.records import Account, Device, DeviceKind, NewDevice, Territory
from layers.access.sessions import csrf_token
from layers.actors import Actor
from layers.reports.looking import looks
from maps.accounts import AccountPage, LookLine, Phone, account_page
from maps.records import Frame
from maps.strings import Language, phrase

router = APIRouter(prefix="/account", tags=["pages"], dependencies=[Depends(known_parameters)])
MOST_PLACES = 40
MOST_LOOKS = 20
OWN = form_needs(Action.OWN_ACCOUNT)
DONE = {"lost", "removed", "password", "second_factor"}
PhoneNumber = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1)]


class AccountQuery(ReferenceQuery):
    """How the page is shown, and what was just done."""

    done: Word | None = None


Shown = Annotated[ReferenceQuery, Query()]


@router.get(
    "",
    operation_id="account_page",
    dependencies=[needs(Action.OWN_ACCOUNT)],
    response_class=Response,
    responses={**PAGE, **problems()},
)
async def get_account(
    query: Annotated[AccountQuery, Query()], request: Request, actor: TheActor, locators: TheLocators
) -> Response:
    """One's own account: role and territory in words, phones, password, second factor."""
    session_token(request)
    done = phrase(f"account.done_{query.done}", query.lang) if query.done in DONE else None
    return await _shown(request, actor, await locators.every(), query.lang, done=done)


@router.post("/devices", include_in_schema=False, dependencies=[OWN])
async def post_phone(query: Shown, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """Add a phone and show its token, this once."""
    served = await locators.every()
    try:
        body = PhoneBody(name=request.state.form.get("name", ""))
    except ValidationError:
        return await _shown(request, actor, served, query.lang, refusal=phrase("account.bad_name", query.lang))
    account = await own_account(request, actor)
    new = NewDevice(kind=DeviceKind.PHONE, name=body.name)
    async with database(request).filing(actor.scope) as connection:
        _, token = await add_device(connection, account, new, actor=actor.name, now=now_of(request))
    return await _shown(request, actor, served, query.lang, new_token=token)


@router.post("/devices/{id}/lost", include_in_schema=False, dependencies=[OWN])
async def post_lost(device_id: PhoneNumber, query: Shown, request: Request, actor: TheActor) -> Response:
    """Report a phone lost."""
    await end_own_device(request, actor, device_id, lost=True)
    return see(f"/account?lang={query.lang}&done=lost")


@router.post("/devices/{id}/remove", include_in_schema=False, dependencies=[OWN])
async def post_remove(device_id: PhoneNumber, query: Shown, request: Request, actor: TheActor) -> Response:
    """Remove a phone."""
    await end_own_device(request, actor, device_id, lost=False)
    return see(f"/account?lang={query.lang}&done=removed")


@router.post("/password", include_in_schema=False, dependencies=[OWN])
async def post_password(query: Shown, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """Change the password."""
    form = request.state.form
    try:
        body = NewPasswordBody(password=form.get("password", ""), new_password=form.get("new_password", ""))
        await change_password(request, await own_account(request, actor), body.password, body.new_password)
    except (WeakPassword, WrongPassword, ValidationError) as fault:
        key = "account.wrong_password" if isinstance(fault, WrongPassword) else "account.weak_password"
        return await _shown(request, actor, await locators.every(), query.lang, refusal=phrase(key, query.lang))
    return see(f"/account?lang={query.lang}&done=password")


@router.post("/second-factor", include_in_schema=False, dependencies=[OWN])
async def post_second_factor(query: Shown, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """Offer a second factor to whoever shows their password again."""
    account, served = await own_account(request, actor), await locators.every()
    try:
        await confirm_password(request, account, PasswordBody(password=request.state.form.get("password", "")).password)
    except (WrongPassword, ValidationError):
        return await _shown(request, actor, served, query.lang, refusal=phrase("account.wrong_password", query.lang))
    offered = offer_second_factor(account, front_desk(request).seal)
    return await _shown(request, actor, served, query.lang, offered=offered)


@router.post("/second-factor/confirm", include_in_schema=False, dependencies=[OWN])
async def post_confirm(query: Shown, request: Request, actor: TheActor, locators: TheLocators) -> Response:
    """Keep the second factor by its first code."""
    form, account = request.state.form, await own_account(request, actor)
    try:
        body = FirstCodeBody(pending=form.get("pending", ""), code=form.get("code", ""))
        await keep_second_factor_of(request, account, pending=body.pending, code=body.code)
    except (WrongCode, ValidationError):
        refusal = phrase("account.wrong_code", query.lang)
        offered = _again(request, account, form.get("pending", ""))
        return await _shown(request, actor, await locators.every(), query.lang, refusal=refusal, offered=offered)
    return see(f"/account?lang={query.lang}&done=second_factor")


def _again(request: Request, account: Account, pending: str) -> Enrolment | None:
    try:
        return offered_again(account, front_desk(request).seal, pending)
    except WrongCode:
        return None


async def _shown(
    request: Request,
    actor: Actor,
    every: list[Served],
    language: Language,
    *,
    done: str | None = None,
    refusal: str | None = None,
    new_token: str | None = None,
    offered: Enrolment | None = None,
) -> Response:
    account = await own_account(request, actor)
    async with database(request).filing(actor.scope) as connection:
        phones = await devices_of(connection, account)
        territory = await territory_of(connection, account, today=today_of(account, now_of(request)))
    served = next(one for one in every if one.district.id == account.district_id)
    page = _page(request, account, served, language, phones=phones, territory=territory)
    page = replace(page, looks=await _looks(request, actor))
    page = replace(page, done=done, refusal=refusal, new_token=new_token, offer=pictured(offered))
    return form_page(account_page(_frame(request, served, language), page), 422 if refusal else 200)


async def _looks(request: Request, actor: Actor) -> tuple[LookLine, ...]:
    async with database(request).reading(actor.scope) as connection:
        found = await looks(connection, actor=actor, on=now_of(request).date(), limit=MOST_LOOKS)
    return tuple(LookLine(one.at, one.role, one.units, one.report, one.fields, one.purpose) for one in found.looks)


def _frame(request: Request, served: Served, language: Language) -> Frame:
    return Frame(
        language=language,
        path="/account",
        district=None,
        district_name=served.district.name if language == "zh" else served.district.name_en,
        edition_number=served.in_force.number if served.in_force else None,
        now=now_of(request),
        time_zone=served.district.time_zone,
    )


def _page(
    request: Request,
    account: Account,
    served: Served,
    language: Language,
    *,
    phones: list[Device],
    territory: list[Territory],
) -> AccountPage:
    return AccountPage(
        csrf=csrf_token(session_token(request)),
        login=account.login,
        name=account.name,
        role=account.role.value,
        person=account.person_number,
        territory=tuple(_words(one, served, language) for one in territory[:MOST_PLACES]),
        territory_more=max(0, len(territory) - MOST_PLACES),
        actions=tuple(one.value for one, roles in ALLOWED.items() if account.role in roles),
        phones=tuple(_phone(one) for one in phones if one.expires_at > now_of(request)),
        enrolled_at=account.enrolled_at,
    )


def _words(one: Territory, served: Served, language: Language) -> str:
    if one.level is None:
        return one.name
    level = served.district.level(one.level)
    return f"{level.name if language == 'zh' else level.name_en} · {one.name}"


def _phone(device: Device) -> Phone:
    state = "lost" if device.lost_at else "removed" if device.revoked_at else "in_use"
    return Phone(device.id, device.name, state, device.made_at, device.expires_at, device.seen_at)
