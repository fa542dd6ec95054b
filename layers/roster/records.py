"""The roster as a file states it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Unit:
    """A department or another body (责任单位) that comes to a matter without answering for an area."""

    id: int
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who answers for areas: number, role, how many open reports at most, when on duty, of which unit."""

    number: str
    role: str
    cap: int | None
    shifts: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A person answers for an area under a rank, from a day (None: from the day of the import) to a last day."""

    number: str
    area_id: int
    rank: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class RosterDifference:
    """What importing a roster changed: people, and their duties."""

    new_people: int
    changed_people: int
    unchanged_people: int
    new_duties: int
    changed_duties: int
    ended_duties: int
    unchanged_duties: int


class LookPurpose(StrEnum):
    """Why positions are looked at; it is written into the access log."""

    DISPATCH = "dispatch"
    EMERGENCY = "emergency"
