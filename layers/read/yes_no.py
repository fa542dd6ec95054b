"""Yes and no as tables write them."""

from __future__ import annotations

YES = frozenset({"true", "yes", "y", "1", "是", "有", "√", "✓"})
NO = frozenset({"", "false", "no", "n", "0", "否", "无", "×", "-", "—", "/"})


def yes_or_no(text: str) -> bool | None:
    """What a cell says, an empty one no; None when it says neither."""
    word = text.strip().casefold()
    return True if word in YES else False if word in NO else None
