"""The journal of a report: typed, versioned entries as canonical bytes, each chained by hash to the one before.

    genesis ──► digest 1 = H(genesis ‖ body 1) ──► digest 2 = H(digest 1 ‖ body 2) ──► …

An entry that is altered, removed, inserted or moved changes every digest after it, so the head of the chain, which
the report's row and the day's seal hold, no longer fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from layers.canonical import canonical, chained, moment_text
from layers.refusals import Refusal

GENESIS = sha256(b"wangge journal 1").digest()

_FILED = frozenset(
    {
        "kind", "source", "subject", "occurred_at", "datum", "accuracy_m", "located", "located_by", "edition",
        "area_path", "certainty", "flags", "place", "personal_digest",
    }
)  # fmt: skip
#: Why, as one of the reasons of the step; and a salted digest of what was added in words of one's own, or null.
_REASONED = frozenset({"reason", "note"})

#: The facts of each type of entry, by type and version. A type that changes gets a new version, not a new meaning.
ENTRY_FACTS: dict[tuple[str, int], frozenset[str]] = {
    ("filed", 1): frozenset(
        {
            "kind", "source", "sender", "client_key", "external_ref", "extra", "subject", "occurred_at", "position",
            "given", "datum", "accuracy_m", "located", "located_by", "edition", "area_path", "certainty", "flags",
            "candidates", "place", "personal_digest",
        }
    ),
    # Version 1 held position, extra fields, sender and key in clear; what cannot be erased shall not (decision 6).
    ("filed", 2): _FILED,
    ("assigned", 1): frozenset({"rule", "assignee", "holder_area", "reason"}),
    ("unassigned", 1): frozenset({"rule", "holder_area", "reason"}),
    ("relocated", 1): frozenset(
        {"edition", "area_path", "certainty", "located", "flags", "holder_area", "before"}
    ),
    ("filed", 3): _FILED | {"status", "standard", "holder_area", "holder_depth", "clock"},
    ("admitted", 1): frozenset({"standard", "clock"}),
    # From version 2 on: the level of the holder, and the clock that starts.
    ("assigned", 2): frozenset(
        {"rule", "assignee", "unit", "holder_area", "holder_depth", "reason", "note", "clock"}
    ),
    ("unassigned", 2): frozenset({"rule", "holder_area", "holder_depth", "reason"}),
    ("taken", 1): frozenset({"assignee", "holder_area", "holder_depth", "clock"}),
    ("accepted", 1): frozenset({"assignee", "unit"}),
    ("declined", 1): _REASONED | {"assignee", "unit", "clock"},
    ("returned", 1): _REASONED | {"assignee", "unit", "clock"},
    ("refiled", 1): frozenset({"clock"}),
    ("transferred", 1): _REASONED | {"assignee", "unit", "holder_area", "holder_depth", "clock"},
    ("handed_up", 1): _REASONED | {"holder_area", "holder_depth", "clock"},
    ("handed_down", 1): _REASONED | {"holder_area", "holder_depth", "clock"},
    ("climbed", 1): _REASONED | {"holder_area", "holder_depth", "clock"},
    ("suspended", 1): _REASONED | {"until"},
    ("resumed", 1): frozenset({"reason", "clock"}),
    ("extension_asked", 1): _REASONED | {"limit"},
    ("extension_approved", 1): frozenset({"clock"}),
    ("extension_refused", 1): _REASONED,
    ("arrived", 1): frozenset({"how"}),
    ("reported_back", 1): frozenset({"assignee", "unit", "outcome", "note", "clock"}),
    ("rejected", 1): _REASONED | {"clock"},
    ("closed", 1): frozenset({"standard", "outcome", "settled_depth", "note"}),
    ("closed_with_lead", 1): frozenset({"lead", "outcome", "settled_depth"}),
    ("reopened", 1): _REASONED | {"by", "clock"},
    ("voided", 1): _REASONED | {"standard"},
    ("linked", 1): frozenset({"lead"}),
    ("unlinked", 1): frozenset({"reason", "clock"}),
    ("caller_attached", 1): frozenset({"source", "personal_digest"}),
    ("moved", 1): frozenset(
        {
            "edition", "area_path", "certainty", "located", "located_by", "flags", "datum", "accuracy_m", "place",
            "holder_area", "holder_depth", "before", "position_digest", "clock",
        }
    ),
    ("kind_corrected", 1): frozenset({"kind", "before", "clock"}),
    ("whistled", 1): _REASONED | {"units", "due_at"},
    ("joined", 1): frozenset({"units", "note"}),
    ("reported_in", 1): frozenset({"unit"}),
    ("part_done", 1): frozenset({"unit", "note"}),
    ("whistle_missed", 1): frozenset({"unit"}),
    ("overdue", 1): frozenset({"clock", "due_at", "assignee", "unit", "holder_area"}),
    ("deadline_set", 1): frozenset({"clock"}),
    ("appealed", 1): _REASONED | {"overdue"},
    ("appeal_decided", 1): frozenset({"overdue", "upheld", "note"}),
    ("evaluated", 1): frozenset({"via", "responded", "solved", "satisfied", "note"}),
    ("handed_over", 1): frozenset({"to_area", "to_person", "reason"}),
    ("hand_over_ended", 1): frozenset({"to_area", "to_person"}),
    ("personal_erased", 1): frozenset({"reason", "fields", "photos"}),
    ("photo_added", 1): frozenset({"photo", "taken", "digest", "media_type", "width_px", "height_px", "size_bytes"}),
}  # fmt: skip


class BadEntry(Refusal):
    """An entry does not state the facts of its type."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One step in the life of a report, before it is stored."""

    report_id: int
    position: int
    type: str
    at: datetime
    actor: str
    facts: Mapping[str, Any]
    version: int = 1

    def body(self) -> bytes:
        """The canonical bytes: JSON, keys sorted, no spaces, UTF-8, times in UTC with microseconds.

        Raises:
            BadEntry: the facts are not those of the entry's type and version.
        """
        expected = ENTRY_FACTS.get((self.type, self.version))
        if expected is None or expected != self.facts.keys():
            raise BadEntry(f"An entry {self.type!r}, version {self.version}, cannot state these facts.", field="facts")
        whole = {
            "report": self.report_id,
            "position": self.position,
            "type": self.type,
            "version": self.version,
            "at": moment_text(self.at),
            "actor": self.actor,
            "facts": self.facts,
        }
        return canonical(whole)


def broken_at(entries: Iterable[tuple[int, bytes, bytes]]) -> int | None:
    """The first position at which a chain of (position, body, digest) does not hold, None when all of it does.

    Positions must run 1, 2, 3 …: a missing entry shows as the place where the next one should have been.
    """
    previous = GENESIS
    for expected, (position, body, digest) in enumerate(entries, start=1):
        if position != expected or chained(previous, body) != digest or json.loads(body)["position"] != position:
            return expected
        previous = digest
    return None


def personal_digest(salt: bytes, fields: Mapping[str, Any]) -> str:
    """What the journal keeps of personal fields: a salted digest, worth nothing once salt and fields are erased."""
    return sha256(salt + canonical(_settled(dict(fields)))).hexdigest()


def _settled(value: Any) -> Any:
    """The same value as a database gives it back, which writes a whole number without its point."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list | tuple):
        return [_settled(one) for one in value]
    return {key: _settled(one) for key, one in value.items()} if isinstance(value, Mapping) else value
