"""What is handed in and told of work: who could take a report, one's tasks, where one stands."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue

from api.schemas.common import Accuracy, AreaRef, DatumField, Given, Latitude, Longitude, Position, Told
from api.schemas.reports import Located, ReportTold
from layers.reports.candidates import Candidate
from layers.reports.tasks import Call, Task

HERE: dict[str, JsonValue] = {"lon": 121.8, "lat": 39.1, "datum": "gcj02", "accuracy_m": 8.0}


class HereBody(Given):
    """Where one stands, as a phone gives it: in the body, because addresses end in logs. It is not kept."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [HERE]})

    lon: Longitude
    lat: Latitude
    datum: DatumField | None = None
    accuracy_m: Accuracy | None = None


class TakerTold(Told):
    """Someone who could take a report, by number, with what speaks for and against."""

    number: str = Field(examples=["W0001"])
    role: str
    rank: str = Field(description="A first, B deputy, O information officer, D desk.")
    level: str = Field(description="The level of the area they answer for.")
    on_duty: bool
    absent: bool
    open: int = Field(description="Open reports they have in hand.")
    cap: int | None
    nearness: str | None = Field(description="near (within 1,000 m) or far; null where they do not share it.")
    speaks_for: list[str] = Field(examples=[["rank_A", "least_loaded"]])
    speaks_against: list[str] = Field(examples=[["at_cap"]])

    @classmethod
    def of(cls, one: Candidate, levels: tuple[str, ...]) -> TakerTold:
        """A candidate as they are told."""
        facts = one.facts
        return cls(
            number=facts.number,
            role=facts.role,
            rank=facts.rank,
            level=levels[facts.depth],
            on_duty=facts.on_duty,
            absent=facts.absent,
            open=facts.open,
            cap=facts.cap,
            nearness=one.nearness,
            speaks_for=list(one.speaks_for),
            speaks_against=list(one.speaks_against),
        )


class CandidatesTold(Told):
    """Who could take a report, the best first."""

    number: str
    candidates: list[TakerTold]


class TaskTold(Told):
    """A report in one's hands, or one's unit's."""

    number: str = Field(examples=["20261122-0000017"])
    status: str
    kind: str
    kind_name: str
    urgent: bool
    filed_at: datetime
    path: list[AreaRef] = Field(description="The areas it lies in, from the district down.")
    position: Position | None
    clock: str | None = Field(description="dispatch, handle or verify; null where none runs.")
    due_at: datetime | None
    overdue: bool
    away_m: float | None = Field(description="From where one stands; null where that was not told, or it lies nowhere.")

    @classmethod
    def of(cls, one: Task, told: ReportTold) -> TaskTold:
        """A task with its report as it is told."""
        return cls(
            **{name: getattr(told, name) for name in ("number", "status", "kind", "kind_name", "urgent", "filed_at")},
            path=told.where.path,
            position=told.where.position,
            clock=one.clock,
            due_at=one.due_at,
            overdue=one.overdue,
            away_m=None if one.away_m is None else round(one.away_m, 1),
        )


class TasksTold(Told):
    """What one has in hand, the most pressing first: overdue, urgent, due within four hours, the rest; then nearest."""

    tasks: list[TaskTold] = Field(description="At most 200.")


class CallTold(Told):
    """A call to one's unit that is not answered, or not done."""

    number: str
    kind: str
    kind_name: str
    urgent: bool
    path: list[AreaRef]
    purpose: str = Field(description="whistle: come to the matter; joint: handle one's part of it.")
    asked_at: datetime
    due_at: datetime | None
    missed: bool

    @classmethod
    def of(cls, one: Call, told: ReportTold) -> CallTold:
        """A call with its report as it is told."""
        return cls(
            **{name: getattr(told, name) for name in ("number", "kind", "kind_name", "urgent")},
            path=told.where.path,
            purpose=one.purpose,
            asked_at=one.asked_at,
            due_at=one.due_at,
            missed=one.missed,
        )


class UnitTasksTold(TasksTold):
    """What one's unit has in hand, and the calls it has not answered."""

    calls: list[CallTold]


class HereTold(Located):
    """The area one stands in, and whether it is one's own."""

    mine: bool = Field(description="Whether it lies in one's territory.")
