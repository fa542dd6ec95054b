"""The pages of daily work: lists of what waits for someone, and one report with a form for each step one may take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from maps.pages import fill
from maps.records import Frame

FieldShape = Literal["select", "text", "area", "number", "time", "checks", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A report in a list: what, where, how it stands, and until when."""

    number: str
    kind: str
    where: str
    status: str
    urgent: bool
    overdue: bool
    due_at: datetime | None
    #: For a call to a unit: whistle or joint.
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list of the page, by its key; `total` may be more than are shown."""

    key: str
    tasks: tuple[TaskLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a field."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of a step's form. `label` is its key among the words; `chosen` is what stands in it."""

    name: str
    shape: FieldShape
    label: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    #: What stands behind it: the unit of a number, the first line of a choice.
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepForm:
    """A step one may take; `against` says in words what must happen before."""

    action: str
    client_key: str
    fields: tuple[FormField, ...]
    against: str | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class RecordLine:
    """An entry of the record in words."""

    at: datetime
    type: str
    by: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A stretch of time that counted for the clock, or did not and why."""

    start: datetime
    end: datetime
    counted: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown:
    """The clock of a report with its proof; `limit` in words."""

    name: str
    limit: str
    started_at: datetime
    due_at: datetime | None
    overdue: bool
    proof: tuple[ProofLine, ...]


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """A photo, and where it is shown."""

    href: str
    taken: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What was said with an entry of the record, and by whom where it was another caller."""

    type: str
    at: datetime
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    """One report as someone who acts sees it."""

    csrf: str | None
    number: str
    kind: str
    status: str
    urgent: bool
    source: str
    filed_at: datetime
    where: str
    holder: str
    in_hand: str
    standards: tuple[str, str]
    clock: ClockShown | None
    forms: tuple[StepForm, ...]
    record: tuple[RecordLine, ...]
    #: None for whoever may not see them.
    photos: tuple[PhotoLine, ...] | None
    adds_photos: bool
    purposes: tuple[str, ...]
    #: Personal fields just read for a purpose: name of the field and text.
    personal: tuple[tuple[str, str], ...] | None = None
    said: tuple[SaidLine, ...] = ()
    done: str | None = None
    refusal: str | None = None


def work_page(frame: Frame, lists: tuple[TaskList, ...], *, done: str | None) -> str:
    """What waits for someone: one list below the other."""
    return fill("work.html", frame.language, frame=frame, lists=lists, done=done, forms=True)


def work_report_page(frame: Frame, report: WorkReport) -> str:
    """One report, and what one may do with it."""
    return fill("work_report.html", frame.language, frame=frame, report=report, csrf=report.csrf, forms=True)
