"""The forms of steps on our pages: what each asks, in words, and what a form that comes back says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from api.work_words import against
from layers.calendars.limits import Unit as LimitUnit
from layers.reports.candidates import Candidate
from layers.reports.lifecycle import Action
from layers.reports.records import Kind
from layers.reports.state import Overdue, State
from layers.reports.steps.possible import Possible
from layers.reports.steps.requests import OUTCOMES, SATISFIED
from layers.roster.records import Unit
from maps.strings import Language, phrase
from maps.work import Choice, FormField, StepForm

#: What a form asks, in this order; the rest of a step's arguments follows from these.
ORDER = (
    *("reason", "person", "unit", "units", "kind", "lead", "until", "limit", "outcome", "overdue", "upheld"),
    *("responded", "solved", "satisfied", "via", "how", "subject", "caller_name", "caller_phone", "note"),
)
YES_NO = ("upheld", "responded", "solved")
#: The next step of ordinary work: its form stands open.
NEXT = (Action.ACCEPT, Action.REPORT_BACK, Action.VERIFY, Action.ASSIGN, Action.EVALUATE)


@dataclass(frozen=True, slots=True)
class Around:
    """What the choices of forms are made of: the report as it stands, whom and what one may choose."""

    language: Language
    zone: ZoneInfo
    state: State
    candidates: Sequence[Candidate]
    units: Sequence[Unit]
    kinds: Mapping[str, Kind]
    #: Whether whoever reported it asks, by their account.
    is_reporter: bool

    def say(self, key: str, **places: object) -> str:
        """A word of the catalogue."""
        return phrase(key, self.language, **places)


def step_forms(steps: Iterable[Possible], around: Around) -> tuple[StepForm, ...]:
    """A form for each step; what stands against one stands in its place. The next of ordinary work comes first."""
    forms = [_form(one, around) for one in steps if one.action is not Action.FILE or one.against is None]
    free = [one.action for one in forms if one.against is None]
    first = next((one.value for one in NEXT if one.value in free), None)
    ordered = sorted(forms, key=lambda one: (one.against is not None, one.action != first))
    return tuple(_opened(one) if one.action == first else one for one in ordered)


def _opened(form: StepForm) -> StepForm:
    return StepForm(action=form.action, client_key=form.client_key, fields=form.fields, is_open=True)


def _form(one: Possible, around: Around) -> StepForm:
    asked = one.must | one.may
    fields = [field for name in ORDER if name in asked for field in _fields(name, one, around)]
    return StepForm(
        action=one.action.value,
        client_key=f"page-{secrets.token_urlsafe(12)}",
        fields=tuple(fields),
        against=None if one.against is None else against(one.against, around.language),
    )


def _fields(name: str, one: Possible, around: Around) -> list[FormField]:
    required = name in one.must
    made = FIELDS.get(name)
    if made is not None:
        return made(one, around, required=required)
    if name in YES_NO:
        choices = [Choice("true", around.say("work.yes")), Choice("false", around.say("work.no"))]
        return [_select(name, choices, required=required)]
    shape = "area" if name == "note" else "text"
    return [FormField(name=name, shape=shape, label=f"field.{name}", required=required)]  # type: ignore[arg-type]


def _select(name: str, choices: Iterable[Choice], *, required: bool, beside: str = "") -> FormField:
    return FormField(
        name=name, shape="select", label=f"field.{name}", required=required, choices=tuple(choices), beside=beside
    )


def _words(name: str, prefix: str, values: Iterable[str], around: Around, *, required: bool) -> list[FormField]:
    return [_select(name, [Choice(one, around.say(f"{prefix}.{one}")) for one in values], required=required)]


def _reason(one: Possible, around: Around, *, required: bool) -> list[FormField]:
    return _words("reason", "reason", one.reasons, around, required=required)


def _outcome(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    return _words("outcome", "outcome", OUTCOMES, around, required=required)


def _satisfied(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    return _words("satisfied", "satisfied", SATISFIED, around, required=required)


def _person(one: Possible, around: Around, *, required: bool) -> list[FormField]:
    beside = around.say("work.by_rule" if one.action is Action.ASSIGN else "work.nobody")
    return [_select("person", [_taker(who, around) for who in around.candidates], required=required, beside=beside)]


def _taker(one: Candidate, around: Around) -> Choice:
    facts = one.facts
    told = [around.say(f"against.{word}") for word in one.speaks_against] or [around.say("work.free")]
    role = around.say(f"role.{facts.role}")
    return Choice(
        facts.number,
        f"{facts.number} · {role} · {facts.rank} · {around.say('work.has', count=facts.open)} · {', '.join(told)}",
    )


def _unit(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    choices = [Choice(one.code, _named(one, around.language)) for one in around.units]
    return [_select("unit", choices, required=required, beside=around.say("work.no_unit"))]


def _units(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    choices = tuple(Choice(one.code, _named(one, around.language)) for one in around.units)
    return [FormField(name="units", shape="checks", label="field.units", choices=choices, required=required)]


def _kind(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    kinds = sorted((one for one in around.kinds.values() if not one.is_group), key=lambda one: one.code)
    return [_select("kind", [Choice(one.code, f"{one.code} {_named(one, around.language)}") for one in kinds],
                    required=required)]  # fmt: skip


def _until(_: Possible, __: Around, *, required: bool) -> list[FormField]:
    return [FormField(name="until", shape="time", label="field.until", required=required)]


def _limit(_: Possible, around: Around, *, required: bool) -> list[FormField]:
    clock = around.state.clock
    unit = LimitUnit.WORKING_DAYS if clock is None else clock.limit.unit
    beside = around.say(f"unit.{unit.value}")
    return [
        FormField(name="amount", shape="number", label="field.limit", required=required, beside=beside),
        FormField(name="limit_unit", shape="hidden", chosen=unit.value),
    ]


def _overdue(one: Possible, around: Around, *, required: bool) -> list[FormField]:
    decides = one.action is Action.DECIDE_APPEAL
    marks = [
        mark
        for mark in around.state.overdue
        if (mark.appealed_by is not None and mark.upheld is None if decides else mark.appealed_by is None)
    ]
    choices = [
        Choice(
            str(mark.position), f"{around.say(f'clock.{mark.clock}')} {mark.due_at.astimezone(around.zone):%m-%d %H:%M}"
        )
        for mark in marks
    ]
    return [_select("overdue", choices, required=required)]


def _marked(mark: Overdue, around: Around) -> str:
    return f"{around.say(f'clock.{mark.clock}')} {mark.due_at.astimezone(around.zone):%m-%d %H:%M}"


def _via(_: Possible, around: Around, *, required: bool) -> list[FormField]:  # noqa: ARG001 - as all of them
    return [FormField(name="via", shape="hidden", chosen="account" if around.is_reporter else "call_back")]


def _how(_: Possible, __: Around, *, required: bool) -> list[FormField]:  # noqa: ARG001
    return [FormField(name="how", shape="hidden", chosen="by_hand")]


def _subject(_: Possible, __: Around, *, required: bool) -> list[FormField]:  # noqa: ARG001
    datums = tuple(Choice(one, one.upper()) for one in ("gcj02", "wgs84", "cgcs2000", "bd09"))
    return [
        FormField(name="address", shape="text", label="field.address"),
        FormField(name="area_code", shape="text", label="field.area_code"),
        FormField(name="lon", shape="number", label="field.lon", beside="°"),
        FormField(name="lat", shape="number", label="field.lat", beside="°"),
        FormField(name="datum", shape="select", label="field.datum", choices=datums),
    ]


def _named(one: Unit | Kind, language: Language) -> str:
    return one.name if language == "zh" else one.name_en


class Ask(Protocol):
    """Makes the fields that ask for one argument of a step."""

    def __call__(self, one: Possible, around: Around, /, *, required: bool) -> list[FormField]:
        """The fields."""
        ...


#: Argument of a step → the fields that ask for it; the others are a line of text.
FIELDS: Mapping[str, Ask] = {
    "reason": _reason,
    "outcome": _outcome,
    "satisfied": _satisfied,
    "person": _person,
    "unit": _unit,
    "units": _units,
    "kind": _kind,
    "until": _until,
    "limit": _limit,
    "overdue": _overdue,
    "via": _via,
    "how": _how,
    "subject": _subject,
}
