"""The service's own description: what the routes say, completed by the shape of problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.schemas.problems import Problem

DESCRIPTION = """\
Reports (事件) are filed, located to their grid (网格) and assigned to whoever answers for it.

Every position states its `datum`. Every error is a problem as in RFC 9457 (`application/problem+json`). Unknown fields
and unknown query parameters are refused. Times carry their offset; answers give UTC.
"""


def description(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The function that describes `app`; the description is made once."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(app)
        return app.openapi_schema

    return described


def _completed(app: FastAPI) -> dict[str, Any]:
    whole = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(shape.pop("$defs"))
    schemas["Problem"] = shape
    return whole
