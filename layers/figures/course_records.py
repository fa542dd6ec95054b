"""What is handed out of a course: the counts of a period step by step, and the figures they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from layers.areas.records import Area, Edition
from layers.figures.definitions import COUNTS, Basis, Weights, figures_of
from layers.figures.records import Counted, KindAt, Named, Period
from layers.figures.steps import Step, StepSize


class CourseAsked(NamedTuple):
    """Which course: a period in steps, of an area in an edition or of a kind, or of everything."""

    period: Period
    size: StepSize
    edition: Edition
    area: Area | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What was counted in each step and in the whole period, and in each step by what it is told apart by.

    Of counts of the period, the sum over the steps is the total; what is open at the end of the last step is what is
    open at the end of the period. Medians are of each step.
    """

    asked: CourseAsked
    kind: KindAt | None
    steps: tuple[Step, ...]
    as_of: datetime
    weights: Weights
    counted: tuple[Counted, ...]
    total: Counted
    lines: Mapping[Named, tuple[Counted, ...]]

    @property
    def area_named(self) -> Named | None:
        """The area it is of."""
        area = self.asked.area
        return None if area is None else Named(str(area.id), area.code, area.name, area.name)

    def figures(self, counted: Counted) -> dict[str, float | None]:
        """Every figure of a step, by key."""
        return figures_of(counted.counts, counted.median_s, self.weights)

    def whole(self, line: Sequence[Counted]) -> Counted:
        """What the steps of a line come to; medians cannot be added, so there is none."""
        sums = {key: sum(one.counts[key] for one in line) for key in COUNTS}
        stock = {key: line[-1].counts[key] for key, one in COUNTS.items() if one.basis is Basis.STOCK}
        return Counted({**sums, **stock})
