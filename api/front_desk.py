"""The front desk: signing in and out, and what people change of their own account, for pages and interface alike.

Argon2 is computed between two transactions: nobody's connection waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import psycopg
from fastapi import Request, Response

from api.access import COOKIE, check_csrf
from api.database import database
from api.outside import OutsideProvider
from api.surface import surface
from layers.access.granting import territory_of, today_of
from layers.access.own import (
    Enrolment,
    WrongPassword,
    offer_second_factor,
    password_hash_of,
    set_password,
    set_second_factor,
    sign_out,
)
from layers.access.passwords import Passwords, check_password
from layers.access.permissions import SignInNeeded
from layers.access.records import Account, Owes, Territory, Visit
from layers.access.sealing import Seal
from layers.access.sessions import csrf_token, end_others, end_session, visit_of
from layers.access.signing_in import SignedIn, complete, confirm, kept_for, refused, show_code, sign_in
from layers.actors import DESK
from layers.refusals import Refusal


class SessionNeeded(Refusal):
    """A device asks for what only a signed-in browser may do."""


@dataclass(slots=True)
class FrontDesk:
    """What signing in needs to know of this installation."""

    seal: Seal
    passwords: Passwords = field(default_factory=Passwords)
    secure_cookies: bool = False
    residents_register: bool = True
    outside: OutsideProvider | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a browser stands: whose session it is, what it owes, and what its account may do."""

    owes: Owes
    account: Account | None = None
    territory: tuple[Territory, ...] = ()
    token: str | None = None
    enrolment: Enrolment | None = None

    @property
    def csrf(self) -> str | None:
        """What changes by this session must carry."""
        return csrf_token(self.token) if self.token else None


def now_of(request: Request) -> datetime:
    """The moment of a request, by the application's clock."""
    found: datetime = request.app.state.clock()
    return found


def front_desk(request: Request) -> FrontDesk:
    """The front desk of the application."""
    found: FrontDesk = request.app.state.front_desk
    return found


async def begin(request: Request, login: str, password: str, code: str | None) -> SignedIn:
    """Sign in by password, and by code where it is given at once; a session this browser had before ends.

    Raises:
        SignInRefused: login, password or code are wrong, or the account waits.
        TooManyRequests: the login was tried too often.
    """
    desk, now = front_desk(request), now_of(request)
    await surface(request).admit_login(request, login)
    async with database(request).filing(DESK) as connection:
        kept = await kept_for(connection, login)
    fits = await desk.passwords.fits(kept.password_hash, password)
    async with database(request).filing(DESK) as connection:
        found = await sign_in(connection, kept, fits=fits, code=code, seal=desk.seal, now=now)
        if found is not None:
            # The browser forgets the session it had; whoever copied its token must not keep it.
            await end_session(connection, token_of(request))
    if found is None:
        raise refused()
    if token_of(request):
        request.app.state.visitors.forget()
    return found


async def show(request: Request, visit: Visit, code: str, pending: str | None) -> SignedIn:
    """Show the second factor, or with `pending` the first code of one just offered; raises `SignInRefused`.

    Raises:
        SignInRefused: the code is wrong, or the account waits after too many failures.
        WrongCode: it is not the first code of the second factor that was offered.
    """
    desk, now, token = front_desk(request), now_of(request), token_of(request)
    found: SignedIn | None
    async with database(request).filing(DESK) as connection:
        if visit.owes is Owes.ENROLMENT and pending is not None:
            given = {"pending": pending, "code": code, "seal": desk.seal, "now": now}
            await set_second_factor(connection, visit.account, **given)  # type: ignore[arg-type]
            found = await complete(connection, visit, token, now=now)
        else:
            found = await show_code(connection, visit, token, code, seal=desk.seal, now=now)
    if found is None:
        raise refused()
    return found


