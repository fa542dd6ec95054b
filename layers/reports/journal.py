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
    ("filed", 2): frozenset(
        {
            "kind", "source", "subject", "occurred_at", "datum", "accuracy_m", "located", "located_by", "edition",
            "area_path", "certainty", "flags", "place", "personal_digest",
        }
    ),
    ("assigned", 1): frozenset({"rule", "assignee", "holder_area", "reason"}),
    ("unassigned", 1): frozenset({"rule", "holder_area", "reason"}),
    ("relocated", 1): frozenset(
        {"edition", "area_path", "certainty", "located", "flags", "holder_area", "before"}
    ),
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
