"""Whom an entry of a report's journal concerns: one table from its type to those who are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Audience(StrEnum):
    """Someone by what they are to a report."""

    #: Whoever has it in hand, or had until then.
    ASSIGNEE = "assignee"
    #: The handlers of the unit that has it in hand.
    UNIT = "unit"
    #: The handlers of the units that are called in.
    CALLED = "called"
    #: Whoever answers for the area that holds it.
    HOLDER = "holder"
    #: The account that filed it.
    REPORTER = "reporter"


_A = Audience
#: Type of entry → who is told. Nobody is told of what they did themselves; types that are not here are told to nobody.
TOLD: Mapping[str, frozenset[Audience]] = {
    "assigned": frozenset({_A.ASSIGNEE, _A.UNIT}),
    "transferred": frozenset({_A.ASSIGNEE, _A.UNIT}),
    "returned": frozenset({_A.ASSIGNEE, _A.HOLDER}),
    "declined": frozenset({_A.HOLDER}),
    "rejected": frozenset({_A.ASSIGNEE, _A.UNIT}),
    "overdue": frozenset({_A.ASSIGNEE, _A.UNIT, _A.HOLDER}),
    "climbed": frozenset({_A.HOLDER}),
    "handed_up": frozenset({_A.HOLDER}),
    "handed_down": frozenset({_A.HOLDER}),
    "extension_approved": frozenset({_A.ASSIGNEE, _A.UNIT}),
    "extension_refused": frozenset({_A.ASSIGNEE, _A.UNIT}),
    "whistled": frozenset({_A.CALLED}),
    "joined": frozenset({_A.CALLED}),
    "whistle_missed": frozenset({_A.CALLED, _A.HOLDER}),
    "closed": frozenset({_A.REPORTER}),
    "closed_with_lead": frozenset({_A.REPORTER}),
    "voided": frozenset({_A.REPORTER}),
}


def told(type_: str) -> frozenset[Audience]:
    """Who is told of an entry of this type."""
    return TOLD.get(type_, frozenset())


def people_of(type_: str, *known: int | None) -> list[int]:
    """The person who is told as the assignee: the first of those `known`, none where they are not told."""
    return _first(known) if Audience.ASSIGNEE in told(type_) else []


def units_of(type_: str, called: Iterable[int], *known: int | None) -> list[int]:
    """The units whose handlers are told: those called in, and the first of those `known` to have it in hand."""
    whom = told(type_)
    units = list(called) if Audience.CALLED in whom else []
    return units + (_first(known) if Audience.UNIT in whom else [])


def _first(known: Iterable[int | None]) -> list[int]:
    return [one for one in known if one is not None][:1]
