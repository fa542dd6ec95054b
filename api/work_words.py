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
from maps.work import RecordLine

#: What the guards say (layers/reports/steps/guards.py), for those who read Chinese.
AGAINST: Mapping[str, str] = {
    "Only someone in the roster can take a report.": "只有花名册中的人员可以认领。",
    "An urgent report is not declined.": "紧急事件不得拒单，请转办给同事。",
    "The district holds it already; there is no level above.": "已由区级承办，没有上级。",
    "There is no level below that the report lies in.": "没有可下派的下级。",
    "The report was suspended before; it is suspended once.": "已挂账过一次，不得再次挂账。",
    "The clock has run out; what is overdue is not suspended.": "已超期，不得挂账。",
    "An extension is asked for before the deadline.": "延期须在到期前申请。",
    "An extension is being decided already.": "已有延期申请待批。",
    "The clock was extended 2 times already.": "已延期两次，不得再延。",
    "An extension is at most the original limit.": "延期不得超过原时限。",
    "An extension is approved by two people, neither of whom asked for it.": "延期须由申请人以外的两人批准。",
    "No extension is asked for.": "没有延期申请。",
    "A matter of this kind is settled at a level above.": "此类事项应由上级办结，请上报。",
    "A unit that handles it jointly has not finished its part.": "联合处置单位尚未完成。",
    "This kind needs a photo from before and one from after.": "此类事项须有处置前、处置后照片。",
    "Units were called to this report; it leads, or stands alone.": "已召集单位的事件不得并入他件。",
    "Your unit has answered already.": "贵单位已答复。",
    "Your unit was not called to a whistle.": "贵单位未被吹哨召集。",
    "Your unit was not called to a joint.": "贵单位未参与联合处置。",
    "There is no such overdue mark, or it was appealed against already.": "没有可申诉的超期记录。",
    "Whoever had it in hand appeals.": "只有承办人可以申诉。",
    "No appeal against this mark waits for a decision.": "没有待裁定的申诉。",
    "Whoever appealed does not decide.": "申诉人不得裁定。",
    "The report was evaluated already.": "已评价。",
    "The report is of this kind already.": "已是此类别。",
}


def against(message: str, language: Language) -> str:
    """What stands against a step."""
    return message if language == "en" else AGAINST.get(message, phrase("work.not_now", language))


def refused(refusal: Refusal, language: Language) -> str:
    """Why something was refused."""
    if language == "en":
        return str(refusal)
    known = AGAINST.get(refusal.message)
    return known or answer_for(refusal).title


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
