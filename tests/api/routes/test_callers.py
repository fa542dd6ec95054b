"""Earlier calls of a number: found however it was typed, refused without a purpose that reads numbers, traced."""

from __future__ import annotations

import httpx
import pytest

from layers.actors import Role
from layers.reports.callers import MOST_TOLD, forms
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position
from tests.toytown import polygons

PHONE = "13912345678"


@pytest.fixture(scope="module")
def filed(town: Town) -> list[str]:
    """Two calls of a number in the first cell, one in another street."""
    places = (position(0, 0), position(0, 0), position(polygons.COLUMNS - 1, 0))
    return [str(town.file(subject=at, reporter={"name": None, "phone": PHONE})["number"]) for at in places]


def asked(town: Town, phone: str, purpose: str = "dispatch", who: dict[str, str] | None = None) -> httpx.Response:
    return town.client.post("/api/v1/callers", json={"phone": phone, "purpose": purpose}, headers=who)


@pytest.mark.parametrize("phone", [PHONE, "139 1234 5678", "139-1234-5678", f" {PHONE} "])
def test_a_number_is_found_however_it_was_typed(town: Town, filed: list[str], phone: str) -> None:
    told = asked(town, phone).json()["reports"]
    assert [one["number"] for one in told] == sorted(filed, reverse=True)
    assert len(told) <= MOST_TOLD and set(told[0]) == {"number", "kind", "status", "filed_at"}


def test_a_number_that_never_called_has_nothing(town: Town, filed: list[str]) -> None:
    assert asked(town, "000000").json() == {"reports": []}


def test_each_report_that_is_told_is_in_the_access_log(town: Town, filed: list[str]) -> None:
    read = "select count(*) from traces where event = 'personal_read' and subject = %s"
    before = town.sql(read, f"report:{filed[0]}")[0][0]
    asked(town, PHONE)
    assert town.sql(read, f"report:{filed[0]}")[0][0] == before + 1


def test_only_those_who_read_numbers_and_only_in_their_territory(town: Town, filed: list[str]) -> None:
    officer = bearer(account(town.database_url, Role.STREET_OFFICER, areas=[polygons.street_code(0)]))
    seen = [one["number"] for one in asked(town, PHONE, "handle", officer).json()["reports"]]
    assert filed[0] in seen and filed[2] not in seen
    supervisor = bearer(account(town.database_url, Role.SUPERVISOR, areas=[polygons.DISTRICT_CODE]))
    refused = asked(town, PHONE, "supervise", supervisor)
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/v1/problems#purpose-refused")
    assert asked(town, PHONE, "supervise").status_code == 403


def test_the_ways_a_number_may_have_been_kept() -> None:
    assert forms(" +86 (0411) 8765-4321 ") == {"+86 (0411) 8765-4321", "86041187654321"}
