"""The shape of a problem, and the answers every address documents."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE

DESCRIPTIONS = {
    400: "The request cannot be read: malformed JSON, or text that is not UTF-8.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The role does not have this action.",
    404: "What the request names does not exist.",
    405: "The address does not take this method; `Allow` names those it takes.",
    409: "The request contradicts what is stored.",
    408: "The body came too slowly.",
    413: "The body is larger than 1 MiB.",
    415: "The body is not declared as application/json.",
    422: "The request does not fit: a field is missing, unknown or impossible.",
    421: "The host is not one of this service.",
    429: "Too many requests; ask again after the seconds in Retry-After.",
    500: "A fault of the service; the log knows more.",
    503: "Not available at the moment; try again after the seconds in Retry-After.",
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
EXAMPLES: dict[int, dict[str, Any]] = {
    404: {
        "type": "/api/v1/problems#unknown-report",
        "title": "No such report",
        "status": 404,
        "detail": "There is no report '20261122-9999999'.",
        "instance": "/api/v1/reports/20261122-9999999",
        "field": "number",
        "value": "20261122-9999999",
    },
    422: {
        "type": "/api/v1/problems#invalid",
        "title": "The request does not fit",
        "status": 422,
        "detail": "subject.position.lon: Field required",
        "instance": "/api/v1/reports",
        "errors": [{"field": "subject.position.lon", "message": "Field required"}],
    },
}


class FieldFault(BaseModel):
    """One field that does not fit; values that may be personal are never repeated."""

    field: str
    message: str
    value: str | int | float | bool | None = None


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Names the kind of problem; /api/v1/problems lists them all.")
    title: str = Field(description="The kind of problem in words; Chinese where `lang`, else Accept-Language, says so.")
    status: int
    detail: str = Field(description="What was wrong this time.")
    instance: str = Field(description="The path that was asked, without its query.")
    field: str | None = Field(None, description="The field that was wrong.")
    value: str | int | float | bool | None = Field(None, description="Its value, where it cannot be personal.")
    remedy: str | None = Field(None, description="What to do about it.")
    errors: list[FieldFault] | None = Field(None, description="Every field that does not fit.")


class KnownProblem(BaseModel):
    """A kind of problem this service answers with."""

    type: str
    status: int
    title: str
    title_en: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented answers for these statuses, and for those every address can give."""
    slow = {408} if 413 in statuses else set()
    return {status: documented(status) for status in sorted({*statuses, *slow, 405, 421, 422, 429, 500, 503})}


def documented(status: int) -> dict[str, Any]:
    """The documented answer for a status."""
    content: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if status in EXAMPLES:
        content["example"] = EXAMPLES[status]
    told: dict[str, Any] = {"description": DESCRIPTIONS[status], "content": {MEDIA_TYPE: content}}
    return told | {"headers": RETRY_AFTER} if status in {429, 503} else told
