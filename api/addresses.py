"""What each address of the service takes: its methods, and the parameters of its query."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import Route

from api.errors import UnknownParameter


class Addresses:
    """The routes of an application, asked by path."""

    def __init__(self, app: FastAPI, routes: Iterable[Any]) -> None:
        self._app = app
        self._routes = [route for route in routes if isinstance(route, APIRoute | Route)]

    def methods(self, path: str) -> tuple[str, ...]:
        """Every method that some route takes at this path; HEAD goes wherever GET goes."""
        taken = {method for route in self._routes if route.path_regex.match(path) for method in route.methods or ()}
        if path.startswith("/static/"):
            taken = {"GET"}
        return tuple(sorted(taken | {"HEAD"} if "GET" in taken else taken))

    def described(self) -> list[APIRoute]:
        """The routes that the description of the interface lists."""
        return [route for route in self._routes if isinstance(route, APIRoute) and route.include_in_schema]

    def parameters(self, path_format: str, method: str) -> frozenset[str] | None:
        """The query parameters the documentation lists, None for an address it does not describe."""
        return self._documented.get((path_format, method.lower()))

    @cached_property
    def _documented(self) -> dict[tuple[str, str], frozenset[str]]:
        return {
            (path, method): frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")
            for path, operations in self._app.openapi()["paths"].items()
            for method, operation in operations.items()
        }


async def known_parameters(request: Request) -> None:
    """Refuse a query parameter that is not documented, so that a misspelt filter never means "no filter"."""
    if not request.scope["query_string"]:
        return
    known = request.app.state.addresses.parameters(request.scope["route"].path, request.method)
    for name in request.query_params:
        if known is not None and name not in known:
            raise UnknownParameter(
                f"There is no parameter {name[:64]!r} here.",
                field=name[:64],
                remedy=f"Known: {', '.join(sorted(known))}." if known else "This address takes none.",
            )
