"""The small, often-changing half of a workload map: figures in the order of the outlines, without any geometry."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from layers.workload.metrics import COLUMNS, ON_DEMAND, UNCOUNTED, metric_named
from layers.workload.records import WorkloadSheet
from maps.breaks import ClassBreaks, Method, breaks

Column = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """How the reader wants a metric classed; `limits` only for `fixed`, `classes` for the others."""

    method: Method = "quantile"
    classes: int = 5
    limits: tuple[float, ...] = ()

    @property
    def key(self) -> str:
        """The choice as the browser writes it: `natural/5`, `fixed/1,5,10`."""
        if self.method == "fixed":
            return "fixed/" + ",".join(str(int(n)) if float(n).is_integer() else repr(float(n)) for n in self.limits)
        return f"{self.method}/{self.classes}"


def figures_json(sheet: WorkloadSheet, *, shown: Iterable[tuple[str, ClassChoice]]) -> bytes:
    """Columns and class breaks as compact JSON; for 3,502 areas about 40 kB.

    `shown` lists (metric, choice) pairs whose breaks go along: one for a page, all of them for a file; columns of
    `metrics.ON_DEMAND` go along only where one of these is shown.
    Rows are ordered by code, as in `outlines_json`; `order` is a digest of the codes, equal in both where they match.
    A column is an array, or, where shorter, `{"most": v, "skip": [...], "is": [...]}`: everything is v but the values
    in `is`, each after `skip` further values v. Hours and rates have three significant
    figures, so that they stay short. Raises `UnknownMetric` and `UnusableClasses`.
    """
    carried, pairs = as_carried(sheet), list(shown)
    figures, wanted = carried.figures, {metric_named(metric).numerator for metric, _ in pairs}
    names = [name for name in COLUMNS if name not in ON_DEMAND or name in wanted]
    return orjson.dumps(
        {
            "edition": carried.edition_number,
            "order": order_digest(figures.codes),
            "as_of": carried.as_of.isoformat(),
            "count": len(figures.codes),
            "columns": {name: packed(figures.columns[name]) for name in names},
            "classes": {f"{metric}/{choice.key}": _class_facts(carried, metric, choice) for metric, choice in pairs},
            "elsewhere": {"held_above": asdict(carried.held_above), "unlocated": asdict(carried.unlocated)},
        }
    )


def as_carried(sheet: WorkloadSheet) -> WorkloadSheet:
    """The sheet as the browser gets it: ordered by code, hours and rates shortened, as classes are made of them."""
    figures = sheet.figures.by_code()
    short = {name: tuple(map(_shortened, figures.columns[name])) for name in UNCOUNTED}
    return replace(sheet, figures=replace(figures, columns={**figures.columns, **short}))


def metric_breaks(sheet: WorkloadSheet, metric: str, choice: ClassChoice) -> ClassBreaks:
    """The class breaks of a metric on a sheet."""
    return breaks_of(sheet.figures.values(metric), metric, choice)


def breaks_of(values: Column, metric: str, choice: ClassChoice) -> ClassBreaks:
    """The class breaks of figures of a metric; zero is a class of its own where the metric counts reports."""
    counts = metric_named(metric).counts
    return breaks(values, choice.method, classes=choice.classes, limits=choice.limits, zero_class=counts)


def order_digest(codes: Iterable[str]) -> str:
    """A short name for these codes in this order."""
    return hashlib.sha256("\n".join(codes).encode()).hexdigest()[:16]


def packed(column: Column) -> object:
    """A column as JSON will carry it, in the shorter of the two forms."""
    if not column:
        return []
    sparse = _sparse(column)
    return sparse if len(orjson.dumps(sparse)) < len(orjson.dumps(column)) else list(column)


def _sparse(column: Column) -> dict[str, Any]:
    most = Counter(column).most_common(1)[0][0]
    others = [index for index, value in enumerate(column) if value != most]
    before = [-1, *others]
    return {
        "most": most,
        "skip": [index - before[at] - 1 for at, index in enumerate(others)],
        "is": [column[index] for index in others],
    }


def _class_facts(sheet: WorkloadSheet, metric: str, choice: ClassChoice) -> dict[str, Any]:
    made = metric_breaks(sheet, metric, choice)
    return {"limits": made.limits, "lowest": made.lowest, "highest": made.highest, "zero_class": made.zero_class}


def _shortened(value: float | None) -> float | None:
    if value is None:
        return None
    return round(value) if value >= 100 else float(f"{value:.3g}")
