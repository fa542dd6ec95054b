"""Requests made up from the service's own description, valid and invalid: the answers are those it documents."""

from __future__ import annotations

import os
from typing import Any

import pytest
import schemathesis

# Imported by a check in the middle of a request otherwise, too deep in the stack for pytest to rewrite it.
import schemathesis.specs.openapi.object_authorization
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from api.app import create_app
from tests.api.routes.towns import Town

LONG = os.environ.get("WANGGE_LONG") == "1"
EXAMPLES = 400 if LONG else 8

DESCRIBED = schemathesis.openapi.from_dict(create_app("postgresql://nowhere", pool_size=2, with_worker=False).openapi())
OPERATIONS = {one.ok().label: one.ok() for one in DESCRIBED.get_all_operations() if isinstance(one, Ok)}
WITH_PARAMETERS = [label for label, one in OPERATIONS.items() if one.query or one.path_parameters or one.body]

#: Names of the town, so that made-up requests get past "there is no such district".
KNOWN: dict[str, Any] = {
    "district": "990101000000",
    "level": "grid",
    "area": "990101001001001",
    "code": "990101001001001",
    "parent": "990101001001",
    "kind": "M01",
    "edition": 1,
}

#: What a body may hold and the description cannot say: moments that have come, or not yet, and a kind's own fields.
MENDED: dict[str, Any] = {
    "until": "2025-01-06T18:00:00+08:00",
    "occurred_at": "2025-01-05T08:30:00+08:00",
    "extra": {},
    "url": "https://hooks.example/reports",
    "effective_at": "2025-01-08T08:30:00+08:00",
}
#: Days, moments and positions that there are.
LISTS = frozenset({"/api/v1/reports", "/api/v1/reports.csv", "/api/v1/reports.xlsx"})
MENDED_QUERY: dict[str, Any] = {
    "period": "2025-01-01..2025-01-31",
    "at": "2025-01-06T18:00:00+08:00",
    "lat": 36.6,
    "lon": 117.2,
    "accuracy_m": 12.5,
}


@pytest.mark.parametrize("label", list(OPERATIONS))
def test_valid_requests_are_answered_as_documented(town: Town, label: str) -> None:
    def send(case: Case[Any]) -> None:
        mend(case)
        case.call_and_validate(base_url=str(town.client.base_url))

    _try(OPERATIONS[label], GenerationMode.POSITIVE, send)


@pytest.mark.parametrize("label", WITH_PARAMETERS)
def test_requests_with_known_names_are_answered_as_documented(town: Town, label: str) -> None:
    def send(case: Case[Any]) -> None:
        mend(case)
        for given_here in (case.query, case.path_parameters, case.body):
            if isinstance(given_here, dict):
                given_here.update({name: KNOWN[name] for name in given_here.keys() & KNOWN.keys()})
        mend_code(case)
        case.call_and_validate(base_url=str(town.client.base_url))

    _try(OPERATIONS[label], GenerationMode.POSITIVE, send)


@pytest.mark.parametrize("label", WITH_PARAMETERS)
def test_invalid_requests_are_refused_as_documented(town: Town, label: str) -> None:
    def send(case: Case[Any]) -> None:
        if not says_nothing(case):
            case.call_and_validate(base_url=str(town.client.base_url))

    _try(OPERATIONS[label], GenerationMode.NEGATIVE, send)


def says_nothing(case: Case[Any]) -> bool:
    """A request whose invalid values are lost on the way: objects and lists in a query arrive as names given twice."""
    query = (case.query or {}).values()
    if any(isinstance(value, dict | list) for value in query):
        return True
    asked = any(value not in ([], None) for value in query)
    return not (asked or case.path_parameters or isinstance(case.body, dict | list | str | bytes | int | float))


def mend(case: Case[Any]) -> None:
    """Make a valid request one that can be meant: what belongs together cannot be written in the description."""
    _come_to_an_end(case)
    _mend_query(case.path, case.query or {})
    if isinstance(case.body, dict):
        _mend_body(case.path, case.body)


def _mend_query(path: str, query: dict[str, Any]) -> None:
    if path in {*LISTS, "/api/v1/positions", "/api/v1/figures/course"}:
        _together(query, "level", "area")
    if path == "/api/v1/service-points":
        _together(query, "level", "area")
        _together(query, "lon", "lat", "datum")
    if path in LISTS and "area" not in query:
        query.pop("edition", None)
    query.update({name: value for name, value in MENDED_QUERY.items() if name in query})
    for name in ("filed_to", "closed_to", "until"):
        query.pop(name, None)
    # That a year is one of ours no format says.
    since = ("filed_from", "closed_from", "since")
    query.update({name: "2025-01-05T08:30:00+08:00" for name in since if name in query})
    if "bbox" in query:
        query["bbox"] = "117.1,36.5,117.3,36.7"
    if query.get("breaks") == "fixed":
        query["limits"] = "1,5,10"


def _mend_body(path: str, body: dict[str, Any]) -> None:
    body.update({name: value for name, value in MENDED.items() if name in body})
    if path == "/api/v1/residents":
        body["password"] = "nine wet herons"
    if path == "/api/v1/my/notices/read" and not body.get("up_to"):
        body["up_to"] = 1
    if path == "/api/v1/plans/{plan}/operations":
        # What an operation is no schema says: any that is made up would be refused, were the plan at this version.
        body["version"] = 99_999
    if path == "/api/v1/plans/{plan}/comments":
        _together(body, "lon", "lat")
    if path in {"/api/v1/my/tasks/near", "/api/v1/my/area"} and not body.get("datum"):
        body["datum"] = "wgs84"


def _come_to_an_end(case: Case[Any]) -> None:
    """An answer without an end could not be looked at."""
    if case.path == "/api/v1/events":
        case.query = (case.query or {}) | {"wait": "false"}
        if case.headers:
            case.headers.pop("last-event-id", None)


def mend_code(case: Case[Any]) -> None:
    """The code of a second factor, or of an address, is no code of an area."""
    if isinstance(case.body, dict) and "code" in case.body and "session" in case.path:
        case.body["code"] = "123456"
    if isinstance(case.body, dict) and case.path.endswith("/confirm"):
        case.body["code"] = "Ab3dEf9h"


def _together(query: dict[str, Any], *names: str) -> None:
    if any(query.get(name) is None for name in names):
        for name in names:
            query.pop(name, None)


def _try(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, send: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Case[Any]) -> None:
        send(case)

    check()
