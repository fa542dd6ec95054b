"""Plans of redrawn boundaries on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from api.schemas.common import NOT_BLANK, WHOLE, WITHOUT_NUL, Given, Position, Told
from api.schemas.filing import Code
from api.schemas.queries import InDistrict, Word
from layers.plans.lifecycle import State, Step
from layers.plans.records import Comment, LoggedOperation, Plan, TakenStep

MOST_OPERATIONS = 400
Title = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NOT_BLANK)]
Text = Annotated[str, StringConstraints(max_length=2_000, pattern=WITHOUT_NUL)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=NOT_BLANK)]
EditionNumber = Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]
Version = Annotated[
    int, Field(ge=1, le=2**53, description="The version that was seen: another one is a conflict."), WHOLE
]
EXAMPLE: dict[str, JsonValue] = {
    "version": 3,
    "operations": [
        {"operation": "split", "code": "210213001001005", "line": [[121.78, 39.05], [121.79, 39.05]]},
    ],
}


class PlanBody(Given):
    """A plan to be opened on the edition in force."""

    name: Title
    reason: Text = ""
    document: Text = Field("", description="The order or document behind it (依据文件).")
    area: Code | None = Field(
        None, description="Code of the area whose grids it may change; without it, the whole of one's territory."
    )
    restores: EditionNumber | None = Field(
        None, description="Number of a former edition to put in force again, as it was; nothing is drawn then."
    )


class VersionBody(Given):
    """The version of a plan that is to be changed."""

    version: Version


class OperationsBody(VersionBody):
    """Operations to be done in this order, all or none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    operations: Annotated[list[dict[str, JsonValue]], Field(min_length=1, max_length=MOST_OPERATIONS)] = Field(
        description="Facts of operations (docs/plans.md). Codes of new grids may be left out: the next free are given."
    )


class CopyBody(VersionBody):
    """A copy of a plan, with the operations that count."""

    name: Title


class PlansQuery(InDistrict):
    """Which plans."""

    state: State | None = None


class CellsQuery(Given):
    """Which cells of a plan."""

    area: Word | None = Field(
        None, description="Code of an area of the plan: all its grids and those around. Without it, what changes."
    )


class PlanTold(Told):
    """A plan, without what is drawn."""

    plan: int = Field(description="The plan's number.")
    name: str
    reason: str
    document: str
    area: str = Field(description="Code of the area whose grids it may change.")
    base: int = Field(description="The edition it stands on.")
    restores: int | None
    state: State
    replaced: bool = Field(description="Whether the edition it became was replaced by a later one.")
    version: int
    taken: int = Field(description="How many operations count; the rest can be redone.")
    operations: int
    made_by: str
    made_at: datetime
    effective_at: datetime | None
    edition: int | None = Field(description="The edition it became.")

    @classmethod
    def of(cls, one: Plan) -> PlanTold:
        """A plan as it is told."""
        same = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls(plan=one.id, area=one.area_code, replaced=one.is_over, **same)


class PlansTold(Told):
    """Plans within one's territory, the newest first."""

    plans: list[PlanTold]


class OperationTold(Told):
    """One operation of a plan; one that was undone does not count."""

    place: int
    facts: dict[str, Any]
    made_by: str
    made_at: datetime
    counts: bool

    @classmethod
    def of(cls, one: LoggedOperation) -> OperationTold:
        """An operation as it is told, without the weights that a cell was shared out by."""
        facts = {name: value for name, value in one.facts.items() if name != "weights_at"}
        return cls(place=one.place, facts=facts, made_by=one.made_by, made_at=one.made_at, counts=one.counts)


class PlanStepTold(Told):
    """A step that was taken."""

    step: str
    state: str
    note: str
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, one: TakenStep) -> PlanStepTold:
        """A step as it is told."""
        return cls(step=one.step, state=one.state, note=one.note, made_by=one.made_by, made_at=one.made_at)


class CommentTold(Told):
    """A comment."""

    text: str
    at: Position | None
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, one: Comment) -> CommentTold:
        """A comment as it is told."""
        at = None if one.at is None else Position.of(one.at)
        return cls(text=one.text, at=at, made_by=one.made_by, made_at=one.made_at)


class WholePlanTold(PlanTold):
    """A plan with everything that happened to it, and what whoever asks may do next."""

    log: list[OperationTold]
    steps: list[PlanStepTold]
    comments: list[CommentTold]
    possible: list[Step]
    outdated: bool = Field(description="Whether another edition is in force than the one it stands on.")


class CellsTold(Told):
    """Grids of a plan as a GeoJSON FeatureCollection, seven decimals."""

    model_config = ConfigDict(extra="allow")

    type: str
    features: list[dict[str, Any]] = Field(
        description="Properties: code, parent, name, inside, area_m2; change: same, changed, created, touched, retired…"
    )


class DrawnTold(Told):
    """What came of operations: the plan, and every cell they met as it is now."""

    plan: PlanTold
    cells: CellsTold
    gone: list[str] = Field(description="Codes of cells that are no more.")
