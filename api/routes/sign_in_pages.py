"""The pages where people sign in, step by step, and out: plain forms that need no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints, ValidationError

from api.addresses import known_parameters
from api.form_pages import form_page, local_path, pictured, read_form, see, sign_in_address
from api.front_desk import (
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
from api.routes.common import TheLocators
from api.routes.pages import PAGE
from api.schemas.access import CodeBody, NewPasswordBody, SignInBody
from api.schemas.maps import ReferenceQuery
from api.schemas.problems import problems
from layers.access.own import WrongCode, WrongPassword, offered_again
from layers.access.passwords import WeakPassword
from layers.access.permissions import SignInNeeded
from layers.access.records import Owes
from layers.access.sessions import csrf_token
from layers.access.signing_in import SignInRefused
from maps.accounts import Offer, SignInPage, sign_in_page, sign_out_page
from maps.strings import Language, phrase

router = APIRouter(tags=["pages"], dependencies=[Depends(known_parameters)])


class SignInQuery(ReferenceQuery):
    """How the sign-in page is shown, and where it leads."""

    next: Annotated[str, StringConstraints(max_length=2000)] = Field(
        "", description="An address of this service to go on to; any other leads to the account.", examples=["/"]
    )


Shown = Annotated[ReferenceQuery, Query()]


@router.get(
    "/sign-in",
    operation_id="sign_in_page",
    response_class=Response,
    responses={**PAGE, 303: {"description": "Signed in already: on to the next page."}, **problems(404)},
)
async def get_sign_in(query: Annotated[SignInQuery, Query()], request: Request, locators: TheLocators) -> Response:
    """Where people sign in: login and password, then what is owed. Before there is a district, nobody can."""
    if not await locators.every():
        await locators.district(None)
    where = await _standing(request)
    if where.owes is Owes.NOTHING:
        return see(local_path(query.next) or f"/account?lang={query.lang}")
    return form_page(_page(request, where, query.lang, query.next))


@router.post("/sign-in", include_in_schema=False)
async def post_sign_in(query: Shown, request: Request) -> Response:
    """The first step: login and password."""
    form = await read_form(request)
    try:
        body = SignInBody(login=form.get("login", ""), password=form.get("password", ""))
        found = await begin(request, body.login, body.password, None)
    except (SignInRefused, ValidationError):
        refusal = phrase("sign.refused", query.lang)
        page = _page(
            request, Standing(Owes.SIGN_IN), query.lang, form.get("next", ""), refusal, login=form.get("login", "")[:64]
        )
        return form_page(page, 401)
    return _onward(request, form, query.lang, found.owes, found.token)


@router.post("/sign-in/code", include_in_schema=False)
async def post_code(query: Shown, request: Request) -> Response:
    """The second step: the code, or the first code of a second factor just set up."""
    form = await read_form(request)
    try:
        visit = await visit_with(request, form.get("csrf"))
    except SignInNeeded:
        return see(sign_in_address(form.get("next", ""), query.lang))
    try:
        body = CodeBody(code=form.get("code", ""), pending=form.get("pending"))
        found = await show(request, visit, body.code, body.pending)
    except (SignInRefused, WrongCode, ValidationError) as fault:
        where = Standing(visit.owes, visit.account, token=token_of(request))
        key = "account.wrong_code" if visit.owes is Owes.ENROLMENT else "sign.refused"
        given = None if isinstance(fault, ValidationError) else _again(request, where, form)
        refusal = phrase(key, query.lang)
        return form_page(_page(request, where, query.lang, form.get("next", ""), refusal, given=given), 401)
    return _onward(request, form, query.lang, found.owes, found.token)


@router.post("/sign-in/password", include_in_schema=False)
async def post_password(query: Shown, request: Request) -> Response:
    """The last step for whoever got a password made for them: one of their own."""
    form = await read_form(request)
    try:
        visit = await visit_with(request, form.get("csrf"))
    except SignInNeeded:
        return see(sign_in_address(form.get("next", ""), query.lang))
    if visit.owes is not Owes.PASSWORD:
        return see(sign_in_address(form.get("next", ""), query.lang))
    try:
        body = NewPasswordBody(password=form.get("password", ""), new_password=form.get("new_password", ""))
        await change_password(request, visit.account, body.password, body.new_password)
    except (WeakPassword, WrongPassword, ValidationError) as fault:
        key = "account.wrong_password" if isinstance(fault, WrongPassword) else "account.weak_password"
        where = Standing(visit.owes, visit.account, token=token_of(request))
        return form_page(_page(request, where, query.lang, form.get("next", ""), phrase(key, query.lang)), 422)
    return _onward(request, form, query.lang, Owes.NOTHING, None)


@router.get("/sign-out", operation_id="sign_out_page", response_class=Response, responses={**PAGE, **problems()})
async def get_sign_out(query: Shown, request: Request) -> Response:
    """Where people sign out."""
    visit = await visit_here(request)
    return form_page(sign_out_page(query.lang, csrf=csrf_token(token_of(request)) if visit else None))


@router.post("/sign-out", include_in_schema=False)
async def post_sign_out(query: Shown, request: Request) -> Response:
    """Sign out, and show that nobody is signed in."""
    form = await read_form(request)
    await leave(request, form.get("csrf"))
    response = see(f"/sign-out?lang={query.lang}")
    give_cookie(request, response, None)
    return response


async def _standing(request: Request) -> Standing:
    visit = await visit_here(request)
    if visit is None:
        return Standing(Owes.SIGN_IN)
    return await standing(request, visit.account, visit.owes, token_of(request))


def _again(request: Request, where: Standing, form: Mapping[str, str]) -> Offer | None:
    """The second factor offered before, so that it need not be scanned again; None where none was."""
    if where.owes is not Owes.ENROLMENT or where.account is None or "pending" not in form:
        return None
    try:
        return pictured(offered_again(where.account, front_desk(request).seal, form["pending"]))
    except WrongCode:
        return None


def _page(
    request: Request,
    where: Standing,
    language: Language,
    next_path: str,
    refusal: str | None = None,
    *,
    login: str = "",
    given: Offer | None = None,
) -> str:
    return sign_in_page(
        SignInPage(
            language=language,
            owes=where.owes.value,
            next=local_path(next_path),
            login=login or (where.account.login if where.account else ""),
            csrf=where.csrf,
            refusal=refusal,
            offer=given or pictured(where.enrolment),
            outside=front_desk(request).outside is not None,
        )
    )


def _onward(request: Request, form: Mapping[str, str], language: Language, owes: Owes, token: str | None) -> Response:
    """On to the next step, or to where one wanted to go."""
    done = owes is Owes.NOTHING
    here = local_path(form.get("next")) or f"/account?lang={language}"
    response = see(here if done else sign_in_address(form.get("next", ""), language))
    if token is not None:
        give_cookie(request, response, token)
    return response
