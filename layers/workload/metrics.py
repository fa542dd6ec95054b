"""The figures a workload map can show: what each counts, in what unit, and when there is no answer."""

from __future__ import annotations

from dataclasses import dataclass

from layers.refusals import Refusal

#: The counted columns of one area, as `FigureTable` and `AreaFigures` name them.
COLUMNS = (
    "open",
    "unassigned",
    "residents",
    "workers",
    "median_age_open_h",
    "overdue",
    "due_soon",
    "closed_30d",
    "median_h_to_close_30d",
    "satisfaction_30d",
)
#: Columns that a map carries only while it shows one of them, so that what is sent every minute stays small.
ON_DEMAND = frozenset({"closed_30d", "median_h_to_close_30d", "satisfaction_30d"})
#: Columns that count nothing: hours and rates, without a class of their own for zero.
UNCOUNTED = frozenset({"median_age_open_h", "median_h_to_close_30d", "satisfaction_30d"})


class UnknownMetric(Refusal):
    """A metric was asked for that the table does not hold."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: `times * numerator / denominator`, or the numerator itself where there is no denominator.

    The formula is data, so that the browser computes the same number from the same columns.
    """

    key: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    decimals: int
    numerator: str
    #: Whether the figure of a level is the sum of the figures of its areas.
    summable: bool
    #: What it means that an area has no figure; empty where every area has one.
    none_means: str = ""
    none_means_en: str = ""
    denominator: str | None = None
    times: int = 1

    @property
    def counts(self) -> bool:
        """Whether the figure counts reports, so that zero says something of its own."""
        return self.numerator not in UNCOUNTED

    def of(self, above: float | None, below: float | None) -> float | None:
        """The figure of an area, given what it counts and by what that is divided; None where there is no answer."""
        if above is None or self.denominator is None:
            return above
        return self.times * above / below if below else None


_TABLE = (
    Metric("open", "未结事件", "Open reports", "件", "reports", 0, "open", summable=True),
    Metric(
        "open_per_1000_residents",
        "每千人未结事件",
        "Open reports per 1,000 residents",
        "件/千人",
        "per 1,000 residents",
        2,
        "open",
        summable=False,
        none_means="无常住人口",
        none_means_en="no residents",
        denominator="residents",
        times=1000,
    ),
    Metric(
        "open_per_worker",
        "每名网格员未结事件",
        "Open reports per grid worker",
        "件/人",
        "per worker",
        2,
        "open",
        summable=False,
        none_means="无专属网格员",
        none_means_en="no worker of its own",
        denominator="workers",
    ),
    Metric(
        "median_age_open_h",
        "未结事件中位时长",
        "Median age of open reports",
        "小时",
        "hours",
        1,
        "median_age_open_h",
        summable=False,
        none_means="无未结事件",
        none_means_en="nothing open",
    ),
    Metric("overdue", "超期未结事件", "Overdue reports", "件", "reports", 0, "overdue", summable=True),
    Metric(
        "due_soon", "24 小时内到期事件", "Reports due within 24 hours", "件", "reports", 0, "due_soon", summable=True
    ),
    Metric("closed_30d", "近 30 日结案", "Closed in 30 days", "件", "reports", 0, "closed_30d", summable=True),
    Metric(
        "median_h_to_close_30d",
        "近 30 日结案用时中位数",
        "Median hours to close, 30 days",
        "小时",
        "hours",
        1,
        "median_h_to_close_30d",
        summable=False,
        none_means="近 30 日无结案",
        none_means_en="nothing closed in 30 days",
    ),
    Metric(
        "satisfaction_30d",
        "近 30 日满意率",
        "Satisfaction rate, 30 days",
        "%",
        "%",
        1,
        "satisfaction_30d",
        summable=False,
        none_means="近 30 日无有效回访",
        none_means_en="no valid call-back in 30 days",
    ),
    Metric("unassigned", "未派单事件", "Unassigned reports", "件", "reports", 0, "unassigned", summable=True),
)

METRICS: dict[str, Metric] = {metric.key: metric for metric in _TABLE}


def metric_named(key: str) -> Metric:
    """The metric with this key; raises `UnknownMetric`, naming those there are."""
    if key not in METRICS:
        raise UnknownMetric(
            f"There is no metric {key!r}.", field="metric", value=key, remedy=f"Use one of: {', '.join(METRICS)}."
        )
    return METRICS[key]
