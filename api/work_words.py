"""What the guards and the record say, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.errors import answer_for
from layers.areas.records import CompiledEdition
from layers.refusals import Refusal
from layers.reports.queries import RecordedEntry
from layers.reports.steps.requests import OUTCOMES, REASONS, SATISFIED
from maps.strings import Language, phrase
from maps.translated import known
from maps.work import RecordLine


def against(message: str, language: Language) -> str:
    """What stands against a step."""
    return known(message, language) or phrase("work.not_now", language)


def refused(refusal: Refusal, language: Language) -> str:
    """Why something was refused."""
    said = known(refusal.message, language)
    if said is None:
        return answer_for(refusal).title
    remedy = known(refusal.remedy, language) if refusal.remedy else None
    return " ".join(filter(None, (said, remedy))) if language == "en" else f"{said}{remedy or ''}"


@dataclass(frozen=True, slots=True)
class Names:
    """What the record names by id: people by number, units by name; and the areas of the edition in force."""

    language: Language
    zone: ZoneInfo
    compiled: CompiledEdition
    people: Mapping[int, str] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)

    def say(self, key: str, **places: object) -> str:
        """A word of the catalogue."""
        return phrase(key, self.language, **places)

    def area(self, area_id: int | None) -> str:
        """An area by its level and name; empty where the edition in force has it no longer."""
        found = None if area_id is None else self.compiled.areas.get(area_id)
        if found is None:
            return ""
        level = self.compiled.district.levels[found.depth]
        return f"{level.name if self.language == 'zh' else level.name_en} · {found.name}"

    def moment(self, text: str | None) -> str | None:
        """A moment of an entry, as the district's clock shows it."""
        return None if text is None else f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d %H:%M}"


def record_line(entry: RecordedEntry, names: Names) -> RecordLine:
    """An entry of the record in words."""
    return RecordLine(entry.at, entry.type, _by(entry.actor, names), tuple(_details(entry.facts, names)))


def _by(actor: str, names: Names) -> str:
    kind, _, number = actor.partition(":")
    if kind == "account":
        return names.say("work.by_account", number=number)
    return names.say({"resident": "role.resident", "device": "role.machine"}.get(kind, "account.service"))


def _details(facts: Mapping[str, Any], names: Names) -> list[str]:
    told = [_reason(facts.get("reason"), names)]
    told.append(names.say(f"outcome.{facts['outcome']}") if facts.get("outcome") in OUTCOMES else "")
    told.append(names.say(f"satisfied.{facts['satisfied']}") if facts.get("satisfied") in SATISFIED else "")
    told.append(names.people.get(facts.get("assignee") or 0, ""))
    units = [facts["unit"]] if facts.get("unit") else facts.get("units") or []
    told += [names.units.get(one, "") for one in units if isinstance(one, int)]
    told.append(names.area(facts.get("holder_area")))
    due_at = (facts.get("clock") or {}).get("due_at") if isinstance(facts.get("clock"), dict) else facts.get("due_at")
    told.append(names.say("work.due", at=names.moment(due_at)) if due_at else "")
    told.append(names.say("work.until", at=names.moment(facts.get("until"))) if facts.get("until") else "")
    told.append(names.say(f"work.upheld_{'yes' if facts['upheld'] else 'no'}") if "upheld" in facts else "")
    return [one for one in told if one]


_KNOWN = frozenset(reason for reasons in REASONS.values() for reason in reasons)


def _reason(reason: object, names: Names) -> str:
    if not isinstance(reason, str):
        return ""
    if reason in _KNOWN:
        return names.say(f"reason.{reason}")
    if reason.startswith("rank_"):
        return names.say("work.why_rank", rank=reason.removeprefix("rank_"))
    climbed = reason.startswith("climbed_to_depth_")
    return names.say(
        "work.why_climbed" if climbed else "work.why_nobody" if reason.startswith("nobody") else "work.why_rule"
    )
