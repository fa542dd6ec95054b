"""The answer to a filing is made apart from the models; what the models make of the same report is its oracle."""

from __future__ import annotations

from typing import Any

import pytest

from api.schemas.reports import ReportWithReasons
from tests.api.routes.towns import Town, position

GIVEN: list[dict[str, Any]] = [
    {},
    {"occurred_at": "2025-01-06T09:00:00.000120+08:00", "external_ref": "7", "address": "某处"},
    {"subject": position(0, 0, accuracy_m=400.0)},
    {"subject": position(0, 0, lon=118.5)},
    {"subject": {"type": "none"}, "kind": "L02"},
    {"subject": {"type": "address", "address": "西街道和平路"}},
    {"subject": {"type": "address", "address": "西街道和平路1号2号楼"}},
    {"subject": {"type": "place", "code": "P990101002002"}},
    {"subject": {"type": "area", "level": "community", "code": "990101001001"}},
]


@pytest.mark.parametrize("changes", GIVEN)
def test_a_filing_is_answered_as_the_report_is_read(town: Town, changes: dict[str, Any]) -> None:
    told = town.file(**changes)
    # The secret is told once, to whoever filed it.
    assert town.get(f"/reports/{told['number']}") == told | {"secret": None}
    assert ReportWithReasons.model_validate(told).model_dump(mode="json") == told


def test_whoever_may_not_read_people_is_told_of_none(town: Town) -> None:
    report = town.report()
    answer = town.client.post("/api/v1/reports", json=report, headers={"authorization": ""})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["assignee"], told["reasons"], told["rule"], told["unassigned"]) == (None, [], None, False)
    again = town.client.post("/api/v1/reports", json=report, headers={"authorization": ""})
    assert again.json() == told | {"again": True}
