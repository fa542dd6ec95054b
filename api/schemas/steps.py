"""Steps in the life of a report: as they are asked for, and what is told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.common import NOT_BLANK, WITHOUT_NUL, Given, Moment, Name, Told
from api.schemas.filing import AnySubject, Code, FollowBody
from geo.positions import Datum
from layers.reports.lifecycle import Action
from layers.reports.steps.requests import StepRequest

Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
Note = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=NOT_BLANK)]


class StepBody(Given):
    """A step. Which fields an action must and may say, `GET …/steps` tells; a note can be erased, the rest stays."""

    action: Action
    client_key: Name = Field(description="Chosen by the sender: the same step sent again finds what came of it.")
    reason: Word | None = Field(None, description="One of the action's reasons.")
    note: Note | None = Field(None, description="In one's own words; kept where it can be erased.")
    person: Code | None = Field(None, description="Number of a person in the roster.")
    unit: Code | None = Field(None, description="Code of a unit.")
    units: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list, description="Codes of units.")
    kind: Code | None = None
    lead: Code | None = Field(None, description="Number of the report that leads.")
    until: Moment | None = None
    limit: Code | None = Field(None, description="As a clock's limit is written: 2 working_days.")
    outcome: Word | None = None
    overdue: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="Position of an overdue mark.")
    upheld: bool | None = None
    responded: bool | None = None
    solved: bool | None = None
    satisfied: Word | None = None
    via: Word | None = None
    how: Word | None = None
    subject: AnySubject | None = None
    caller_name: Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)] | None = None
    caller_phone: Annotated[str, StringConstraints(max_length=40, pattern=WITHOUT_NUL)] | None = None

    def step(self, declared: Datum | None) -> StepRequest:
        """The step as it is taken; `declared` is the datum of the sender's device. Raises `DatumNeeded`."""
        said: dict[str, Any] = {name: getattr(self, name) for name in StepBody.model_fields if name in STEP_FIELDS}
        said["units"] = tuple(self.units)
        said["subject"] = None if self.subject is None else self.subject.subject(declared)
        return StepRequest(**said)


STEP_FIELDS = frozenset(StepBody.model_fields)


class FollowedStepBody(StepBody, FollowBody):
    """A step by whoever holds a report's number and secret: reopen it, or say how it went."""


class TakenTold(Told):
    """What came of a step."""

    number: str
    status: str = Field(examples=["accepted"])
    position: int = Field(description="The entry of the record the step ended with.")
    again: bool = Field(description="True where the same step had been taken before.")
    due_at: datetime | None = Field(description="When the running clock runs out; null where none runs.")
    clock: str | None


class PossibleStep(Told):
    """A step that may be taken now."""

    action: str
    to: str = Field(description="The status afterwards, before the assignment rule goes on.")
    must: list[str] = Field(description="Fields it must say.")
    may: list[str] = Field(description="Fields it may say besides.")
    reasons: list[str]
    stands_against: str | None = Field(description="What must happen before; null where nothing stands in the way.")


class PossibleSteps(Told):
    """The steps of a report that whoever asks may take."""

    number: str
    status: str
    row_version: int
    steps: list[PossibleStep]


class IntervalTold(Told):
    """A stretch of time that counted, or did not and why."""

    start: datetime
    end: datetime
    counted: bool
    why: str


class ClockTold(Told):
    """The clock of a report with its proof."""

    number: str
    clock: str | None = Field(default=None, description="dispatch, handle or verify; null where none runs.")
    limit: str | None = None
    started_at: datetime | None = None
    due_at: datetime | None = Field(
        default=None, description="Null also where the calendar of a year is not published yet."
    )
    missing_year: int | None = Field(
        default=None, description="The year whose calendar must be imported before the clock has a deadline."
    )
    pauses: list[tuple[datetime, datetime]] = Field(default_factory=list)
    extensions: list[str] = Field(default_factory=list)
    calendar: dict[str, int] = Field(
        default_factory=dict, description="The version of the calendar of each year it runs through."
    )
    overdue: bool = False
    proof: list[IntervalTold] = Field(default_factory=list)


class NearTold(Told):
    """A report near by."""

    number: str
    kind: str
    status: str
    filed_at: datetime
    distance_m: float


class NearbyTold(Told):
    """What else was reported within 50 m: the same kind in the 90 days before, and what is open."""

    number: str
    nth: int | None = Field(
        default=None, description="The how-many-th of its kind there in 90 days, itself included; null without a place."
    )
    earlier: list[NearTold] = Field(default_factory=list)
    open_same_kind: list[NearTold] = Field(default_factory=list)
