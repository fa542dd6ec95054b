"""The figures of a period as data: what each divides by what, over which reports, in words and in counted columns.

A figure is `times * Σ(weight * count) / Σ count below`. Counts are sums over reports, so figures of any group of
reports come from the sums of its parts; the median alone comes from the list of all its values.

No count looks at who handled a report: figures are of areas, kinds and units, never of people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """Which reports of a period a count looks at."""

    #: Filed on a day of the period.
    FILED = "filed"
    #: Closed on a day of the period, and closed now.
    CLOSED = "closed"
    #: Filed before the end of the period and not closed before it.
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of reports, among those of its basis."""

    key: str
    basis: Basis
    zh: str
    en: str


#: Void reports are in no count; duplicates are in `duplicates` alone.
_COUNTS = (
    Count("filed", Basis.FILED, "期内立案数", "reports filed in the period"),
    Count("duplicates", Basis.FILED, "期内立案的重复件数", "duplicates filed in the period"),
    Count("filed_closed", Basis.FILED, "其中至今已结案数", "of the reports filed in the period, those closed by now"),
    Count(
        "filed_overdue",
        Basis.FILED,
        "其中至今有未获申诉支持的超期记录数",
        "of the reports filed in the period, those with an overdue mark that no appeal took back",
    ),
    Count("open_at_end", Basis.STOCK, "期末未结数", "reports open at the end of the period"),
    Count("closed", Basis.CLOSED, "期内结案数", "reports closed in the period"),
    Count(
        "on_time",
        Basis.CLOSED,
        "其中无超期记录（或申诉均获支持）数",
        "of the reports closed, those without an overdue mark, or with marks that appeals took back",
    ),
    Count("reworked", Basis.CLOSED, "其中曾被核查退回返工数", "of the reports closed, those rejected at least once"),
    Count("returned", Basis.CLOSED, "其中曾被回退数", "of the reports closed, those returned at least once"),
    Count("right_first", Basis.CLOSED, "其中只派遣一次数", "of the reports closed, those dispatched exactly once"),
    Count("in_grid", Basis.CLOSED, "其中在网格内办结数", "of the reports closed, those settled in their grid"),
    Count(
        "in_community",
        Basis.CLOSED,
        "其中在社区内（含网格）办结数",
        "of the reports closed, those settled in their community or their grid",
    ),
    Count("valid", Basis.CLOSED, "其中有效回访数", "of the reports closed, those with a valid call-back"),
    Count("responded", Basis.CLOSED, "回访中已响应数", "of the valid call-backs, those that were contacted"),
    Count("solved", Basis.CLOSED, "回访中已解决数", "of the valid call-backs, those whose matter was solved"),
    Count("satisfied", Basis.CLOSED, "回访中满意数", "of the valid call-backs, those satisfied"),
    Count("basically", Basis.CLOSED, "回访中基本满意数", "of the valid call-backs, those basically satisfied"),
)
COUNTS: Mapping[str, Count] = {one.key: one for one in _COUNTS}
#: How long each report of `closed` took from filing to closing, in whole seconds: for the median.
LASTING_S = "lasting_s"


