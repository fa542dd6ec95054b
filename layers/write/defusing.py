"""Texts on their way into a table that a spreadsheet will open: none may be taken for a formula, or break a sheet."""

from __future__ import annotations

import re
from typing import Any

#: What makes a spreadsheet compute a cell of a CSV, by OWASP's list "CSV Injection", with the wide forms.
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
#: What XML cannot hold, and so no cell of a sheet.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def defused(value: Any) -> Any:
    """A text that would be computed, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def printable(value: Any) -> Any:
    """A text with a space for each character that no sheet holds; anything else as it is."""
    return UNPRINTABLE.sub(" ", value) if isinstance(value, str) else value
