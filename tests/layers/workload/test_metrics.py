"""The table of metrics and the sheet that carries their columns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from layers.workload.metrics import COLUMNS, METRICS, UNCOUNTED, UnknownMetric, metric_named
from layers.workload.records import AreaFigures, FigureTable, WorkloadSheet

AS_OF = datetime(2026, 3, 18, tzinfo=UTC)
BUSY = AreaFigures("1", "甲", open=6, unassigned=2, residents=400, workers=3, median_age_open_h=12.5)
BARE = AreaFigures("2", "乙", open=0, unassigned=0, residents=0, workers=None, median_age_open_h=None)
NOTHING = FigureTable.of(())


def sheet(*rows: AreaFigures) -> WorkloadSheet:
    return WorkloadSheet("区", "District", "grid", "网格", "grid", 1, AS_OF, "Asia/Shanghai", FigureTable.of(rows))


@pytest.mark.parametrize(
    ("metric", "busy", "bare"),
    [
        ("open", 6, 0),
        ("open_per_1000_residents", 15, None),
        ("open_per_worker", 2, None),
        ("median_age_open_h", 12.5, None),
        ("unassigned", 2, 0),
    ],
)
def test_every_metric_has_its_figure_or_none(metric: str, busy: float, bare: float | None) -> None:
    assert FigureTable.of([BUSY, BARE]).values(metric) == (busy, bare)


def test_the_table_is_whole() -> None:
    assert set(METRICS) == {
        "open",
        "open_per_1000_residents",
        "open_per_worker",
        "median_age_open_h",
        "unassigned",
        "overdue",
        "due_soon",
        "closed_30d",
        "median_h_to_close_30d",
        "satisfaction_30d",
    }
    for metric in METRICS.values():
        assert metric.name and metric.name_en and metric.unit and metric.unit_en
        assert {metric.numerator, metric.denominator or "open"} <= set(COLUMNS)
        may_be_none = metric.denominator is not None or metric.numerator in UNCOUNTED
        assert bool(metric.none_means and metric.none_means_en) == may_be_none


def test_only_counts_are_summed() -> None:
    assert sheet(BUSY, BARE).total("open") == 6
    assert sheet(BUSY, BUSY).total("unassigned") == 4
    for metric in ("open_per_worker", "open_per_1000_residents", "median_age_open_h"):
        assert sheet(BUSY, BARE).total(metric) is None


def test_zero_open_among_residents_is_zero_and_not_missing() -> None:
    quiet = AreaFigures("3", "丙", open=0, unassigned=0, residents=10, workers=1, median_age_open_h=None)
    assert FigureTable.of([quiet]).values("open_per_1000_residents") == (0,)
    assert FigureTable.of([quiet]).values("open_per_worker") == (0,)


def test_an_unknown_metric_names_the_known_ones() -> None:
    with pytest.raises(UnknownMetric, match="open_per_worker") as refused:
        metric_named("closed")
    assert (refused.value.field, refused.value.value) == ("metric", "closed")


def test_a_sheet_needs_an_aware_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        WorkloadSheet("区", "District", "grid", "网格", "grid", 1, AS_OF.replace(tzinfo=None), "Asia/Shanghai", NOTHING)


def test_a_table_gives_back_its_rows_and_orders_them() -> None:
    assert FigureTable.of([BUSY, BARE]).rows() == (BUSY, BARE)
    assert FigureTable.of([BARE, BUSY]).by_code().rows() == (BUSY, BARE)
    assert NOTHING.by_code().rows() == ()
