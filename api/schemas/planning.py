"""What is decided about plans on the wire: steps, comments, options, consequences, orders on grids, what is posted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Given, Latitude, Longitude, Moment, Told
from api.schemas.filing import Code
from api.schemas.maps import ReferenceQuery
from api.schemas.plans import CellsTold, Said, Text, VersionBody
from api.schemas.queries import Word
from layers.plans.lifecycle import Step
from layers.plans.records import CellLock
from layers.plans.weights import Measure

MOST_LOCKED = 1_000
MOST_BARRIERS, MOST_POINTS = 50, 500
Line = Annotated[list[tuple[Longitude, Latitude]], Field(min_length=2, max_length=MOST_POINTS)]


class StepBody(VersionBody):
    """A step of the plan as a whole."""

    step: Annotated[Step, Field(description="One of those the plan lists as possible.")]
    note: Text = ""
    effective_at: Moment | None = Field(None, description="With approve: when it comes in force; at once without.")


class PlannerQuery(ReferenceQuery):
    """What the planner's page shows; read by the page itself."""

    plan: Word | None = Field(None, description="Number of the plan.")
    area: Word | None = Field(None, description="Code of the community that is drawn.")


class CommentBody(Given):
    """Something said of a plan, of a place or of the whole."""

    text: Said
    lon: Longitude | None = Field(None, description="Degrees, WGS 84 or CGCS2000 alike; with lat, or neither.")
    lat: Latitude | None = None


class BalanceBody(Given):
    """What is to be evened out, and where."""

    area: Code = Field(description="Code of a community, or of a street, of the plan's area.")
    by: Measure = Measure.HOUSEHOLDS
    locks: Annotated[list[Code], Field(max_length=MOST_LOCKED)] = Field(
        default_factory=list, description="Codes of grids that stay as they are."
    )
    barriers: Annotated[list[Line], Field(max_length=MOST_BARRIERS)] = Field(
        default_factory=list, description="Roads and rivers as lines of [lon, lat]: nothing goes over them."
    )


class LockBody(Given):
    """An order that a grid stays as it is."""

    code: Code
    reason: Said


class OptionTold(Told):
    """One way of evening out, as operations that can be done one after the other."""

    operations: list[dict[str, Any]]
    largest_deviation: float = Field(description="Of a grid from the mean, as a share of it.")
    moved_share: float = Field(description="How much of the weight comes to lie in another grid.")
    compactness: float = Field(description="Polsby-Popper, the mean of the grids.")
    walk_m: float = Field(description="From the middle of a grid's weights to each of them, on average, in metres.")
    weights: dict[str, float] = Field(description="By code, what each grid would carry.")


class OptionsTold(Told):
    """Options, none worse than another in evenness, change and compactness at once."""

    by: Measure
    options: list[OptionTold]


class SuggestionTold(Told):
    """A transfer that returned reports speak for."""

    giver: str
    taker: str
    reports: int = Field(description="How many came back from the one and were taken on by who answers for the other.")
    operations: list[dict[str, Any]]


class SuggestionsTold(Told):
    """Transfers, those that would have spared the most returns first."""

    suggestions: list[SuggestionTold]


class CellChangeTold(Told):
    """A grid before and after; null where it was not, or is not any more."""

    code: str
    before: dict[str, float] | None
    after: dict[str, float] | None


class ShareTold(Told):
    """The share of a former grid's ground that lies in a grid afterwards."""

    from_code: str
    to_code: str
    share: float


class LoadSheetTold(Told):
    """What a person answers for before and after, by number."""

    number: str
    before: dict[str, int]
    after: dict[str, int]


class SheetTold(Told):
    """The consequences of a plan (影响分析表), as everything stands now."""

    as_of: datetime
    cells: list[CellChangeTold]
    moved: dict[str, int] = Field(description="How much comes to lie in another grid.")
    left: list[str] = Field(description="Numbers of people whose grids are all gone.")
    vacant: list[str] = Field(description="New grids that nobody answers for.")
    shares: list[ShareTold]
    loads: list[LoadSheetTold]


class ReplayedSideTold(Told):
    """What one person would have had of last year's reports."""

    reports: int
    most: int = Field(description="The most in hand at once.")
    walk_m: int = Field(description="From the middles of the cells to the reports, on average.")


class ReplayedPersonTold(Told):
    """One person before and after."""

    number: str
    before: ReplayedSideTold
    after: ReplayedSideTold


class ReplayTold(Told):
    """Last year's reports filed again by the assignment rule and today's roster, before and after a plan."""

    as_of: datetime
    reports: int = Field(description="Reports of the last year in the communities that the plan touches.")
    changed: int = Field(description="How many of them would have gone to somebody else.")
    nobody_before: int = Field(description="How many nobody could have taken, on the boundaries as they are.")
    nobody_after: int
    people: list[ReplayedPersonTold]


class LockTold(Told):
    """A grid that stays as it is by order."""

    code: str
    reason: str
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, one: CellLock) -> LockTold:
        """An order as it is told."""
        return cls(code=one.code, reason=one.reason, made_by=one.made_by, made_at=one.made_at)


class LocksTold(Told):
    """The orders that hold within one's territory."""

    locks: list[LockTold]


class PostedPlanTold(Told):
    """A plan that is posted for the public (公示): what it changes, and nothing of who drew it."""

    plan: int
    name: str
    reason: str
    document: str
    area: str
    posted_at: datetime
    cells: CellsTold


class PostedPlansTold(Told):
    """The plans that are posted."""

    plans: list[PostedPlanTold]
