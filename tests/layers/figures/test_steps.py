"""Steps of a period: in order, without gaps, within it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.figures.records import BadDays, Period
from layers.figures.steps import MOST_STEPS, Step, StepSize, fitting, moments, steps_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(st.dates(max_value=date(9990, 1, 1)))
    return Period(first, first + DAY * draw(st.integers(0, MOST_STEPS - 1)))


@given(periods(), st.sampled_from(StepSize))
def test_steps_are_the_period_without_gaps(period: Period, size: StepSize) -> None:
    found = steps_of(period, size)
    assert (found[0].first, found[-1].last) == (period.first, period.last)
    assert all(one.last + DAY == after.first for one, after in pairwise(found))
    assert all(one.whole for one in found[1:-1])
    for one in found[1:]:
        assert size is not StepSize.WEEK or one.first.weekday() == 0
        assert size is not StepSize.MONTH or one.first.day == 1
    assert len(steps_of(period, fitting(period))) <= 45


def test_weeks_and_months_cross_a_year() -> None:
    over = Period(date(2024, 12, 28), date(2025, 1, 6))
    assert steps_of(over, StepSize.WEEK) == (
        Step(date(2024, 12, 28), date(2024, 12, 29), whole=False),
        Step(date(2024, 12, 30), date(2025, 1, 5)),
        Step(date(2025, 1, 6), date(2025, 1, 6), whole=False),
    )
    leap = steps_of(Period(date(2024, 1, 31), date(2024, 3, 1)), StepSize.MONTH)
    assert [(one.first.day, one.last.day, one.whole) for one in leap] == [(31, 31, False), (1, 29, True), (1, 1, False)]


def test_moments_are_midnights_of_the_district() -> None:
    [begin, _, end] = moments(steps_of(Period(date(2025, 1, 1), date(2025, 1, 2)), StepSize.DAY), SHANGHAI)
    assert (begin.isoformat(), end.isoformat()) == ("2025-01-01T00:00:00+08:00", "2025-01-03T00:00:00+08:00")


def test_more_steps_than_anyone_reads_are_refused() -> None:
    year = Period(date(2024, 1, 1), date(2025, 12, 31))
    with pytest.raises(BadDays) as refused:
        steps_of(year, StepSize.DAY)
    assert refused.value.field == "step"
    assert len(steps_of(year, StepSize.MONTH)) == 24
