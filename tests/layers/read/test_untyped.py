"""Cells of text beside what is stored: the same said is the same kept."""

from __future__ import annotations

from typing import Any

import pytest

from layers.read.untyped import recalled


@pytest.mark.parametrize(
    ("cell", "stored", "kept"),
    [
        ("7", 7, 7),
        ("7", 7.0, 7.0),
        ("7.5", 7.5, 7.5),
        ("8", 7, "8"),
        ("", 7, None),
        ("007", "007", "007"),
        ("7", "007", "7"),
        ("true", True, True),
        ("1", True, "1"),
        ("", "", ""),
        ("", None, None),
        ("x", None, "x"),
        ("a\nb", "a\r\nb ", "a\r\nb "),
        ("[1, 2]", [1, 2], [1, 2]),
        ("nan", 7, "nan"),
        (9, 7, 9),
    ],
)
def test_a_cell_that_says_what_is_stored_is_what_is_stored(cell: Any, stored: Any, kept: Any) -> None:
    found = recalled({"it": cell}, {} if stored is None else {"it": stored})
    assert found == ({} if kept is None else {"it": kept})
    assert type(found.get("it")) is type(kept)


def test_what_has_no_cell_is_not_recalled() -> None:
    assert recalled({}, {"it": 7}) == {}
