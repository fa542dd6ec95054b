"""Texts that a spreadsheet would compute, and characters that no sheet holds."""

from __future__ import annotations

from typing import Any

import pytest

from layers.write.defusing import defused, printable


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"])
def test_what_would_be_computed_is_text(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["", "20250106-0000001", "楼道=堆物", -1.5, 0, None, True])
def test_anything_else_stays(value: Any) -> None:
    assert defused(value) is value


def test_characters_that_no_sheet_holds_become_spaces() -> None:
    assert printable("a\x00b\x0bc\x1fd\te\n") == "a b c d\te\n"
    assert printable(-1.5) == -1.5
