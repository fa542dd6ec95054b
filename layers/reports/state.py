"""A report as its journal leaves it, and an entry as it is folded onto that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from layers.reports.clocks import Clock
from layers.reports.lifecycle import Status


class Told(NamedTuple):
    """An entry as it is folded."""

    position: int
    type: str
    version: int
    at: datetime
    actor: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    """A unit called in, and how far it came."""

    unit: int
    purpose: str
    asked_at: datetime
    due_at: datetime | None = None
    answered_at: datetime | None = None
    done_at: datetime | None = None
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Overdue:
    """An overdue mark: a fact that stays, whether or not an appeal against it was upheld."""

    position: int
    clock: str
    due_at: datetime
    appealed_by: str | None = None
    upheld: bool | None = None


@dataclass(frozen=True)
class State:
    """A report as its journal leaves it. People, areas and units by id; counts since it was filed."""

    entries: int = 0
    status: Status | None = None
    kind: str = ""
    edition: int | None = None
    area_path: str | None = None
    located: bool = False
    certainty: float | None = None
    flags: tuple[str, ...] = ()
    assignee: int | None = None
    unit: int | None = None
    holder_area: int | None = None
    holder_depth: int | None = None
    clock: Clock | None = None
    overdue_marked: bool = False
    resume_at: datetime | None = None
    suspended_at: datetime | None = None
    suspensions: int = 0
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    accepted_at: datetime | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    evaluated_at: datetime | None = None
    outcome: str | None = None
    settled_depth: int | None = None
    lead: int | None = None
    dispatches: int = 0
    returns: int = 0
    reworks: int = 0
    reopenings: int = 0
    #: Everyone who had it in hand, by person and by account: none of them verifies it.
    handlers: frozenset[int] = frozenset()
    handling_actors: frozenset[str] = frozenset()
    #: Whoever declined it, who is not asked again.
    declined: frozenset[int] = frozenset()
    photos_before: int = 0
    photos_after: int = 0
    asked_extension: Mapping[str, Any] | None = None
    asked_by: str | None = None
    approvals: tuple[str, ...] = ()
    called: tuple[Called, ...] = ()
    overdue: tuple[Overdue, ...] = ()
    responded: bool | None = None
    solved: bool | None = None
    satisfied: str | None = None
    climbs: int = 0

    @property
    def excused(self) -> int:
        """Overdue marks whose appeal was upheld."""
        return sum(one.upheld is True for one in self.overdue)

    def but(self, **changes: Any) -> State:
        """The same, but for these; as `dataclasses.replace`, which takes ten times as long for so many fields.

        Raises:
            TypeError: it has no such field.
        """
        if not changes.keys() <= FIELDS:
            raise TypeError(f"A state has no {', '.join(sorted(changes.keys() - FIELDS))}.")
        made = object.__new__(State)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made


FIELDS = frozenset(one.name for one in fields(State))


class Known(NamedTuple):
    """What the journal of a report came to at some entry, and the digest of that entry, by which it is known again."""

    state: State
    digest: bytes
