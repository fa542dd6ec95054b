"""Problems as RFC 9457 writes them: one JSON object that says what was wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
PROBLEMS_PATH = "/api/v1/problems"

#: Fields whose values may be repeated to the sender. All others may hold what is personal: text, names, positions.
ECHOED = frozenset(
    {
        "accept", "again", "assigned", "assignee", "breaks", "classes", "client_key", "cursor", "datum", "district",
        "edition", "filed_from", "filed_to", "kind", "lang", "level", "limit", "limits", "located", "metric", "number",
        "occurred_at", "open", "order", "parent", "source", "status", "type",
    }
)  # fmt: skip
LONGEST_ECHO = 100


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its status, the name in its `type`, and its title in both languages."""

    status: int
    slug: str
    title: str
    title_en: str


def problem(
    request: Request,
    kind: ProblemKind,
    detail: str,
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a problem; `more` holds members beside the standard ones."""
    chinese = request.headers.get("accept-language", "").lower().startswith("zh")
    body = {
        "type": f"{PROBLEMS_PATH}#{kind.slug}",
        "title": kind.title if chinese else kind.title_en,
        "status": kind.status,
        "detail": detail,
        "instance": request.url.path,
        **(more or {}),
    }
    return Response(orjson.dumps(body), kind.status, headers, MEDIA_TYPE)


def echo(field: str | None, value: object) -> dict[str, Any]:
    """`field`, and `value` where it may be repeated and is short and plain."""
    if field is None:
        return {}
    plain = value is None or isinstance(value, str | int | float | bool)
    echoed = field.rpartition(".")[2] in ECHOED and plain and value is not None
    if not echoed or (isinstance(value, str) and len(value) > LONGEST_ECHO):
        return {"field": field}
    return {"field": field, "value": value}
