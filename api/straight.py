"""A shortcut to an endpoint that is asked often, with bodies that are nearly always right.

first of all routes ──► Shortcut: path equal, body read in one step ──► endpoint
                           │ a body that cannot be read so
                           └──► the framework's own route, from the beginning, so that every refusal is the same

The search among the routes and their frames cost a filing as much as its dependencies. The description of the service
does not change: the framework's route stays, and declares its body and its dependencies as ever.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Receive, Scope, Send

Asked = Callable[[Request], Awaitable[Any]]


class UnfitDependencyError(TypeError):
    """A dependency behind a shortcut asks for more than the request."""


class Shortcut(BaseRoute):
    """For a route without parameters in its path whose endpoint answers with a response of its own and takes the
    request, one model as body, and dependencies that are coroutines of the request alone. Dependencies given where
    a router is included are not seen.
    """

    def __init__(self, route: APIRoute) -> None:
        """Raises `UnfitDependencyError`."""
        dependant = route.dependant
        [body] = dependant.body_params
        self._route, self._methods = route, route.methods or set()
        self._endpoint: Callable[..., Awaitable[Response]] = route.endpoint
        self._body_name = body.name
        self._model: type[BaseModel] = body.field_info.annotation  # type: ignore[assignment]
        self._asked = [(one.name, _asked(one)) for one in dependant.dependencies]
        self._request_name = dependant.request_param_name

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this is the route's own path and method; whatever else, the route itself answers."""
        if scope["type"] != "http" or scope["path"] != self._route.path or scope["method"] not in self._methods:
            return Match.NONE, {}
        return Match.FULL, {"route": self._route, "endpoint": self._endpoint, "path_params": {}}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Where the route itself lies."""
        return self._route.url_path_for(name, **path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, ask the dependencies in their order, call the endpoint."""
        request = Request(scope, receive, send)
        whole = await request.body()
        try:
            given = self._model.model_validate_json(whole)
        except ValidationError:
            await self._route.app(scope, _again(whole, receive), send)
            return
        response = await self._answered(request, given)
        await response(scope, receive, send)

    async def _answered(self, request: Request, given: BaseModel) -> Response:
        values: dict[str, Any] = {self._body_name: given}
        if self._request_name is not None:
            values[self._request_name] = request
        for name, ask in self._asked:
            answer = await ask(request)
            if name is not None:
                values[name] = answer
        return await self._endpoint(**values)


def _again(whole: bytes, receive: Receive) -> Receive:
    """What gives a body that was read once more."""
    messages: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given


def _asked(dependency: Dependant) -> Asked:
    """The dependency as a function of the request; raises `UnfitDependencyError` where that is not all it asks."""
    call, name = dependency.call, dependency.request_param_name
    more = [
        *dependency.dependencies, *dependency.path_params, *dependency.query_params, *dependency.header_params,
        *dependency.cookie_params, *dependency.body_params,
    ]  # fmt: skip
    if call is None or name is None or more or not _is_coroutine(call):
        raise UnfitDependencyError(f"{call!r} cannot stand behind a shortcut: it must be a coroutine of the request.")
    asked: Asked = call
    return asked


def _is_coroutine(call: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004 - asked what it is, not whether
