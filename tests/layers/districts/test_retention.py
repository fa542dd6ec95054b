"""How long things are kept: defaults that serve, bounds that hold, and moments to the day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.districts.records import DistrictSettings
from layers.districts.refusals import BadDistrict
from layers.districts.retention import BOUNDS, Retention, due_at, months_before

NOW = datetime(2026, 8, 31, 9, 30, tzinfo=UTC)


def test_the_defaults() -> None:
    assert asdict(DistrictSettings.read({}).retention) == {
        "position_minutes": 30,
        "closed_reports_months": 24,
        "sessions_days": 30,
        "traces_months": 36,
    }
    due = due_at(Retention(), NOW)
    assert due.positions == NOW - timedelta(minutes=30)
    assert due.closed_reports == datetime(2024, 8, 31, 9, 30, tzinfo=UTC)
    assert due.sessions == NOW - timedelta(days=30)
    assert due.traces == datetime(2023, 8, 31, 9, 30, tzinfo=UTC)


def test_a_district_sets_its_own_and_keeps_the_other_settings() -> None:
    settings = DistrictSettings.read({"retention": {"traces_months": 6, "position_minutes": 5}, "reach_m": 50})
    assert (settings.retention.traces_months, settings.retention.position_minutes, settings.reach_m) == (6, 5, 50)
    assert settings.retention.closed_reports_months == 24


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({"traces_months": 5}, "settings.retention.traces_months"),
        ({"traces_months": 36.5}, "settings.retention.traces_months"),
        ({"traces_months": True}, "settings.retention.traces_months"),
        ({"position_minutes": 0}, "settings.retention.position_minutes"),
        ({"closed_reports_months": "24"}, "settings.retention.closed_reports_months"),
        ({"sessions_days": 5000}, "settings.retention.sessions_days"),
        ({"audit_months": 36}, "settings.retention.audit_months"),
        (36, "settings.retention"),
    ],
)
def test_a_wrong_period_is_refused_by_name(declared: object, field: str) -> None:
    with pytest.raises(BadDistrict) as refused:
        DistrictSettings.read({"retention": declared})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, "2026-08-31"), (2, "2026-06-30"), (6, "2026-02-28"), (8, "2025-12-31"), (30, "2024-02-29")],
)
def test_months_end_where_the_month_ends(months: int, expected: str) -> None:
    assert months_before(NOW, months).date().isoformat() == expected


@given(st.integers(1, 1200), st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_longer_period_never_makes_more_due(months: int, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    assert months_before(now, months) < now
    assert months_before(now, months) <= months_before(now, months - 1)


@pytest.mark.parametrize("name", BOUNDS)
def test_the_default_lies_in_its_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    assert least <= getattr(Retention(), name) <= most
    assert Retention.read({name: least}) and Retention.read({name: most})
