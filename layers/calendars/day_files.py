"""Holidays as TOML or JSON: the rows of a table under `days`, working hours beside them.

    hours = "08:00-12:00 14:00-18:00"
    days = [
        { date = 2026-02-15, last = 2026-02-23, kind = "holiday", name = "春节" },
        { date = 2026-02-14, kind = "working" },
    ]

`isOffDay` (true, false) is understood as the kind, as lists on the net write it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.calendars.reading import NAMES, Row
from layers.read.refusals import UnreadableFile

ENDINGS = (".toml", ".json")
LARGEST_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class DayFile:
    """The rows of a file by fields, numbered from 1, and the working hours it states."""

    rows: tuple[Row, ...]
    hours: str | None


def is_day_file(path: Path) -> bool:
    """Whether the file's name says that it is TOML or JSON."""
    return path.suffix.lower() in ENDINGS


def read_day_file(path: Path) -> DayFile:
    """Read a file of days.

    Raises:
        UnreadableFile: there is none, it is too large, damaged, or holds no list of days.
    """
    given = _content(path)
    days, hours = (given.get("days"), given.get("hours")) if isinstance(given, Mapping) else (None, None)
    if not isinstance(days, list) or not all(isinstance(one, Mapping) for one in days):
        raise _unreadable(path, "holds no list of days", 'Write days = [{ date = 2026-01-01, kind = "holiday" }].')
    return DayFile(
        tuple((number, _row(one)) for number, one in enumerate(days, 1)), None if hours is None else str(hours)
    )


def _content(path: Path) -> Any:
    if not path.is_file():
        raise _unreadable(path, "is no file", "Check its name and folder.")
    if path.stat().st_size > LARGEST_BYTES:
        raise _unreadable(path, "is larger than any list of holidays", "Give the list of some years.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"cannot be read: {error}", "Mend it, or give a table as CSV or XLSX.") from error


def _row(given: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a day; TOML's own dates and JSON's true and false as a table would write them."""
    cells = {str(name).lower(): str(value).strip() for name, value in given.items() if value is not None}
    found = {field: next((cells[name] for name in names if name in cells), "") for field, names in NAMES.items()}
    return {**found, "kind": found["kind"].lower()}


def _unreadable(path: Path, why: str, remedy: str) -> UnreadableFile:
    return UnreadableFile(f"{path.name} {why}.", field="file", value=str(path), remedy=remedy)
