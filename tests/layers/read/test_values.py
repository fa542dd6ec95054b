"""Single values of a file."""

from __future__ import annotations

import numpy as np
import pytest

from layers.read.values import storable, text, whole_number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(7.0), "7"),
        (np.int32(7), "7"),
        ("007", "007"),
        ("  ０１２ ", "012"),
        (7.5, "7.5"),
        (None, ""),
        (float("nan"), ""),
        ("1.0", "1.0"),
    ],
)
def test_codes_are_text(value: object, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("12", 12), ("１２", 12), (12.0, 12), (np.int64(0), 0), (None, None), ("", None)]
)
def test_whole_numbers(value: object, expected: int | None) -> None:
    assert whole_number(value) == expected


@pytest.mark.parametrize("value", ["many", -1, 1.5, "1e999", "nan"])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"no (whole )?number"):
        whole_number(value)


def test_values_json_cannot_hold_become_text_or_nothing() -> None:
    assert storable(np.float64("nan")) is None
    assert storable(np.bool_(True)) is True
    assert storable(np.datetime64("2025-01-02")) == "2025-01-02"
