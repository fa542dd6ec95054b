"""Class breaks: their promises as properties, natural breaks against trying every division."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.breaks import (
    MAX_CLASSES,
    NO_DATA,
    ClassBreaks,
    Method,
    breaks,
    class_counts,
    classify,
    fixed,
    natural,
    quantile,
)
from maps.refusals import UnusableClasses

numbers = st.one_of(st.integers(-3, 12).map(float), st.floats(-1e6, 1e6))
values = st.lists(st.one_of(st.none(), numbers), max_size=60)
class_number = st.integers(1, MAX_CLASSES)
made_methods = st.sampled_from(["quantile", "natural"])


@given(values, class_number, made_methods)
def test_as_many_classes_as_there_can_be_and_none_empty(
    given_values: list[float | None], classes: int, method: Method
) -> None:
    made = breaks(given_values, method, classes=classes)
    distinct = {value for value in given_values if value is not None}
    counts, no_data = class_counts(classify(given_values, made), made)
    assert made.classes == min(classes, len(distinct))
    assert all(counts)
    assert no_data == given_values.count(None)
    assert sum(counts) + no_data == len(given_values)
    assert all(low < high for low, high in pairwise(made.limits))


@given(values, class_number, made_methods)
def test_classes_follow_the_order_of_values_and_never_split_equals(
    given_values: list[float | None], classes: int, method: Method
) -> None:
    found = classify(given_values, breaks(given_values, method, classes=classes))
    known = sorted((value, index) for value, index in zip(given_values, found, strict=True) if value is not None)
    assert [index for _, index in known] == sorted(index for _, index in known)
    assert all(a[1] == b[1] for a, b in pairwise(known) if a[0] == b[0])


@given(st.lists(st.one_of(st.none(), st.integers(0, 9).map(float)), max_size=50), class_number, made_methods)
def test_zero_is_alone_in_its_class_when_asked(others: list[float | None], classes: int, method: Method) -> None:
    given_values = [*others, 0.0]
    made = breaks(given_values, method, classes=classes, zero_class=True)
    assert made.zero_class
    found = classify(given_values, made)
    assert all((index == 0) == (value == 0) for value, index in zip(given_values, found, strict=True))
    without = [value for value in others if value != 0]
    assert not breaks(without, method, classes=classes, zero_class=True).zero_class


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=60, unique=True), class_number)
def test_quantile_classes_of_distinct_values_differ_by_one_at_most(given_values: list[float], classes: int) -> None:
    made = quantile(given_values, classes)
    counts, _ = class_counts(classify(given_values, made), made)
    assert max(counts) - min(counts) <= 1


def test_one_frequent_value_does_not_swallow_the_other_classes() -> None:
    many_zeros: list[float] = [0.0] * 90 + [float(n) for n in range(1, 11)]
    made = quantile(many_zeros, 5)
    assert class_counts(classify(many_zeros, made), made)[0] == [90, 2, 3, 2, 3]


def test_a_frequent_highest_value_does_not_eat_the_classes_below() -> None:
    assert quantile([1, 2, *[3] * 100], 3).limits == (1, 2)


def deviation(values: Sequence[float]) -> float:
    return float(((np.array(values) - np.mean(values)) ** 2).sum())


def least_deviation(ordered: list[float], classes: int) -> float:
    """Every division of the distinct values, tried."""
    distinct = sorted(set(ordered))
    divisions = combinations(distinct[1:], min(classes, len(distinct)) - 1)
    return min(
        sum(deviation([v for v in ordered if low <= v < high]) for low, high in pairwise((distinct[0], *cuts, np.inf)))
        for cuts in divisions
    )


@given(
    st.lists(st.one_of(st.integers(0, 15).map(float), st.floats(-100, 100)), min_size=1, max_size=9), st.integers(1, 5)
)
def test_natural_breaks_are_the_best_there_are(given_values: list[float], classes: int) -> None:
    made = natural(given_values, classes)
    found = np.array(classify(given_values, made))
    reached = sum(deviation(np.array(given_values)[found == index].tolist()) for index in range(made.classes))
    assert reached == pytest.approx(least_deviation(sorted(given_values), classes), rel=1e-6, abs=1e-6)


def test_natural_breaks_stand_where_the_gaps_are() -> None:
    assert natural([1, 2, 3, 50, 51, 52, 53, 900], 3).limits == (3.0, 53.0)
    # Far from zero the squares would cancel.
    assert natural([1e9 + 1, 1e9 + 2, 1e9 + 30, 1e9 + 31], 2).limits == (1e9 + 2,)


def test_natural_breaks_of_a_large_district_are_quick() -> None:
    figures: list[float] = np.random.default_rng(4).gamma(2, 5, 3502).tolist()
    natural(figures, 5)
    rounds = []
    for _ in range(5):
        start = time.process_time()
        natural(figures, 7)
        rounds.append(time.process_time() - start)
    assert min(rounds) <= 0.05


def test_fixed_limits_may_leave_classes_empty_and_take_every_value() -> None:
    made = fixed([2, 3, 100], [1, 5, 10])
    assert made.classes == 4
    assert class_counts(classify([2, 3, 100, None], made), made) == ([0, 2, 0, 1], 1)


def test_a_limit_belongs_to_the_class_it_ends() -> None:
    made = fixed([], [1, 5])
    assert classify([1, 1.0000001, 5, 5.1, -9], made) == [0, 1, 1, 2, 0]


def test_nothing_to_class() -> None:
    for method in (quantile, natural):
        made = method([None, None], 5)
        assert made == ClassBreaks(made.method, (), None, None)
        assert made.classes == 0
        assert classify([None], made) == [NO_DATA]


@pytest.mark.parametrize("limits", [[], [1, 1], [2, 1], [float("nan")], [1, float("inf")]])
def test_unordered_limits_are_refused(limits: list[float]) -> None:
    with pytest.raises(UnusableClasses, match="above the one before"):
        fixed([1, 2], limits)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(UnusableClasses, match="finite"):
        quantile([1, value], 3)
    with pytest.raises(UnusableClasses, match="finite"):
        classify([value], fixed([1], [1]))


@pytest.mark.parametrize("classes", [0, -1, MAX_CLASSES + 1])
def test_too_many_classes_are_refused(classes: int) -> None:
    with pytest.raises(UnusableClasses, match="1 to 7"):
        natural([1, 2], classes)
    with pytest.raises(UnusableClasses, match="1 to 7"):
        fixed([1], list(range(MAX_CLASSES)))


def test_zero_is_no_class_of_its_own_among_negative_numbers() -> None:
    with pytest.raises(UnusableClasses, match="negative"):
        quantile([-1, 0, 1], 3, zero_class=True)
    assert not fixed([-1, 3], [0, 2]).zero_class
    assert fixed([0, 3], [0, 2]).zero_class


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(UnusableClasses, match="equal") as refused:
        breaks([1], "equal")  # type: ignore[arg-type]
    assert "natural" in str(refused.value)
