"""What a filing comes to: the values it writes, and its journal entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from geo.crs import STORAGE_SRID
from layers.areas.records import CompiledEdition
from layers.calendars.working_time import Calendar
from layers.canonical import canonical, chained, moment_text
from layers.reports.clocks import DISPATCH, HANDLE, Clock, limit_of, started
from layers.reports.journal import GENESIS, Entry, personal_digest
from layers.reports.lifecycle import Action, Status, step
from layers.reports.located import candidates_of, subject_name
from layers.reports.records import (
    AtAddress,
    AtPosition,
    Considered,
    Filing,
    Kind,
    Location,
    Outcome,
    Subject,
)

SERIALS_PER_DAY = 10_000_000
#: What a sender says, besides who is sending and under which key.
CONTENT = tuple(one.name for one in fields(Filing) if one.name not in {"sender", "client_key"})


class Link(NamedTuple):
    """An entry as it is stored: its canonical bytes, and the digest that chains it to the one before."""

    position: int
    type: str
    version: int
    body: bytes
    digest: bytes


@dataclass(frozen=True)
class Draft:
    """A report about to be written: everything decided, nothing stored."""

    filing: Filing
    kind: Kind
    location: Location
    flags: tuple[str, ...]
    outcome: Outcome | None
    compiled: CompiledEdition
    calendar: Calendar
    serial: int
    salt: bytes
    actor: str
    now: datetime

    @cached_property
    def report_id(self) -> int:
        """The filing date in the district's time zone, then the serial."""
        day = self.now.astimezone(self.compiled.district.zone)
        return int(day.strftime("%Y%m%d")) * SERIALS_PER_DAY + self.serial

    @cached_property
    def row(self) -> dict[str, Any]:
        """The report's own row, by parameter."""
        return _report_values(self)

    @cached_property
    def chain(self) -> tuple[Link, ...]:
        """The journal's first entries: filed, and assigned or unassigned where the rule was asked."""
        return _chain(self.entries)

    @cached_property
    def entries(self) -> list[Entry]:
        """What the chain links."""
        return _entries(self)

    @property
    def first_status(self) -> Status:
        """Collected where a dispatcher looks before it is filed, else filed at once."""
        return step(None, Action.COLLECT if self.kind.checked else Action.FILE)

    @property
    def status(self) -> Status:
        """As `first_status`, and dispatched when someone got it."""
        return step(self.first_status, Action.ASSIGN) if self.taken else self.first_status

    @property
    def taken(self) -> Considered | None:
        """Whoever got it, if anyone did."""
        return self.outcome.assignee if self.outcome else None

    @cached_property
    def clock(self) -> Clock:
        """The clock that runs now: until it is dispatched, or until it is handled."""
        name = HANDLE if self.taken else DISPATCH
        limit = limit_of(name, self.kind.limits, urgent=self.kind.urgent)
        return started(name, limit, self.now, self.calendar)

    @property
    def address(self) -> str | None:
        """The address as it was given, which is personal."""
        return self.filing.subject.address if isinstance(self.filing.subject, AtAddress) else self.filing.address

    @property
    def personal(self) -> dict[str, str | None]:
        """What is kept apart because it can be erased."""
        filing = self.filing
        return {
            "text": filing.text,
            "address": self.address,
            "reporter_name": filing.reporter_name,
            "reporter_phone": filing.reporter_phone,
        }

    @property
    def erasable(self) -> dict[str, Any]:
        """Everything that is erased when the report is anonymised: the journal keeps a digest of it, and no more."""
        filing = self.filing
        return self.personal | {
            "sender": filing.sender,
            "client_key": filing.client_key,
            "external_ref": filing.external_ref,
            "extra": dict(filing.extra),
            "position": self.location.position,
            "given": filing.subject.given if isinstance(filing.subject, AtPosition) else None,
            "candidates": self.candidates,
        }

    @property
    def holder(self) -> tuple[int, int]:
        """Area and depth that hold the report: who got it there, else where the asking began, else the district."""
        if self.outcome and self.outcome.holder_area_id is not None and self.outcome.holder_depth is not None:
            return self.outcome.holder_area_id, self.outcome.holder_depth
        return self.compiled.by_code[0, self.compiled.district.code].id, 0

    @cached_property
    def candidates(self) -> list[dict[str, Any]]:
        """The cells or places it could be, as they are stored and shown."""
        return candidates_of(self.location)


def content_digest(filing: Filing, salt: bytes) -> bytes:
    """A digest of everything the sender said, salted like the personal fields it covers."""
    content = {name: getattr(filing, name) for name in CONTENT}
    content["extra"] = dict(filing.extra)
    content["subject"] = [
        subject_name(filing.subject),
        *(getattr(filing.subject, one) for one in _parts(filing.subject)),
    ]
    content["occurred_at"] = moment_text(filing.occurred_at) if filing.occurred_at else None
    return sha256(salt + canonical(content)).digest()


