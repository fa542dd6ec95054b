"""Tables of text know no types: a cell that says what is stored is what is stored, so that an export comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def recalled(cells: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Further attributes of a row of text, each as it is stored where its cell says the same; an empty cell is none."""
    values = {name: _recalled(cell, stored.get(name)) for name, cell in cells.items()}
    return {name: value for name, value in values.items() if value is not None}


def _recalled(cell: Any, stored: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    if stored is not None and _says(cell, stored):
        return stored
    return cell or None


def _says(cell: str, stored: Any) -> bool:
    if isinstance(stored, str):
        return _plain(cell) == _plain(stored)
    if isinstance(stored, bool):
        return cell.lower() == str(stored).lower()
    if isinstance(stored, int | float):
        return _is_number(cell, stored)
    return cell == json.dumps(stored, ensure_ascii=False)


def _is_number(cell: str, stored: float) -> bool:
    if cell == str(stored):
        return True
    try:
        return float(cell) == stored
    except ValueError:
        return False


def _plain(text: str) -> str:
    """Sheets trim their cells and write one kind of line end."""
    return text.replace("\r\n", "\n").strip()
