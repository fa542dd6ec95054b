"""The service's own description: what the routes say, completed by the shape of problems and examples of answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.access import COOKIE, action_of
from api.schemas.problems import Problem, documented
from layers.access.permissions import OPEN_TO_ANYONE

SCHEMES = {
    "device": {"type": "http", "scheme": "bearer", "description": "The secret of a phone or a machine."},
    "device_basic": {"type": "http", "scheme": "basic", "description": "The same: device as user, secret as password."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A signed-in browser."},
}
#: Operation → an answer of the demo district.
EXAMPLES = Path(__file__).with_name("examples.json")

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
    _secure(whole, app)
    _exemplify(whole)
    return whole


def _secure(whole: dict[str, Any], app: FastAPI) -> None:
    """What each operation asks of whoever calls it: its action, and the answers to those who lack it."""
    whole["components"]["securitySchemes"] = SCHEMES
    for route in app.state.addresses.described():
        action = action_of(route)
        if action is None:
            continue
        for method in route.methods:
            operation = whole["paths"][route.path_format][method.lower()]
            operation["x-action"] = action.value
            open_to_anyone: list[dict[str, list[str]]] = [{}] if action in OPEN_TO_ANYONE else []
            operation["security"] = [*open_to_anyone, *({name: []} for name in SCHEMES)]
            for status in (401, 403):
                operation["responses"].setdefault(str(status), documented(status))


def _exemplify(whole: dict[str, Any]) -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for methods in whole["paths"].values():
        for operation in methods.values():
            example = examples.get(operation["operationId"])
            for status, answer in operation["responses"].items():
                if example is not None and status.startswith("2"):
                    next(iter(answer["content"].values()))["example"] = example
