"""One step being taken: the report as it stands, the entries it gains, and what else is written with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection

from layers.actors import Actor
from layers.canonical import chained
from layers.reports.clocks import Clock, limit_of, started
from layers.reports.folding import fold
from layers.reports.journal import Entry
from layers.reports.records import Kind, Location
from layers.reports.setting import Setting
from layers.reports.state import State, Told
from layers.reports.steps.requests import StepRequest

SALT_BYTES = 16
Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a report's chain ends, and what its row holds beside its state."""

    id: int
    district_id: int
    sender: str
    chain_head: bytes


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry about to be written."""

    position: int
    type: str
    version: int
    actor: str
    body: bytes
    digest: bytes


@dataclass
class Taking:
    """A step on its way: `add` records an entry and moves the state on; the rest is written beside the entries."""

    connection: Connection
    head: Head
    before: State
    kind: Kind
    setting: Setting
    actor: Actor
    request: StepRequest
    now: datetime
    state: State = field(init=False)
    entries: list[NewEntry] = field(default_factory=list)
    #: Positions with salt and text of notes, and of callers.
    notes: list[tuple[int, bytes, str]] = field(default_factory=list)
    callers: list[tuple[int, bytes, str | None, str | None, str | None]] = field(default_factory=list)
    #: Runs of the assignment rule, as rows.
    runs: list[dict[str, Any]] = field(default_factory=list)
    #: Where a moved report lies now.
    location: Location | None = None

    def __post_init__(self) -> None:
        self.state = self.before

    def add(self, type_: str, facts: Mapping[str, Any], *, version: int = 1, actor: str | None = None) -> None:
        """Record an entry after those there are.

        Raises:
            WrongStep: the table does not have the step in the report's status.
        """
        name = actor or self.actor.recorded
        entry = Entry(self.head.id, self.next_position, type_, self.now, name, facts, version)
        body = entry.body()
        previous = self.entries[-1].digest if self.entries else self.head.chain_head
        self.state = fold([Told(entry.position, type_, version, self.now, name, facts)], self.state)
        self.entries.append(NewEntry(entry.position, type_, version, name, body, chained(previous, body)))

    @property
    def next_position(self) -> int:
        """The position the next entry will have."""
        return self.state.entries + 1

    def note(self) -> str | None:
        """The salted digest of what the request adds in its own words, kept for the next entry; None without one."""
        if self.request.note is None:
            return None
        salt = secrets.token_bytes(SALT_BYTES)
        self.notes.append((self.next_position, salt, self.request.note))
        return sha256(salt + self.request.note.encode()).hexdigest()

    def reasoned(self) -> dict[str, Any]:
        """Reason and note, as most entries state them."""
        return {"reason": self.request.reason, "note": self.note()}

    def clock(self, name: str, kind: Kind | None = None) -> Clock:
        """The clock of this name, started now."""
        of = kind or self.kind
        return started(name, limit_of(name, of.limits, urgent=of.urgent), self.now, self.setting.calendar)
