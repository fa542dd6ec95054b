"""Figures on their way to the browser: small, in the outlines' order, classed by the very numbers that travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.workload.metrics import COLUMNS, METRICS, ON_DEMAND, UnknownMetric
from layers.workload.records import Elsewhere, FigureTable
from maps.figures import ClassChoice, as_carried, figures_json, metric_breaks, order_digest, packed
from maps.refusals import UnusableClasses
from tests.maps.pictures import district

GRIDS, _ = district(103, 34)
ROWS = GRIDS.figures.rows()
NO_AREAS = replace(GRIDS, figures=FigureTable.of(()))


def unpacked(column: Any, count: int) -> list[float | None]:
    """What the browser makes of a column (unpackColumn in classes.js)."""
    if isinstance(column, list):
        return column
    made = [column["most"]] * count
    at = -1
    for skip, value in zip(column["skip"], column["is"], strict=True):
        at += skip + 1
        made[at] = value
    return made


@given(st.lists(st.one_of(st.none(), st.sampled_from([0, 1, 2]), st.floats(0, 1e4)), max_size=40))
def test_a_packed_column_comes_back_whole_and_never_longer(column: Sequence[float | None]) -> None:
    short = packed(column)
    assert unpacked(short, len(column)) == list(column)
    assert len(orjson.dumps(short)) <= len(orjson.dumps(list(column)))


def test_all_grids_of_a_large_district_are_small() -> None:
    assert len(ROWS) == 3502
    assert len(figures_json(GRIDS, shown=[("open", ClassChoice())])) <= 45_000


def test_rows_go_in_the_order_of_their_codes() -> None:
    told = orjson.loads(figures_json(replace(GRIDS, figures=FigureTable.of(ROWS[::-1])), shown=[]))
    carried = as_carried(GRIDS)
    assert told["order"] == order_digest(sorted(row.code for row in ROWS))
    assert (told["count"], told["edition"]) == (3502, 3)
    for name in set(COLUMNS) - ON_DEMAND:
        assert unpacked(told["columns"][name], 3502) == list(carried.figures.columns[name])


@pytest.mark.parametrize("metric", sorted(ON_DEMAND))
def test_the_last_thirty_days_travel_only_where_they_are_shown(metric: str) -> None:
    plain, shown = (orjson.loads(figures_json(GRIDS, shown=[(one, ClassChoice())])) for one in ("open", metric))
    assert plain["columns"].keys() == set(COLUMNS) - ON_DEMAND
    assert shown["columns"].keys() - plain["columns"].keys() == {metric}
    assert unpacked(shown["columns"][metric], 3502) == list(as_carried(GRIDS).figures.columns[metric])


@pytest.mark.parametrize(
    ("age_h", "carried"), [(0.123456, 0.123), (9.876, 9.88), (99.94, 99.9), (1234.5, 1234), (None, None)]
)
def test_ages_have_three_figures_or_whole_hours(age_h: float | None, carried: float | None) -> None:
    row = replace(ROWS[0], median_age_open_h=age_h)
    made = as_carried(replace(GRIDS, figures=FigureTable.of([row])))
    assert made.figures.columns["median_age_open_h"] == (carried,)


def test_classes_are_made_of_the_numbers_that_travel() -> None:
    choice = ClassChoice("natural", 5)
    told = orjson.loads(figures_json(GRIDS, shown=[("median_age_open_h", choice)]))["classes"][
        "median_age_open_h/natural/5"
    ]
    ages = as_carried(GRIDS).figures.columns["median_age_open_h"]
    assert set(told["limits"]) <= set(ages)
    assert told["highest"] == max(age for age in ages if age is not None)
    assert told["zero_class"] is False


@pytest.mark.parametrize("metric", METRICS)
def test_zero_is_a_class_of_its_own_where_reports_are_counted(metric: str) -> None:
    made = metric_breaks(GRIDS, metric, ClassChoice("quantile", 5))
    assert made.zero_class == ("median" not in metric and "satisfaction" not in metric)


def test_choices_are_named_as_the_browser_names_them() -> None:
    assert ClassChoice("natural", 6).key == "natural/6"
    assert ClassChoice("fixed", limits=(1, 2.5, 10.0)).key == "fixed/1,2.5,10"
    assert ClassChoice("fixed", limits=(1 / 3,)).key == "fixed/0.3333333333333333"


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(UnknownMetric):
        figures_json(GRIDS, shown=[("closed", ClassChoice())])
    with pytest.raises(UnusableClasses):
        figures_json(GRIDS, shown=[("open", ClassChoice("fixed", limits=()))])


def test_a_level_without_areas() -> None:
    told = orjson.loads(figures_json(NO_AREAS, shown=[("open", ClassChoice())]))
    assert told["count"] == 0
    assert told["classes"]["open/quantile/5"]["limits"] == []


def test_what_no_area_counts_goes_along() -> None:
    sheet = replace(GRIDS, held_above=Elsewhere(2, 1), unlocated=Elsewhere(3, 3))
    assert orjson.loads(figures_json(sheet, shown=[]))["elsewhere"] == {
        "held_above": {"open": 2, "unassigned": 1, "overdue": 0, "due_soon": 0},
        "unlocated": {"open": 3, "unassigned": 3, "overdue": 0, "due_soon": 0},
    }
