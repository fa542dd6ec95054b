"""The long SQL statements of this slice, read once from their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, LiteralString, cast


def _read(name: str) -> LiteralString:
    # The files are part of the program, as literal as a string in it.
    text: Any = (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return cast(LiteralString, text)


ADDRESS_CANDIDATES = _read("address_candidates")
EXACT_ADDRESS = _read("exact_address")
ANSWERERS = _read("answerers")
FILE_REPORT = _read("file_report")
LOOK = _read("look")
APPEND_ENTRY = _read("append_entry")
PUMP = _read("pump")
CHANGES = _read("changes")
DAY = _read("day")
OPEN_ELSEWHERE = _read("open_elsewhere")
RELOCATE = _read("relocate")
WRITE_STEP = _read("write_step")
WRITE_MOVE = _read("write_move")
LOOK_AT_STEP = _read("look_at_step")
