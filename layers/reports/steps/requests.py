"""A step as it is asked for: what each action must say, may say, and the reasons it can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from layers.canonical import canonical, moment_text
from layers.refusals import Refusal
from layers.reports.lifecycle import Action
from layers.reports.records import Subject


class BadStep(Refusal):
    """The step lacks something, says what it cannot say, or something that cannot be."""


@dataclass(frozen=True, slots=True)
class StepRequest:
    """A step as it is asked for. `client_key` makes it safe to send again; `note` is personal and can be erased."""

    action: Action
    client_key: str
    reason: str | None = None
    note: str | None = None
    #: Number of a person, codes of units and of a kind, number of a report.
    person: str | None = None
    unit: str | None = None
    units: tuple[str, ...] = ()
    kind: str | None = None
    lead: str | None = None
    until: datetime | None = None
    limit: str | None = None
    outcome: str | None = None
    overdue: int | None = None
    upheld: bool | None = None
    responded: bool | None = None
    solved: bool | None = None
    satisfied: str | None = None
    via: str | None = None
    how: str | None = None
    subject: Subject | None = None
    caller_name: str | None = None
    caller_phone: str | None = None

    def content(self) -> bytes:
        """Everything it says, in one form: the same step sent again says the same."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "client_key"}
        said["units"] = list(self.units)
        said["until"] = moment_text(self.until) if self.until else None
        said["subject"] = None if self.subject is None else [type(self.subject).__name__, repr(self.subject)]
        return canonical(said)


#: (must say, may say besides) for each action that people take.
ARGUMENTS: Mapping[Action, tuple[frozenset[str], frozenset[str]]] = {
    action: (frozenset(must.split()), frozenset(may.split()))
    for action, must, may in (
        (Action.FILE, "", ""),
        (Action.VOID, "reason", "note"),
        (Action.ASSIGN, "", "person unit reason note"),
        (Action.TAKE, "", ""),
        (Action.ACCEPT, "", ""),
        (Action.DECLINE, "reason", "note"),
        (Action.RETURN, "reason", "note"),
        (Action.REFILE, "", ""),
        (Action.TRANSFER, "reason", "person unit note"),
        (Action.HAND_UP, "reason", "note"),
        (Action.HAND_DOWN, "reason", "note"),
        (Action.SUSPEND, "reason until", "note"),
        (Action.RESUME, "", ""),
        (Action.ASK_EXTENSION, "limit reason", "note"),
        (Action.APPROVE_EXTENSION, "", ""),
        (Action.REFUSE_EXTENSION, "reason", "note"),
        (Action.ARRIVE, "", "how"),
        (Action.REPORT_BACK, "outcome", "note"),
        (Action.REJECT, "reason", "note"),
        (Action.VERIFY, "", "note"),
        (Action.REOPEN, "reason", "note"),
        (Action.LINK, "lead", ""),
        (Action.UNLINK, "", "reason"),
        (Action.ATTACH_CALLER, "", "caller_name caller_phone note"),
        (Action.MOVE, "subject", ""),
        (Action.CORRECT_KIND, "kind", ""),
        (Action.WHISTLE, "units reason", "until note"),
        (Action.JOIN, "units", "note"),
        (Action.REPORT_IN, "", ""),
        (Action.PART_DONE, "", "note"),
        (Action.APPEAL, "overdue reason", "note"),
        (Action.DECIDE_APPEAL, "overdue upheld", "note"),
        (Action.EVALUATE, "responded", "solved satisfied via note"),
    )
}

#: The reasons each action can name: codes that can be counted; what else there is to say is a note.
REASONS: Mapping[Action, tuple[str, ...]] = {
    Action.VOID: ("not_governance", "false_report", "test", "no_content", "handled_elsewhere"),
    Action.ASSIGN: ("by_hand", "knows_the_matter", "balances_load", "nobody_available"),
    Action.DECLINE: ("busy", "off_duty", "too_far", "ill", "not_my_matter"),
    Action.RETURN: ("not_my_area", "not_my_matter", "wrong_kind", "wrong_position", "duplicate", "no_such_matter"),
    Action.TRANSFER: ("not_my_matter", "needs_unit", "off_duty", "balances_load", "by_hand"),
    Action.HAND_UP: ("beyond_powers", "kind", "needs_units", "needs_money", "dispute_not_settled"),
    Action.HAND_DOWN: ("can_be_settled_below", "wrongly_handed_up"),
    Action.SUSPEND: ("season", "weather", "budget", "waits_for_party", "waits_for_other_work", "court"),
    Action.ASK_EXTENSION: ("more_work_than_seen", "weather", "material", "waits_for_party"),
    Action.REFUSE_EXTENSION: ("not_justified", "too_urgent"),
    Action.REJECT: ("not_done", "badly_done", "photos_missing", "wrong_place"),
    Action.REOPEN: ("not_solved", "came_back", "not_answered"),
    Action.UNLINK: ("not_the_same", "lead_void"),
    Action.WHISTLE: ("needs_units", "no_powers", "urgent_danger"),
    Action.APPEAL: ("waited_for_others", "wrong_clock", "calendar", "force_majeure"),
}
#: How a handler says a matter ended.
OUTCOMES = ("settled", "repaired", "removed", "mediated", "answered", "referred", "not_possible")
SATISFIED = ("satisfied", "basically", "dissatisfied")
VIA = ("call_back", "link", "account")
HOW = ("by_hand", "geofence")
CHOICES: Mapping[str, tuple[str, ...]] = {"outcome": OUTCOMES, "satisfied": SATISFIED, "via": VIA, "how": HOW}


def check_request(request: StepRequest) -> None:
    """Refuse a step that does not say what its action must, or says what it may not.

    Raises:
        BadStep: a field is missing, out of place, or names no known reason.
    """
    must, may = ARGUMENTS.get(request.action, (frozenset(), frozenset()))
    for one in fields(request):
        if one.name in {"action", "client_key"}:
            continue
        given = getattr(request, one.name) not in {None, ()} if one.name != "subject" else request.subject is not None
        if one.name in must and not given:
            raise BadStep(f"The step {request.action} must say {one.name}.", field=one.name, remedy=_remedy(request))
        if given and one.name not in must | may:
            raise BadStep(f"The step {request.action} says nothing of {one.name}.", field=one.name)
    _check_choices(request)


def _check_choices(request: StepRequest) -> None:
    reasons = REASONS.get(request.action, ())
    if request.reason is not None and request.reason not in reasons:
        raise BadStep(
            "There is no such reason for this step.", field="reason", remedy=f"Reasons: {', '.join(reasons)}."
        )
    for name, known in CHOICES.items():
        if getattr(request, name) not in {None, *known}:
            raise BadStep(f"There is no such {name}.", field=name, remedy=f"Use one of: {', '.join(known)}.")


def _remedy(request: StepRequest) -> str | None:
    reasons = REASONS.get(request.action)
    return f"Reasons: {', '.join(reasons)}." if reasons else None


def facts_of(request: StepRequest, *names: str) -> dict[str, Any]:
    """Some of what a request says, as an entry states it."""
    return {name: getattr(request, name) for name in names}
