"""Further attributes as columns: which there are, and what sort of values each holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from layers.write.streams import Field, FieldKind

#: Whole numbers beyond this fit in no column of whole numbers.
LARGEST_WHOLE = 2**63 - 1


def attribute_kinds(sorts: Iterable[tuple[str, str]]) -> dict[str, FieldKind]:
    """What each attribute's column must hold, from (key, sort of value) pairs; mixed sorts are text.

    Sorts are 'string', 'boolean', 'null', 'whole' and 'number'; anything else is written as JSON text.
    """
    found: dict[str, set[str]] = {}
    for key, sort in sorts:
        found.setdefault(key, set()).add(sort)
    return {key: _kind(here - {"null"}) for key, here in found.items()}


def sorts_of(facts: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The (key, sort of value) pairs of attributes in memory."""
    return {(key, _sort(value)) for one in facts for key, value in one.items()}


def attribute_columns(fields: Sequence[Field], facts: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """One column for each field that is an attribute."""
    return [[_value(one.get(field.key), field.kind) for one in facts] for field in fields]


def _kind(sorts: set[str]) -> FieldKind:
    if sorts == {"whole"}:
        return FieldKind.WHOLE
    if sorts and sorts <= {"whole", "number"}:
        return FieldKind.NUMBER
    return FieldKind.FLAG if sorts == {"boolean"} else FieldKind.TEXT


def _sort(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "whole" if abs(value) <= LARGEST_WHOLE else "string"
    return "number" if isinstance(value, float) else "string"


def _value(value: object, kind: FieldKind) -> object:
    if value is None or kind is not FieldKind.TEXT or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
