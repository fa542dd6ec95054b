"""What the workload desk hands out: the figures of every area of one level, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from layers.workload.metrics import metric_named


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """The figures of one area. `None` means that the number is not known or does not exist, never zero."""

    code: str
    name: str
    open: int
    unassigned: int
    residents: int | None
    workers: int | None
    median_age_open_h: float | None

    def column(self, name: str) -> float | None:
        """One counted column by its name (see `metrics.COLUMNS`)."""
        return getattr(self, name)  # type: ignore[no-any-return]

    def value(self, metric: str) -> float | None:
        """The figure of a metric by its key; None where there is no answer; raises `UnknownMetric`."""
        return metric_named(metric).of(self.column)


@dataclass(frozen=True, slots=True)
class WorkloadSheet:
    """The figures of all areas of one level of a district under one edition, as of one moment (aware)."""

    district_name: str
    district_name_en: str
    level_key: str
    level_name: str
    level_name_en: str
    edition_number: int
    as_of: datetime
    time_zone: str
    rows: tuple[AreaFigures, ...]

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError(f"as_of has no time zone: {self.as_of.isoformat()}; give an aware time.")

    def values(self, metric: str) -> tuple[float | None, ...]:
        """The figures of a metric, one per row, in the order of the rows."""
        found = metric_named(metric)
        return tuple(found.of(row.column) for row in self.rows)

    def total(self, metric: str) -> float | None:
        """The sum of a metric over the level; None where the metric cannot be summed."""
        if not metric_named(metric).summable:
            return None
        return sum(value for value in self.values(metric) if value is not None)
