"""Forms of our own pages, sent without any script: read, and taken only from our own pages.

A browser says where a form came from (`Origin`, `Sec-Fetch-Site`); what is changed by a session also carries the
session's own token in a hidden field.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Depends, Request, Response
from starlette.responses import RedirectResponse

from api.access import CsrfRefused, Needs, Visitors, check_csrf, credential
from api.errors import NotImage, NotJson
from api.problems import PAGE_POLICY
from layers.access.own import Enrolment
from layers.access.permissions import Action, SignInNeeded, check_allowed
from layers.actors import Actor
from maps.accounts import Offer, offer
from maps.strings import Language

MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
#: Our forms go to ourselves alone; their pages tell nobody else where one came from, and are kept by no cache.
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY.replace("form-action 'none'", "form-action 'self'"),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form sent by one of our own pages.

    Raises:
        NotJson: the body is no form.
        CsrfRefused: the form was sent by a page of another site.
    """
    check_from_here(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotJson("The body must be a form.", remedy=f"Send Content-Type: {FORM}.")
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:
        raise NotJson("The form cannot be read.", remedy="Send it as UTF-8, with few fields.") from None


def check_from_here(request: Request) -> None:
    """Refuse what a page of another site sent, or led here."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    elsewhere = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if elsewhere or site not in {None, "same-origin", "none"}:
        raise CsrfRefused("This was sent from another site.", field="origin", remedy="Open our own page.")


class FormNeeds(Needs):
    """A form's declaration: whoever sends it by their session must have this action."""

    async def __call__(self, request: Request) -> Actor:
        """The actor; the fields are at `request.state.form`. Raises what `Needs` and `read_form` do."""
        request.state.form = await read_form(request)
        return await self.admitted(request, request.state.form.get("csrf"))

    async def admitted(self, request: Request, csrf: str | None) -> Actor:
        """Whoever sent the form, if they are signed in here, it is theirs and they have the action."""
        shown = credential(request)
        visitors: Visitors = request.app.state.visitors
        actor = await visitors.of(request, shown) if shown is not None and shown.kind == "session" else None
        if actor is None or shown is None:
            raise SignInNeeded("Nobody is signed in here, or no longer.", remedy="Sign in first.")
        check_csrf(shown.token, csrf)
        check_allowed(actor.role, self.action)
        request.state.actor = actor
        return actor


class PhotoFormNeeds(FormNeeds):
    """The declaration of a form with a photo: a browser sends it in parts."""

    async def __call__(self, request: Request) -> Actor:
        """The actor; the parts are at `request.state.parts`. Raises what `FormNeeds` and `read_parts` do."""
        request.state.parts = await read_parts(request)
        return await self.admitted(request, request.state.parts.get("csrf", b"").decode(errors="replace"))


async def read_parts(request: Request) -> Mapping[str, bytes]:
    """The parts, by name, of a form with a file sent by one of our own pages.

    Raises:
        NotImage: the body is no such form.
        CsrfRefused: the form was sent by a page of another site.
    """
    check_from_here(request)
    declared = request.headers.get("content-type", "")
    if declared.partition(";")[0].strip().lower() != PARTS:
        raise NotImage("The body must be a form with a photo.", remedy=f"Send Content-Type: {PARTS}.")
    head = f"Content-Type: {declared}\r\n\r\n".encode()
    message: Any = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + await request.body())
    found = {}
    for part in islice(message.iter_parts(), MOST_FIELDS):
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found


def form_needs(action: Action) -> Any:
    """The dependency that declares the action of a form."""
    return Depends(FormNeeds(action))


def photo_form_needs(action: Action) -> Any:
    """The same for a form with a photo."""
    return Depends(PhotoFormNeeds(action))


def form_page(page: str, status: int = 200) -> Response:
    """A page with forms."""
    return Response(page, status, HEADERS, "text/html; charset=utf-8")


def see(address: str) -> RedirectResponse:
    """Have the browser open another of our pages, with a GET."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def pictured(offered: Enrolment | None) -> Offer | None:
    """A second factor that is offered, as a page shows it."""
    return None if offered is None else offer(offered.key, offered.address, offered.pending)


def local_path(given: str | None) -> str:
    """An address of ours to go on to, empty for anything else: never a way to another site."""
    if not given or len(given) > 2000 or not given.isascii() or not given.isprintable() or "\\" in given:
        return ""
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or not given.startswith("/") or given.startswith("//"):
        return ""
    return "" if parts.path.startswith(("/api/", "/sign-", "/static/")) else given


def sign_in_address(next_path: str, language: Language) -> str:
    """The sign-in page, and where it leads."""
    asked = {"next": local_path(next_path), "lang": "" if language == "zh" else language}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/sign-in?{query}" if query else "/sign-in"
