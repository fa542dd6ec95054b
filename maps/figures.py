"""The small, often-changing half of a workload map: figures in the order of the outlines, without any geometry."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from layers.workload.metrics import COLUMNS, metric_named
from layers.workload.records import AreaFigures, WorkloadSheet
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

    `shown` lists (metric, choice) pairs whose breaks go along: one for a page, all of them for a file.
    Rows are ordered by code, as in `outlines_json`; `order` is a digest of the codes, equal in both where they match.
    A column is an array, or, where shorter, `{"most": v, "skip": [...], "is": [...]}`: everything is v but the values
    in `is`, each after `skip` further values v. Ages have three significant figures, so that a figure stays small.
    Raises `UnknownMetric` and `UnusableClasses`.
    """
    carried = as_carried(sheet)
    return orjson.dumps(
        {
            "edition": carried.edition_number,
            "order": order_digest(row.code for row in carried.rows),
            "as_of": carried.as_of.isoformat(),
            "count": len(carried.rows),
            "columns": {name: packed([row.column(name) for row in carried.rows]) for name in COLUMNS},
            "classes": {f"{metric}/{choice.key}": _class_facts(carried, metric, choice) for metric, choice in shown},
        }
    )


def as_carried(sheet: WorkloadSheet) -> WorkloadSheet:
    """The sheet as the browser gets it: ordered by code, ages shortened; classes are made of these very numbers."""
    return replace(sheet, rows=tuple(_shortened(row) for row in sorted(sheet.rows, key=lambda row: row.code)))


def metric_breaks(sheet: WorkloadSheet, metric: str, choice: ClassChoice) -> ClassBreaks:
    """The class breaks of a metric on a sheet; zero is a class of its own where the metric counts reports."""
    return breaks(
        sheet.values(metric),
        choice.method,
        classes=choice.classes,
        limits=choice.limits,
        zero_class=metric_named(metric).counts,
    )


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


def _shortened(row: AreaFigures) -> AreaFigures:
    age_h = row.median_age_open_h
    if age_h is None:
        return row
    return replace(row, median_age_open_h=round(age_h) if age_h >= 100 else float(f"{age_h:.3g}"))
