"""A route for bodies that come often and are nearly always right: read in one step from bytes to the model.

What the quick step cannot read goes the framework's own way, from the beginning, so that every refusal is the same.
The description of the service does not change: the endpoint declares its body and its dependencies as ever.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Asked = Callable[[Request], Awaitable[Any]]


class UnfitDependencyError(TypeError):
    """A dependency of a straight route asks for more than the request."""


class StraightRoute(APIRoute):
    """For endpoints that answer with a response of their own and take the request, one model as body, and
    dependencies that are coroutines of the request alone. Dependencies given where a router is included are not seen.
    """

    def get_route_handler(self) -> Handler:
        """Read the body, ask the dependencies in their order, call the endpoint."""
        plain, dependant = super().get_route_handler(), self.dependant
        endpoint: Callable[..., Awaitable[Response]] = self.endpoint
        [body] = dependant.body_params
        model: type[BaseModel] = body.field_info.annotation  # type: ignore[assignment]
        asked = [(one.name, _asked(one)) for one in dependant.dependencies]
        request_name = dependant.request_param_name

        async def straight(request: Request) -> Response:
            try:
                given = model.model_validate_json(await request.body())
            except ValidationError:
                return await plain(request)
            values: dict[str, Any] = {body.name: given}
            if request_name is not None:
                values[request_name] = request
            for name, ask in asked:
                answer = await ask(request)
                if name is not None:
                    values[name] = answer
            return await endpoint(**values)

        return straight


def _asked(dependency: Dependant) -> Asked:
    """The dependency as a function of the request; raises `UnfitDependencyError` where that is not all it asks."""
    call, name = dependency.call, dependency.request_param_name
    more = [
        *dependency.dependencies, *dependency.path_params, *dependency.query_params, *dependency.header_params,
        *dependency.cookie_params, *dependency.body_params,
    ]  # fmt: skip
    if call is None or name is None or more or not _is_coroutine(call):
        raise UnfitDependencyError(f"{call!r} cannot stand at a straight route: it must be a coroutine of the request.")
    asked: Asked = call
    return asked


def _is_coroutine(call: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004 - asked what it is, not whether
