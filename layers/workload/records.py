"""What the workload desk hands out: the figures of every area of one level, at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from layers.workload.metrics import COLUMNS, metric_named

Column = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """The figures of one area, in the order of `metrics.COLUMNS`.

    `None` means that the number is not known or does not exist, never zero.
    """

    code: str
    name: str
    open: int | None
    unassigned: int | None
    residents: int | None
    workers: int | None
    median_age_open_h: float | None
    #: Open, and their clock has run out; open, and it runs out within a day.
    overdue: int | None = None
    due_soon: int | None = None
    #: Of the last thirty days, today included.
    closed_30d: int | None = None
    median_h_to_close_30d: float | None = None
    satisfaction_30d: float | None = None


@dataclass(frozen=True, slots=True)
class FigureTable:
    """The figures of n areas, column by column: thousands of areas are counted and sent on without an object each.

    `columns` holds one column of n figures for every name of `metrics.COLUMNS`.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, rows: Iterable[AreaFigures]) -> FigureTable:
        """The same figures, given area by area."""
        told = tuple(rows)
        columns = {name: tuple(getattr(row, name) for row in told) for name in COLUMNS}
        return cls(tuple(row.code for row in told), tuple(row.name for row in told), columns)

    def rows(self) -> tuple[AreaFigures, ...]:
        """The same figures, area by area."""
        columns: list[tuple[Any, ...]] = [self.columns[name] for name in COLUMNS]
        return tuple(AreaFigures(*one) for one in zip(self.codes, self.names, *columns, strict=True))

    def by_code(self) -> FigureTable:
        """The same areas in the order of their codes."""
        order = sorted(range(len(self.codes)), key=self.codes.__getitem__)
        if order == list(range(len(order))):
            return self
        rows = self.rows()
        return FigureTable.of(rows[at] for at in order)

    def values(self, metric: str) -> Column:
        """The figures of a metric, one for each area; raises `UnknownMetric`."""
        found = metric_named(metric)
        above = self.columns[found.numerator]
        if found.denominator is None:
            return above
        return tuple(map(found.of, above, self.columns[found.denominator]))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Open reports that no area of a level counts, by what can be summed."""

    open: int = 0
    unassigned: int = 0
    overdue: int = 0
    due_soon: int = 0


@dataclass(frozen=True, slots=True)
class WorkloadSheet:
    """The figures of all areas of one level of a district under one edition, as of one moment (aware).

    Whatever the level: sum over the areas + `held_above` + `unlocated` = everything that is open. `held_above`: what
    areas above the level hold; `unlocated`: what lies in no area yet.
    """

    district_name: str
    district_name_en: str
    level_key: str
    level_name: str
    level_name_en: str
    edition_number: int
    as_of: datetime
    time_zone: str
    figures: FigureTable
    held_above: Elsewhere = field(default=Elsewhere(), kw_only=True)
    unlocated: Elsewhere = field(default=Elsewhere(), kw_only=True)

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError(f"as_of has no time zone: {self.as_of.isoformat()}; give an aware time.")

    def total(self, metric: str) -> float | None:
        """The sum of a metric over the level; None where the metric cannot be summed."""
        if not metric_named(metric).summable:
            return None
        return sum(value for value in self.figures.values(metric) if value is not None)