@dataclass(frozen=True, slots=True)
class Weights:
    """What a district sets (`settings`): the weight of each rate in the score, and of a basically satisfied answer."""

    response: float = 0.1
    resolution: float = 0.5
    satisfaction: float = 0.4
    basically: float = 0.9


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: names, unit, what stands above and below the line, and the same in words."""

    key: str
    name: str
    name_en: str
    unit: str
    unit_en: str
    basis: Basis
    above: tuple[str, ...]
    below: tuple[str, ...] = ()
    times: int = 1
    decimals: int = 0
    note: str = ""
    note_en: str = ""

    def of(self, counts: Mapping[str, float], weights: Weights) -> float | None:
        """The figure from counts; None where nothing stands below the line."""
        above = sum(counts[one] * (weights.basically if one == "basically" else 1) for one in self.above)
        if not self.below:
            return above
        below = sum(counts[one] for one in self.below)
        return self.times * above / below if below else None


def _share(key: str, names: tuple[str, str], above: str, below: str, **more: str) -> Figure:
    basis = COUNTS[below].basis
    return Figure(key, *names, "%", "%", basis, (above,), (below,), 100, 1, **more)


def _number(key: str, names: tuple[str, str], count: str) -> Figure:
    return Figure(key, *names, "件", "reports", COUNTS[count].basis, (count,))


MEDIAN = Figure(
    "median_h_to_close",
    "结案用时中位数",
    "Median hours to close",
    "小时",
    "hours",
    Basis.CLOSED,
    (),
    decimals=1,
    note="期内结案的每件事件从立案到结案的自然小时数，取中位数（偶数件取中间两件的平均）。",
    note_en="Of the reports closed in the period, the hours from filing to closing by the calendar; the middle one of "
    "them in order, or the mean of the middle two.",
)
SCORE = Figure(
    "score",
    "综合得分",
    "Score",
    "分",
    "points",
    Basis.CLOSED,
    (),
    decimals=1,
    note="响应率、解决率、满意率按区里设定的权重（缺省 0.1、0.5、0.4）加权，除以权重之和。",
    note_en="Response, resolution and satisfaction rates by the district's weights (0.1, 0.5 and 0.4 where it sets "
    "none), divided by the sum of the weights.",
)
_AS_KNOWN = "按现有记录：其后重新打开的，不再计为结案。"
_AS_KNOWN_EN = "As the record stands now: what was reopened since is not closed."
_FIGURES = (
    _number("arrivals", ("立案数", "Arrivals"), "filed"),
    _number("closed", ("结案数", "Closed"), "closed"),
    _number("open_at_end", ("期末未结数", "Open at the end"), "open_at_end"),
    _share("closing_rate", ("结案率", "Closing rate"), "filed_closed", "filed", note=_AS_KNOWN, note_en=_AS_KNOWN_EN),
    _share("on_time_rate", ("按期结案率", "On-time closing rate"), "on_time", "closed"),
    _share("overdue_rate", ("超期率", "Overdue rate"), "filed_overdue", "filed"),
    MEDIAN,
    _share("rework_rate", ("返工率", "Rework rate"), "reworked", "closed"),
    _share("return_rate", ("回退率", "Return rate"), "returned", "closed"),
    _share("right_first_rate", ("准确派遣率", "Right-first-time dispatch"), "right_first", "closed"),
    _share("in_grid_share", ("网格内办结率", "Settled in the grid"), "in_grid", "closed"),
    _share("in_community_share", ("社区内办结率", "Settled inside the community"), "in_community", "closed"),
    Figure(
        "completion_rate",
        "办结率",
        "Completion rate",
        "%",
        "%",
        Basis.CLOSED,
        ("closed",),
        ("closed", "open_at_end"),
        100,
        1,
        note="分母为期内在办的全部事件：期内结案数加期末未结数。",
        note_en="Below the line stands all that was in hand: what was closed in the period and what was open at its "
        "end.",
    ),
    Figure(
        "duplicate_rate",
        "重复案件率",
        "Duplicates",
        "%",
        "%",
        Basis.FILED,
        ("duplicates",),
        ("filed", "duplicates"),
        100,
        1,
    ),
    _share("response_rate", ("响应率", "Response rate"), "responded", "valid"),
    _share("resolution_rate", ("解决率", "Resolution rate"), "solved", "valid"),
    Figure(
        "satisfaction_rate",
        "满意率",
        "Satisfaction rate",
        "%",
        "%",
        Basis.CLOSED,
        ("satisfied", "basically"),
        ("valid",),
        100,
        1,
        note="基本满意按区里设定的系数（缺省 0.9）折算。",
        note_en="Basically satisfied counts by the district's weight (0.9 where it sets none).",
    ),
    SCORE,
)
FIGURES: Mapping[str, Figure] = {one.key: one for one in _FIGURES}


def figures_of(counts: Mapping[str, float], median_s: float | None, weights: Weights) -> dict[str, float | None]:
    """Every figure of a group of reports, by key, from its counts and the median of its `LASTING_S`."""
    told = {key: one.of(counts, weights) for key, one in FIGURES.items()}
    told[MEDIAN.key] = None if median_s is None else median_s / 3600
    told[SCORE.key] = _score(told, weights)
    return told


def _score(told: Mapping[str, float | None], weights: Weights) -> float | None:
    parts = {
        "response_rate": weights.response,
        "resolution_rate": weights.resolution,
        "satisfaction_rate": weights.satisfaction,
    }
    whole = sum(parts.values())
    rates = [(told[key], weight) for key, weight in parts.items()]
    if not whole or any(rate is None for rate, _ in rates):
        return None
    return sum((rate or 0.0) * weight for rate, weight in rates) / whole


def fraction(figure: Figure, language: str) -> tuple[str, str]:
    """Numerator and denominator of a figure in words (`zh` or `en`); '' where there is none."""
    plus = " + "

    def words(keys: tuple[str, ...]) -> str:
        said = [getattr(COUNTS[one], language) for one in keys]
        weighed = ("基本满意系数 × " if language == "zh" else "weight × ") if "basically" in keys else ""
        return plus.join(weighed + one if key == "basically" else one for key, one in zip(keys, said, strict=True))

    return words(figure.above), words(figure.below)
