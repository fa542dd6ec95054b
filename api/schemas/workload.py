"""Workload figures on the wire."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.common import Told


class MetricTold(Told):
    """A figure that areas can be compared by."""

    key: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    none_means: str = Field(description="What it means that an area has no figure.")


class FiguresTold(Told):
    """The figures of one area; null is not zero: the number is not known, or does not exist."""

    code: str
    name: str
    value: float | None = Field(description="The figure of the metric that was asked for.")
    open: int | None = Field(description="Null for an area outside one's territory.")
    unassigned: int | None
    residents: int | None
    workers: int | None
    median_age_open_h: float | None
    overdue: int | None = Field(description="Open, and their clock has run out.")
    due_soon: int | None = Field(description="Open, and their clock runs out within 24 hours.")
    closed_30d: int | None = Field(description="Closed in the last thirty days, today included.")
    median_h_to_close_30d: float | None = Field(description="Of those, the median of the hours from filing.")
    satisfaction_30d: float | None = Field(description="Of those, the satisfaction rate in percent; null without one.")


class WorkloadTold(Told):
    """The figures of every area of one level, at one moment."""

    level: str
    edition: int
    as_of: datetime
    metric: str
    metrics: list[MetricTold]
    total: float | None = Field(description="Null where the metric cannot be summed.")
    held_above: int = Field(
        description="Open reports held by areas above this level: sum of `open` + this is the same on every level."
    )
    unlocated: int = Field(description="Open reports that lie in no area yet.")
    rows: list[FiguresTold]
