"""One's tasks in the order they press."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from geo.positions import LonLat
from layers.reports.records import StoredReport
from layers.reports.tasks import Task, measured, pressing

NOW = datetime(2025, 1, 8, 2, 0, tzinfo=UTC)
HERE = LonLat(117.2, 36.6)


def task(nth: int, *, due_h: float | None = 48, urgent: bool = False, overdue: bool = False, **more: Any) -> Task:
    at = None if due_h is None else NOW + timedelta(hours=due_h)
    return Task(replace(BLANK, id=nth, urgent=urgent), "handle", at, overdue, **more)


BLANK = StoredReport(
    id=0, number="", kind_code="", kind_name="", urgent=False, source="", external_ref=None, extra={}, status="",
    subject="", occurred_at=NOW, filed_at=NOW, position=HERE, given=None, given_datum=None, accuracy_m=None,
    located=True, located_by="", edition_number=1, area_path=None, area_ids=(), certainty=None, flags=(),
    candidates=(), assignee_number=None, assignee_role=None, holder_area_id=None, entries=1, row_version=1,
)  # fmt: skip


def order(*tasks: Task) -> list[int]:
    return [one.report.id for one in pressing(tasks, now=NOW)]


def test_overdue_then_urgent_then_due_soon_then_the_rest() -> None:
    tasks = (
        task(1),
        task(2, due_h=3),
        task(3, urgent=True),
        task(4, overdue=True),
        task(5, due_h=-1),
        task(6, due_h=None),
    )
    assert order(*tasks) == [5, 4, 3, 2, 1, 6]


def test_the_nearest_among_the_equally_pressing_then_the_first_due() -> None:
    assert order(task(1, away_m=900.0), task(2, away_m=100.0, due_h=90)) == [2, 1]
    assert order(task(1, due_h=90), task(2, due_h=80)) == [2, 1]
    assert order(task(1, away_m=1.0), task(2, urgent=True, away_m=9_000.0)) == [2, 1], "urgency before distance"


def test_the_distance_is_that_on_the_ground_and_none_for_what_lies_nowhere() -> None:
    there = replace(BLANK, position=LonLat(117.2, 36.61))
    nowhere = replace(BLANK, position=None)
    near, unknown = measured([Task(there, None, None, False), Task(nowhere, None, None, False)], HERE)
    assert near.away_m is not None and abs(near.away_m - 1_112) < 2
    assert unknown.away_m is None
