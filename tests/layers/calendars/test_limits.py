"""Limits are read whole or not at all, and written in one form."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.calendars.limits import LARGEST, BadLimit, Limit, Unit, read_limit


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("4工作时", "4 working_hours"),
        ("2紧急工作时", "2 urgent_hours"),
        (" 5工作日", "5 working_days"),
        ("5工作日\u3000", "5 working_days"),
        ("２紧急工作时", "2 urgent_hours"),
        ("1．5 工作日", "1.5 working_days"),
        ("3个自然日", "3 days"),
        ("五个工作日内", "5 working_days"),
        ("5个工作日以内", "5 working_days"),
        ("十工作日", "10 working_days"),
        ("十五个工作日", "15 working_days"),
        ("二十一自然日", "21 days"),
        ("两工作时", "2 working_hours"),
        ("半个工作日", "0.5 working_days"),
        ("一个半工作日", "1.5 working_days"),
        ("24工作小时", "24 working_hours"),
        ("1 working day", "1 working_days"),
        ("10 urgent hours", "10 urgent_hours"),
        ("100.50 days", "100.5 days"),
    ],
)
def test_a_limit_is_read_as_people_write_it(text: str, written: str) -> None:
    assert str(read_limit(text)) == written
    assert str(read_limit(written)) == written


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "5",
            "工作日",
            "0工作日",
            "-1工作日",
            "1e3工作日",
            "10001工作日",
            "0.5.5工作日",
            "5工作日左右",
            "约5工作日",
        ),
        *(
            "不超过5工作日",
            "5-7工作日",
            "5工作日7工作日",
            "种植季节15工作日",
            "5工作日（种植季节15工作日）",
            "三五个工作日",
        ),
        *("二三十工作日", "个半工作日", "5半工作日", "5 workingdays", "5工作日\n7工作日"),
    ],
)
def test_what_is_not_understood_whole_is_refused(text: str) -> None:
    with pytest.raises(BadLimit) as refused:
        read_limit(text)
    assert (refused.value.field, refused.value.value) == ("limit", text)
    assert "5工作日" in (refused.value.remedy or "")


@pytest.mark.parametrize(
    ("text", "either", "other"),
    [
        ("3天", "3工作日", "3自然日"),
        ("五日内", "5工作日", "5自然日"),
        ("24小时", "24工作时", "24紧急工作时"),
        ("2h", "2工作时", "2紧急工作时"),
    ],
)
def test_what_may_be_meant_in_two_ways_is_refused_with_both(text: str, either: str, other: str) -> None:
    with pytest.raises(BadLimit, match="two ways") as refused:
        read_limit(text)
    assert either in (refused.value.remedy or "")
    assert other in (refused.value.remedy or "")
    assert read_limit(either) != read_limit(other)


@given(st.decimals(Decimal("0.01"), LARGEST, places=2), st.sampled_from(Unit))
def test_what_is_written_is_read_again(amount: Decimal, unit: Unit) -> None:
    limit = Limit(amount, unit)
    assert read_limit(str(limit)) == limit


@pytest.mark.parametrize("amount", ["0", "-1", "10000.1"])
def test_a_limit_is_more_than_nothing_and_bounded(amount: str) -> None:
    with pytest.raises(BadLimit):
        Limit(Decimal(amount), Unit.DAYS)
