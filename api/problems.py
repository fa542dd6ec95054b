"""Problems as RFC 9457 writes them: one JSON object that says what was wrong, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from maps.strings import LANGUAGES, Language

MEDIA_TYPE = "application/problem+json"
PROBLEMS_PATH = "/api/v1/problems"

#: Fields whose values may be repeated to the sender. All others may hold what is personal: text, names, positions.
ECHOED = frozenset(
    {
        "accept", "again", "assigned", "assignee", "breaks", "classes", "client_key", "closed_from", "closed_to",
        "cursor", "datum", "district", "edition", "filed_from", "filed_to", "kind", "lang", "level", "limit", "limits",
        "located", "metric", "number", "occurred_at", "open", "order", "parent", "source", "status", "type",
    }
)  # fmt: skip
LONGEST_ECHO = 100
LONGEST_WHOLE = 2**63 - 1
#: What should be a time and holds anything else may be something personal in the wrong field: it is not repeated.
TIMES = frozenset({"occurred_at", "filed_from", "filed_to", "closed_from", "closed_to"})
TIME_LIKE = re.compile(r"[\d:.,+/ TZtz-]*", re.ASCII)
#: One language of an Accept-Language header, without its region, and its weight.
ACCEPTED = re.compile(r"(?P<tag>[A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)*\s*(?:;\s*q=(?P<q>[01](?:\.\d{0,3})?))?")
#: Our own pages run no script and load nothing but our style sheet, icon and map.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its status, the name in its `type`, and its title in both languages."""

    status: int
    slug: str
    title: str
    title_en: str


#: Told by the server itself, before there is a request.
ADDRESS_TOO_LONG = ProblemKind(414, "address-too-long", "网址过长", "The address is too long")
HEAD_TOO_LARGE = ProblemKind(431, "head-too-large", "请求头过大", "The head of the request is too large")
HEAD_TOO_SLOW = ProblemKind(408, "head-too-slow", "请求头发送过慢", "The head of the request came too slowly")


def bare(kind: ProblemKind) -> bytes:
    """A problem without anything of its request."""
    return orjson.dumps({"type": f"{PROBLEMS_PATH}#{kind.slug}", "title": kind.title_en, "status": kind.status})


def problem(
    request: Request,
    kind: ProblemKind,
    detail: str,
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a problem; `more` holds members beside the standard ones."""
    wants_page = _wants_page(request)
    # Pages are Chinese and the interface is English where nothing is said.
    language = asked_language(request) or ("zh" if wants_page else "en")
    body = {
        "type": f"{PROBLEMS_PATH}#{kind.slug}",
        "title": kind.title if language == "zh" else kind.title_en,
        "status": kind.status,
        "detail": detail,
        "instance": request.url.path,
        **(more or {}),
    }
    if wants_page:
        return _page(body, language, headers=headers or {})
    return Response(orjson.dumps(body), kind.status, headers, MEDIA_TYPE)


def asked_language(request: Request) -> Language | None:
    """The language a request asks for: by `lang` in its address, else by `Accept-Language`; None for neither."""
    stated = request.query_params.get("lang")
    if stated in LANGUAGES:
        return "zh" if stated == "zh" else "en"
    ranked = [
        (-float(found["q"] or 1), at, found["tag"].lower())
        for at, found in enumerate(ACCEPTED.finditer(request.headers.get("accept-language", "")))
    ]
    known = [tag for weight, _, tag in sorted(ranked) if weight and tag in LANGUAGES]
    return None if not known else "zh" if known[0] == "zh" else "en"


def opens_page(request: Request) -> bool:
    """Whether a person opens a page by its address, or by a link to it."""
    return request.scope["method"] in {"GET", "HEAD"} and _wants_page(request)


def _wants_page(request: Request) -> bool:
    """Whether a person looks at this: a browser that opens a page, not a script that asks for facts."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/static/"))


def _page(body: Mapping[str, Any], language: Language, *, headers: Mapping[str, str]) -> Response:
    from maps.shell import Problem, error_page

    told = Problem(body["status"], f"{body['title']}. {body['detail']}", body.get("remedy"))
    page = error_page(told, language)
    return Response(page, body["status"], {**headers, "Content-Security-Policy": PAGE_POLICY}, "text/html")


def echo(field: str | None, value: object) -> dict[str, Any]:
    """`field`, and `value` where it may be repeated and is short and plain."""
    if field is None:
        return {}
    plain = value is None or isinstance(value, str | int | float | bool)
    name = field.rpartition(".")[2]
    if name not in ECHOED or not plain or value is None:
        return {"field": field}
    if isinstance(value, str) and (len(value) > LONGEST_ECHO or (name in TIMES and not TIME_LIKE.fullmatch(value))):
        return {"field": field}
    # No JSON of ours holds a longer one, and what it stood for is plain from the rest.
    if isinstance(value, int) and abs(value) > LONGEST_WHOLE:
        return {"field": field}
    return {"field": field, "value": value}
