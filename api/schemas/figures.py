"""Figures of a period on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Told
from api.schemas.queries import EditionQuery, Word, both
from layers.figures.definitions import FIGURES, Count, Figure, fraction
from layers.figures.records import By
from layers.figures.steps import StepSize

PeriodText = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\.\.[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    Field(
        description="Days of the district's calendar, the last one included; without it, the last thirty.",
        examples=["2026-10-01..2026-12-31"],
    ),
]
Language = Literal["zh", "en"]
LevelAndCode = Annotated[
    str,
    StringConstraints(max_length=129, pattern=r"^[^:\x00]+:[^\x00]+$"),
    Field(description="The course of this area alone: its level and its code.", examples=["street:210213001000"]),
]
#: An unknown one is refused by name.
FigureKey = Annotated[str, Field(json_schema_extra={"enum": list(FIGURES)})]
STEP: Any = Field(
    None,
    description="Weeks begin on Monday; the first and the last step end with the period. Without it, what suits the "
    "length of the period.",
)
KIND: Any = Field(None, description="Code of a kind, or of a group with all its kinds.")


class FiguresQuery(EditionQuery):
    """Which period, told apart by what; by area, in the areas of which level and edition."""

    period: PeriodText | None = None
    by: By = By.AREA
    level: Word | None = Field(None, description="By area: of which level; without it, the one below the district.")


class FiguresPageQuery(FiguresQuery):
    """The same as a page, with a figure to draw, and the course of everything, of one area or of one kind."""

    figure: FigureKey = "closed"
    lang: Language = "zh"
    step: StepSize | None = STEP
    area: LevelAndCode | None = None
    kind: Word | None = KIND

    @property
    def named_area(self) -> tuple[str, str] | None:
        """Level and code of the area; its level need not be that of the rows."""
        level, _, code = (self.area or "").partition(":")
        return (level, code) if self.area else None


class CourseQuery(EditionQuery):
    """The course of which period, in which steps, narrowed to what."""

    period: PeriodText | None = None
    step: StepSize | None = STEP
    level: Word | None = Field(None, description="With `area`: the level of that area.")
    area: Word | None = Field(None, description="Code of an area; everything below it is included.")
    kind: Word | None = KIND
    figure: FigureKey | None = Field(None, description="This figure alone.")

    @property
    def named_area(self) -> tuple[str, str] | None:
        """Level and code of the area; one without the other is refused."""
        return both("area", self.level, self.area)


class WordsTold(Told):
    """The same in both languages."""

    zh: str
    en: str


class CountTold(Told):
    """A number of reports that figures are made of."""

    key: str
    basis: str = Field(description="`filed` or `closed`: in the period; `stock`: open when it ends.")
    words: WordsTold

    @classmethod
    def of(cls, one: Count) -> CountTold:
        """A count as it is told."""
        return cls(key=one.key, basis=one.basis, words=WordsTold(zh=one.zh, en=one.en))


class FigureTold(Told):
    """What a figure is: what stands above and below the line, in counts and in words."""

    key: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    basis: str
    numerator: list[str]
    denominator: list[str]
    times: int
    numerator_in_words: WordsTold
    denominator_in_words: WordsTold
    note: WordsTold

    @classmethod
    def of(cls, one: Figure) -> FigureTold:
        """A definition as it is told."""
        (above, below), (above_en, below_en) = fraction(one, "zh"), fraction(one, "en")
        return cls(
            key=one.key,
            name=one.name,
            name_en=one.name_en,
            unit=one.unit,
            unit_en=one.unit_en,
            basis=one.basis,
            numerator=list(one.above),
            denominator=list(one.below),
            times=one.times,
            numerator_in_words=WordsTold(zh=above, en=above_en),
            denominator_in_words=WordsTold(zh=below, en=below_en),
            note=WordsTold(zh=one.note, en=one.note_en),
        )


class DefinitionsTold(Told):
    """Every figure and every count, so that anyone can compute them again."""

    figures: list[FigureTold]
    counts: list[CountTold]


class WeightsTold(Told):
    """What the district weighs rates and answers by."""

    response: float
    resolution: float
    satisfaction: float
    basically: float


class CountedTold(Told):
    """Counts and the figures they come to; a figure is null where nothing stands below its line."""

    counts: dict[str, int]
    figures: dict[str, float | None]


class FigureRowTold(CountedTold):
    """One area, kind, group or unit."""

    code: str
    name: str
    name_en: str


class PeriodFiguresTold(Told):
    """A period as one may see it: rows + `elsewhere` = `total`, for every count."""

    first: date
    last: date
    by: str
    level: str | None
    edition: int
    as_of: datetime
    weights: WeightsTold
    rows: list[FigureRowTold]
    elsewhere: CountedTold = Field(
        description="By area: what lies above the level or in no area of the edition; else what has no group or unit."
    )
    total: CountedTold


class StepTold(CountedTold):
    """Some days in a row, the last one included."""

    first: date
    last: date
    whole: bool = Field(description="Whether the ends of the period left it whole.")


class CourseTold(Told):
    """A period step by step, as one may see it.

    Of what happens in a period (`filed`, `closed`) the counts of the steps come to those of `total`; of what is open
    at its end (`stock`) those of the last step are those of `total`.
    """

    first: date
    last: date
    step: StepSize
    level: str | None
    area: str | None
    kind: str | None
    edition: int
    as_of: datetime
    weights: WeightsTold
    steps: list[StepTold]
    total: CountedTold
