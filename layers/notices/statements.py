"""The long SQL statements of this slice, read once from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, LiteralString, cast


def _read(name: str) -> LiteralString:
    # The files are part of the program, as literal as a string in it.
    text: Any = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return cast(LiteralString, text)


CLAIM = _read("claim")
HAPPENED = _read("happened")
NOTED = _read("noted")
RECIPIENTS = _read("recipients")
