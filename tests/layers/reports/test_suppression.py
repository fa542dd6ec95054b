"""Suppression: whoever knows the rule and everything that is shown cannot tell a count that is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.reports.suppression import LEAST, suppressed

FAMILY = {"1.": 37, "1.2.": 20, "1.3.": 14, "1.4.": 3}


def shown(counts: Mapping[str, int]) -> dict[str, int | None]:
    left_out = suppressed(counts)
    return {path: None if path in left_out else count for path, count in counts.items()}


def summed(leaves: Mapping[str, int]) -> dict[str, int]:
    """Counts of the leaves, and of everything above them."""
    counts: dict[str, int] = defaultdict(int)
    for path, count in leaves.items():
        steps = path.rstrip(".").split(".")
        for length in range(1, len(steps) + 1):
            counts[".".join(steps[:length]) + "."] += count
    return dict(counts)


def test_the_picture() -> None:
    assert shown(FAMILY) == {"1.": 37, "1.2.": 20, "1.3.": None, "1.4.": None}


@pytest.mark.parametrize(
    ("counts", "left_out"),
    [
        ({"1.": 25, "1.2.": 20, "1.3.": 5}, set()),
        ({"1.": 4, "1.2.": 4}, {"1.", "1.2."}),
        ({"1.": 9, "1.2.": 9, "1.3.": 0}, {"1.2.", "1.3."}),
        ({"1.": 8, "1.2.": 4, "1.3.": 4}, {"1.", "1.2.", "1.3."}),
        ({"1.": 7, "1.2.": 4, "1.3.": 3}, {"1.2.", "1.3."}),
        ({"1.": 30, "1.2.": 10, "1.3.": 10, "1.4.": 10, "1.2.7.": 6, "1.2.8.": 4}, {"1.2.7.", "1.2.8."}),
        ({"1.": 33, "1.2.": 30, "1.3.": 3, "1.2.7.": 10, "1.2.8.": 20}, {"1.2.", "1.3.", "1.2.7.", "1.2.8."}),
        ({}, set()),
    ],
)
def test_what_is_left_out(counts: dict[str, int], left_out: set[str]) -> None:
    assert suppressed(counts) == left_out


def ambiguous(paths: list[str], largest: int) -> tuple[int, list[dict[str, int | None]]]:
    """How many different answers there are, and those in which something left out can be told."""
    possible: dict[tuple[int | None, ...], dict[str, set[int]]] = {}
    for numbers in product(range(largest + 1), repeat=len(paths)):
        counts = summed(dict(zip(paths, numbers, strict=True)))
        answer = shown(counts)
        values = possible.setdefault(tuple(answer[path] for path in sorted(answer)), defaultdict(set))
        for path in answer:
            if answer[path] is None:
                values[path].add(counts[path])
    told = [dict.fromkeys(values) for values in possible.values() if any(len(one) < 2 for one in values.values())]
    return len(possible), told


@pytest.mark.parametrize("children", [2, 3, 4])
def test_no_count_of_one_family_can_be_told(children: int) -> None:
    answers, told = ambiguous([f"1.{child}." for child in range(2, 2 + children)], 12 if children < 4 else 8)
    assert answers > 50
    assert told == []


def test_no_count_of_two_generations_can_be_told() -> None:
    answers, told = ambiguous(["1.2.5.", "1.2.6.", "1.3.7.", "1.3.8."], 8)
    assert answers > 50
    assert told == []


@given(st.dictionaries(st.tuples(st.integers(2, 6), st.integers(10, 15)), st.integers(0, 12), max_size=25))
def test_nothing_under_five_and_nothing_below_what_is_left_out_is_shown(leaves: dict[tuple[int, int], int]) -> None:
    counts = summed({f"1.{street}.{community}.": count for (street, community), count in leaves.items()})
    left_out = suppressed(counts)
    for path, count in counts.items():
        if count < LEAST or any(path != above and path.startswith(above) for above in left_out):
            assert path in left_out
    for parent in counts.keys() - left_out:
        below = [one for one in counts if one.startswith(parent) and one.count(".") == parent.count(".") + 1]
        hidden = [one for one in below if one in left_out]
        assert len(hidden) != 1 or len(below) == 1
