"""Limits as tables of kinds write them: read whole, or refused."""

from __future__ import annotations

import pytest

from layers.calendars.limits import BadLimit
from layers.reports.kinds_limits import read_limits, written_limits


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("4工作时", {"handle": "4 working_hours"}),
        ("2紧急工作时", {"handle": "2 urgent_hours"}),
        (" 5工作日", {"handle": "5 working_days"}),
        ("５工作日", {"handle": "5 working_days"}),
        ("1.5 working_days", {"handle": "1.5 working_days"}),
        ("种植季节15工作日", {"handle:种植季节": "15 working_days"}),
        ("5工作日（种植季节15工作日）", {"handle": "5 working_days", "handle:种植季节": "15 working_days"}),
        ("5工作日；汛期内：2紧急工作时", {"handle": "5 working_days", "handle:汛期": "2 urgent_hours"}),
        ("一般情况下4工作时", {"handle:一般情况": "4 working_hours"}),
        ("  ", {}),
    ],
)
def test_a_limit_is_read_with_its_condition(text: str, read: dict[str, str]) -> None:
    assert read_limits("handle", text) == read


@pytest.mark.parametrize(
    "text",
    [
        "5",
        "五天内",
        "五个工作日汛期2紧急工作时",
        "不超过5工作日",
        "约5工作日",
        "5工作日左右",
        "5-7工作日",
        "5工作日或7工作日",
        "5工作日；7工作日",
        "种植季节15工作日、种植季节20工作日",
        "种植季节",
        "（）",
        "15种植季节工作日",
        "0工作日",
    ],
)
def test_what_is_not_understood_whole_is_refused(text: str) -> None:
    with pytest.raises(BadLimit) as refused:
        read_limits("handle", text)
    assert (refused.value.field, refused.value.value) == ("limit", text)
    assert refused.value.remedy


@pytest.mark.parametrize("column", ["处置时限（工作日）", "处置时限(工作日)", "处置时限 (working_days)"])
def test_a_number_has_the_unit_of_its_column(column: str) -> None:
    assert read_limits("handle", "5", column) == {"handle": "5 working_days"}
    assert read_limits("handle", "2紧急工作时", column) == {"handle": "2 urgent_hours"}
    with pytest.raises(BadLimit):
        read_limits("handle", "5", "处置时限（见附表）")


@pytest.mark.parametrize("text", ["5工作日（种植季节15工作日，汛期2紧急工作时）", "种植季节15工作日", "4工作时", ""])
def test_what_is_written_is_read_again(text: str) -> None:
    limits = read_limits("verify", text) | {"handle": "1 days"}
    again = written_limits("verify", limits)
    assert read_limits("verify", again or "") | {"handle": "1 days"} == limits
    assert (again is None) == (not text)
