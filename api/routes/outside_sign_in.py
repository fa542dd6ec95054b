"""Signing in at the provider: there, and back. Where someone is between the two, their browser keeps sealed for us."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import RedirectResponse

from api.addresses import known_parameters
from api.database import database
from api.errors import OutsideUnknown
from api.form_pages import check_from_here, form_page, local_path, sign_in_address
from api.front_desk import FrontDesk, front_desk, give_cookie, now_of
from api.logs import event
from api.outside import RETURN_PATH, Going, OutsideAway, OutsideProvider, OutsideRefused
from api.routes.sign_in_pages import SignInQuery
from layers.access.outside import sign_in_outside
from layers.access.records import Owes
from layers.access.sealing import SealBroken
from layers.actors import DESK
from maps.accounts import arrived_page, outside_refused_page
from maps.strings import Language

router = APIRouter(tags=["pages"])

COOKIE = "wangge_outside"
PATH = "/sign-in/outside"
#: How long someone may stay at the provider.
JOURNEY_S = 600
ABOUT = "outside sign-in"


@router.get(PATH, include_in_schema=False, dependencies=[Depends(known_parameters)])
async def get_outside(query: Annotated[SignInQuery, Query()], request: Request) -> Response:
    """Go to the provider's page, from a page of ours: no other site signs anyone in unasked."""
    check_from_here(request)
    desk = front_desk(request)
    provider = _provider(desk)
    try:
        address, going = await provider.begin()
    except OutsideAway as away:
        return _refused(query.lang, away)
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    kept = {**asdict(going), "next": local_path(query.next), "lang": query.lang, "at": now_of(request).timestamp()}
    # Lax: the way back begins at another site.
    response.set_cookie(
        COOKIE, _sealed(desk, kept), max_age=JOURNEY_S, path=PATH, secure=desk.secure_cookies, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response


@router.get(RETURN_PATH, include_in_schema=False)
async def get_return(request: Request) -> Response:
    """Come back from the provider, with whatever it sent along."""
    desk = front_desk(request)
    provider = _provider(desk)
    kept = _opened(request, desk)
    language: Language = "en" if kept.get("lang") == "en" else "zh"
    try:
        response = await _arrived(request, provider, kept, language)
    except (OutsideAway, OutsideRefused) as fault:
        response = _refused(language, fault)
    response.delete_cookie(COOKIE, path=PATH, secure=desk.secure_cookies, httponly=True, samesite="lax")
    return response


async def _arrived(
    request: Request, provider: OutsideProvider, kept: Mapping[str, Any], language: Language
) -> Response:
    if not kept:
        raise OutsideRefused("no journey")
    going = Going(kept["state"], kept["nonce"], kept["verifier"])
    now = now_of(request)
    named = await provider.named(dict(request.query_params), going, now=now)
    async with database(request).filing(DESK) as connection:
        found = await sign_in_outside(connection, named.subject, second_factor=named.second_factor, now=now)
    if found is None:
        raise OutsideRefused("no account")
    here = local_path(kept["next"]) or f"/account?lang={language}"
    onward = here if found.owes is Owes.NOTHING else sign_in_address(kept["next"], language)
    # A page of ours leads on: a browser gives no strict cookie to an address that another site sent it to.
    response = form_page(arrived_page(language, onward))
    give_cookie(request, response, found.token)
    return response


def _refused(language: Language, fault: OutsideAway | OutsideRefused) -> Response:
    away = isinstance(fault, OutsideAway)
    event("outside_sign_in_failed", reason=fault.message.replace(" ", "_"))
    return form_page(outside_refused_page(language, away=away), 503 if away else 401)


def _provider(desk: FrontDesk) -> OutsideProvider:
    if desk.outside is None:
        raise OutsideUnknown("This service knows no provider to sign in at.", remedy="Sign in by login and password.")
    return desk.outside


def _sealed(desk: FrontDesk, kept: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(desk.seal.close(orjson.dumps(kept), about=ABOUT)).decode()


def _opened(request: Request, desk: FrontDesk) -> dict[str, Any]:
    """What the browser kept for us; nothing, where it is not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        kept: dict[str, Any] = orjson.loads(desk.seal.open(sealed, about=ABOUT))
    except (binascii.Error, SealBroken, ValueError):
        return {}
    age_s = now_of(request).timestamp() - kept["at"]
    return kept if 0 <= age_s <= JOURNEY_S else {}