async def change_password(request: Request, account: Account, old: str, new: str) -> None:
    """Change the password of one's own account; other browsers are signed out.

    Raises:
        WeakPassword: the new one would be tried first.
        WrongPassword: the old one is another; it counts as a failed sign-in.
    """
    check_password(new, login=account.login)
    await confirm_password(request, account, old)
    digest = await front_desk(request).passwords.digest(new)
    async with database(request).filing(DESK) as connection:
        await set_password(connection, account, digest, token=token_of(request), now=now_of(request))
    request.app.state.visitors.forget()


async def confirm_password(request: Request, account: Account, password: str) -> None:
    """Have someone signed in show their password again; raises `WrongPassword`."""
    async with database(request).filing(DESK) as connection:
        kept = await password_hash_of(connection, account)
    fits = await front_desk(request).passwords.fits(kept, password)
    async with database(request).filing(DESK) as connection:
        same = await confirm(connection, account, kept, fits=fits, now=now_of(request))
    if not same:
        raise WrongPassword("The password is not the one of this account.", field="password", remedy="Type it again.")


async def keep_second_factor_of(request: Request, account: Account, *, pending: str, code: str) -> None:
    """Replace the second factor of whoever is signed in by one just offered; raises `WrongCode`."""
    desk, now = front_desk(request), now_of(request)
    async with database(request).filing(DESK) as connection:
        await set_second_factor(connection, account, pending=pending, code=code, seal=desk.seal, now=now)
        await end_others(connection, account, token_of(request))
    request.app.state.visitors.forget()


async def leave(request: Request, csrf: str | None) -> None:
    """Sign out; nothing happens where nobody is signed in."""
    visit = await visit_here(request)
    if visit is None:
        return
    check_csrf(token_of(request), csrf)
    async with database(request).filing(DESK) as connection:
        await sign_out(connection, visit.account, token_of(request), now=now_of(request))
    request.app.state.visitors.forget()


async def visit_here(request: Request) -> Visit | None:
    """The session of this browser, also one that still owes something."""
    token = token_of(request)
    if not token:
        return None
    async with database(request).filing(DESK) as connection:
        return await visit_of(connection, token, now=now_of(request))


async def visit_with(request: Request, csrf: str | None) -> Visit:
    """The session of this browser for a change it carries the token for.

    Raises:
        SignInNeeded: there is none, or no longer.
        CsrfRefused: the token is missing or another.
    """
    visit = await visit_here(request)
    if visit is None:
        raise SignInNeeded("Nobody is signed in here, or no longer.", remedy="Sign in first.")
    check_csrf(token_of(request), csrf)
    return visit


async def standing(request: Request, account: Account | None, owes: Owes, token: str | None) -> Standing:
    """Where a browser stands after what it just did."""
    if account is None:
        return Standing(Owes.SIGN_IN)
    found = Standing(owes, account, token=token)
    if owes is Owes.ENROLMENT:
        return replace(found, enrolment=offer_second_factor(account, front_desk(request).seal))
    if owes is not Owes.NOTHING:
        return found
    async with database(request).filing(DESK) as connection:
        return replace(found, territory=await _territory(connection, account, request))


async def _territory(
    connection: psycopg.AsyncConnection[Any], account: Account, request: Request
) -> tuple[Territory, ...]:
    return tuple(await territory_of(connection, account, today=today_of(account, now_of(request))))


def session_token(request: Request) -> str:
    """The token of the session by which this browser acts; raises `SessionNeeded` for a device."""
    if "authorization" in request.headers or not token_of(request):
        raise SessionNeeded(
            "A device may not change what people sign in with, or add devices.",
            remedy="Sign in with login and password: POST /api/v1/session.",
        )
    return token_of(request)


def token_of(request: Request) -> str:
    """The token in this browser's cookie, empty where there is none."""
    return request.cookies.get(COOKIE, "")


def give_cookie(request: Request, response: Response, token: str | None) -> None:
    """Keep a session's token in the browser, out of reach of scripts and of other sites; None takes it away."""
    secure = front_desk(request).secure_cookies
    if token is None:
        response.delete_cookie(COOKIE, path="/", secure=secure, httponly=True, samesite="strict")
    else:
        response.set_cookie(COOKIE, token, path="/", secure=secure, httponly=True, samesite="strict")
