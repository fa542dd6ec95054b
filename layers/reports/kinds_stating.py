"""Kinds as a declaration or a table states them, and what keeps them from being a tree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from layers.refusals import Refusal

#: The clocks a kind may set a limit for: until someone has it, until it is settled, until that is verified.
CLOCKS = ("dispatch", "handle", "verify")
#: Ranges of kinds by the letter in front of their codes, each with the words that tables name it by.
RANGES: Mapping[str, tuple[str, ...]] = {
    "C": ("部件", "城市部件", "管理部件", "components"),
    "M": ("事项", "事件", "城市事件", "管理事项", "matters"),
    "L": ("本地", "地方", "自定义", "local"),
}


#: Types an extra field may have, with the values JSON brings for each.
EXTRA_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "integer": (int,),
    "yes_no": (bool,),
}


class BadKind(Refusal):
    """A kind's declaration cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class StatedKind:
    """A kind as it is stated: its group and its unit by their codes, its level by its depth."""

    code: str
    name: str
    name_en: str
    level_depth: int
    parent_code: str | None = None
    is_group: bool = False
    urgent: bool = False
    unit_code: str | None = None
    limits: Mapping[str, str] = field(default_factory=dict)
    filing_standard: str = ""
    closing_standard: str = ""
    straight: bool = False
    checked: bool = False
    photos: bool = False
    extra_fields: Mapping[str, Any] = field(default_factory=dict)


def range_of(code: str) -> str:
    """The letter of the range a code belongs to, '' for one without: C0102 is of the components."""
    return code[0] if code[:1] in RANGES and len(code) > 1 else ""


def differing(before: StatedKind, after: StatedKind) -> dict[str, tuple[Any, Any]]:
    """What differs between two statements of a kind: field → (before, after)."""
    pairs = ((one.name, getattr(before, one.name), getattr(after, one.name)) for one in fields(StatedKind))
    return {name: (old, new) for name, old, new in pairs if old != new}


def tree_faults(stated: Mapping[str, StatedKind], known_groups: Collection[str]) -> dict[str, str]:
    """Why kinds cannot stand where they say, by code: their group is missing, is none, or lies in itself.

    What lies in a group that cannot stand cannot stand either. `known_groups` are the groups stored beside them.
    """
    faults: dict[str, str] = {}
    while found := {
        code: fault
        for code, one in stated.items()
        if code not in faults and (fault := _fault(one, stated, known_groups, faults))
    }:
        faults |= found
    return faults


def _fault(
    one: StatedKind, stated: Mapping[str, StatedKind], known_groups: Collection[str], faults: Collection[str]
) -> str | None:
    parent = one.parent_code
    if parent is None or (parent in known_groups and parent not in stated):
        return None
    if parent not in stated:
        return f"there is no group {parent!r} to be in"
    if parent in faults:
        return f"its group {parent!r} is refused"
    if not stated[parent].is_group:
        return f"{parent!r} is a kind, not a group"
    return f"the group {parent!r} lies in itself" if _goes_round(one, stated) else None


def _goes_round(one: StatedKind, stated: Mapping[str, StatedKind]) -> bool:
    seen = {one.code}
    above = one.parent_code
    while above is not None and above in stated:
        if above in seen:
            return True
        seen.add(above)
        above = stated[above].parent_code
    return False


def checked_extra_fields(code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The extra fields a kind asks for, each with a known type.

    Raises:
        BadKind: one has no known type.
    """
    for name, shape in given.items():
        if not isinstance(shape, Mapping) or shape.get("type") not in EXTRA_TYPES:
            raise BadKind(
                f"The extra field {name!r} of kind {code!r} needs a type.",
                field=f"kinds.{code}.extra_fields.{name}",
                value=shape,
                remedy=f"Types: {', '.join(EXTRA_TYPES)}.",
            )
    return dict(given)