def _parts(subject: Subject) -> tuple[str, ...]:
    return tuple(one.name for one in fields(subject))


def _entries(draft: Draft) -> list[Entry]:
    filed = Entry(draft.report_id, 1, "filed", draft.now, draft.actor, _filed_facts(draft), version=3)
    if draft.outcome is None:
        return [filed]
    holder_area, holder_depth = draft.holder
    decided: dict[str, Any] = {
        "rule": draft.outcome.rule,
        "holder_area": holder_area,
        "holder_depth": holder_depth,
        "reason": draft.outcome.reason,
    }
    if draft.taken:
        decided |= {"assignee": draft.taken.person_id, "unit": None, "note": None, "clock": draft.clock.facts}
    kind = "assigned" if draft.taken else "unassigned"
    return [filed, Entry(draft.report_id, 2, kind, draft.now, draft.actor, decided, version=2)]


def _filed_facts(draft: Draft) -> Mapping[str, Any]:
    filing, location = draft.filing, draft.location
    return {
        "kind": draft.kind.code,
        "source": filing.source,
        "subject": subject_name(filing.subject),
        "occurred_at": moment_text(filing.occurred_at or draft.now),
        "datum": filing.subject.datum.value if isinstance(filing.subject, AtPosition) else None,
        "accuracy_m": location.accuracy_m,
        "located": location.located,
        "located_by": location.by,
        "edition": draft.compiled.edition.id,
        "area_path": location.area.path if location.area else None,
        "certainty": location.certainty,
        "flags": list(draft.flags),
        "place": location.place_id,
        "personal_digest": personal_digest(draft.salt, draft.erasable),
        "status": draft.first_status.value,
        "standard": draft.kind.filing_standard,
        "holder_area": draft.holder[0],
        "holder_depth": draft.holder[1],
        # The clock of whoever got it stands with them.
        "clock": None if draft.taken else draft.clock.facts,
    }


def written(draft: Draft) -> str:
    """The rows that are written, as the one JSON object that `file_report` takes; what is long goes beside it."""
    outcome = draft.outcome
    second = draft.chain[1] if len(draft.chain) > 1 else None
    return orjson.dumps(
        {
            **draft.row,
            **draft.personal,
            "salt": _bytea(draft.salt),
            "actor": draft.actor,
            "rule": outcome.rule if outcome else None,
            "entries": len(draft.chain),
            "chain_head": _bytea(draft.chain[-1].digest),
            "first_version": draft.chain[0].version,
            "first_digest": _bytea(draft.chain[0].digest),
            "second_type": second.type if second else None,
            "second_version": second.version if second else None,
            "second_digest": _bytea(second.digest) if second else None,
        }
    ).decode()


def _bytea(value: bytes) -> str:
    """Bytes as PostgreSQL reads them in text."""
    return "\\x" + value.hex()


def _chain(steps: list[Entry]) -> tuple[Link, ...]:
    head = GENESIS
    links = []
    for one in steps:
        body = one.body()
        head = chained(head, body)
        links.append(Link(one.position, one.type, one.version, body, head))
    return tuple(links)


def _report_values(draft: Draft) -> dict[str, Any]:
    filing, location = draft.filing, draft.location
    given = filing.subject.given if isinstance(filing.subject, AtPosition) else None
    taken = draft.taken
    holder_area, holder_depth = draft.holder
    return {
        "id": draft.report_id,
        "district_id": draft.compiled.district.id,
        "sender": filing.sender,
        "source": filing.source,
        "client_key": filing.client_key,
        "content_digest": _bytea(content_digest(filing, draft.salt)),
        "external_ref": filing.external_ref,
        "kind_id": draft.kind.id,
        # By the standard library: it writes whole numbers of any size.
        "extra": orjson.Fragment(json.dumps(dict(filing.extra))),
        "status": draft.status.value,
        "subject": subject_name(filing.subject),
        "occurred_at": filing.occurred_at or draft.now,
        "filed_at": draft.now,
        "srid": STORAGE_SRID,
        "lon": location.position.lon if location.position else None,
        "lat": location.position.lat if location.position else None,
        "given_x": given.lon if given else None,
        "given_y": given.lat if given else None,
        "given_datum": filing.subject.datum.value if isinstance(filing.subject, AtPosition) else None,
        "accuracy_m": location.accuracy_m,
        "located": location.located,
        "located_by": location.by,
        "edition_id": draft.compiled.edition.id,
        "area_id": location.area.id if location.area else None,
        "area_path": location.area.path if location.area else None,
        "certainty": location.certainty,
        "flags": list(draft.flags),
        "candidates": draft.candidates,
        "place_id": location.place_id,
        "assignee_id": taken.person_id if taken else None,
        "holder_area_id": holder_area,
        "holder_depth": holder_depth,
        "clock": draft.clock.name,
        "due_at": draft.clock.due_at,
        "dispatched_at": draft.now if taken else None,
        "dispatches": 1 if taken else 0,
    }
