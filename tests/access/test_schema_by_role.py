"""Requests made up from the service's own description, by every role: no fault, and nothing it does not document."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup

from api.cluster_database import url_of
from layers.actors import TERRITORIAL, Role
from tests.accounts import account, bearer
from tests.api.routes.test_schema import KNOWN, OPERATIONS, mend, mend_code, says_nothing
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.toytown import polygons

LONG = os.environ.get("WANGGE_LONG") == "1"
#: Cases of each role and operation: valid ones, and invalid ones.
VALID, INVALID = (9, 9) if LONG else (1, 1)
ROLES = [None, *Role]
WITH_POSITION = [label for label in OPERATIONS if label.endswith("/my/position")]
PERSONS = {Role.GRID_WORKER: 1, Role.INFORMATION_OFFICER: 10}
MODES = ((GenerationMode.POSITIVE, VALID), (GenerationMode.NEGATIVE, INVALID))


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        yield running


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "anyone")
def test_every_role_is_answered_as_documented(town: Town, role: Role | None) -> None:
    asked, faults = 0, list[str]()
    for label in OPERATIONS:
        asked += _ask(town, role, label, faults)
    sys.stdout.write(f"{asked} cases by {role.value if role else 'anyone'}, {len(faults)} faults\n")
    assert asked >= len(OPERATIONS)
    assert not faults, "\n\n".join(faults)


def _ask(town: Town, role: Role | None, label: str, faults: list[str]) -> int:
    """Ask one operation as a role; the account is made for it, because some operations end what it may do."""
    asked = 0
    headers = _headers(town, role, label)

    def send(case: Case[Any]) -> None:
        nonlocal asked
        asked += 1
        if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
            mend(case)
            _name(case)
        elif says_nothing(case):
            return
        case.call_and_validate(base_url=str(town.client.base_url), headers=headers)

    for mode, times in MODES:
        operation = OPERATIONS[label]
        if mode is GenerationMode.POSITIVE or operation.query or operation.path_parameters or operation.body:
            try:
                _made_up(operation.as_strategy(generation_mode=mode), times, send)
            except FailureGroup as fault:
                faults.append(f"{label}: {fault.exceptions}, {fault}"[:1500])
    return asked


def _headers(town: Town, role: Role | None, label: str) -> dict[str, str]:
    if role is None:
        return {}
    areas = [polygons.DISTRICT_CODE] if role in TERRITORIAL else []
    # Only who is in the roster has a position to share; nobody is there twice.
    person = (
        f"W{WITH_POSITION.index(label) + PERSONS[role]:04d}" if label in WITH_POSITION and role in PERSONS else None
    )
    return bearer(account(town.database_url, role, areas=areas, person=person))


def _name(case: Case[Any]) -> None:
    """Names of the town, so that half of the requests get past "there is no such district"."""
    for given_here in (case.query, case.path_parameters, case.body):
        if isinstance(given_here, dict):
            given_here.update({name: KNOWN[name] for name in given_here.keys() & KNOWN.keys()})
    mend_code(case)
    if isinstance(case.body, dict):
        _name_body(case.path, case.body)
    if case.path.endswith("/territories") and case.path_parameters:
        # Any account there is may have a role without a territory.
        case.path_parameters["id"] = 2**40


def _name_body(path: str, body: dict[str, Any]) -> None:
    """What belongs together in a body."""
    if "/hand-overs" in path:
        body.pop("person", None)
        body |= {"level": KNOWN["level"], "code": KNOWN["code"]}
    if "/second-factor/" in path:
        body["code"] = "123456"
    if path.endswith("/machines"):
        body["login"] = "machine-of-the-town"
    if path.endswith("/territories"):
        body.pop("group", None)
        body.pop("valid_to", None)
        body |= {"level": KNOWN["level"], "code": KNOWN["code"]}


def _made_up(strategy: Any, times: int, send: Any) -> None:
    @settings(
        max_examples=times,
        deadline=None,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(case=strategy)
    def check(case: Case[Any]) -> None:
        send(case)

    check()
