"""Drawings of lines: whole numbers on the grid, gaps where nothing is known, nothing told by colour alone."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.charts import ALL_SAID, LARGE, MOST_NAMES, MOST_RUNGS, SMALL, every_nth, line, rungs, rungs_to, shape, spots
from maps.pages import STATIC
from maps.palettes import PALETTES


@given(st.floats(0, 1e7))
def test_rungs_are_whole_numbers_up_to_the_largest(most: float) -> None:
    found = rungs_to(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert 2 <= len(found) <= MOST_RUNGS + 1
    assert len({after - before for before, after in pairwise(found)}) == 1


@pytest.mark.parametrize(
    ("most", "found"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 5, 10]), (230, [0, 100, 200, 300])]
)
def test_rungs_are_round(most: float, found: list[int]) -> None:
    assert rungs_to(most) == found
    assert [one.text for one in rungs(LARGE, rungs_to(12_000))] == ["0", "5,000", "10,000", "15,000"]


@given(st.integers(1, 400))
def test_names_of_steps_leave_room(count: int) -> None:
    assert 1 <= len(every_nth(count, (1, 2, 7, 14))) <= MOST_NAMES


def test_a_line_has_gaps_and_stays_inside() -> None:
    found = line(LARGE, [1, 2, None, 4, None, 0], 4)
    assert re.findall("[ML]", found.path) == ["M", "L", "M", "M"]
    numbers = [float(one) for one in re.findall(r"[\d.]+", found.path)]
    assert all(LARGE.left <= x <= LARGE.width - LARGE.right for x in numbers[::2])
    assert all(LARGE.top <= y <= LARGE.floor for y in numbers[1::2])


def test_a_lone_value_is_seen_and_a_step_cut_short_is_hollow() -> None:
    small = line(SMALL, [1, 1, None, 3, None, 2, 2], 4, short=frozenset({6}))
    assert [one.hollow for one in small.marks] == [False, True]
    assert line(LARGE, [None, None], 1).path == ""


def test_many_values_have_few_marks() -> None:
    assert len(line(LARGE, [1.0] * 14, 1).marks) == 14
    assert len(line(LARGE, [1.0] * 300, 1).marks) == 12


def test_lines_differ_by_more_than_colour() -> None:
    assert len({shape(style, 0, 0, 3) for style in (1, 2, 3)}) == 3
    sheet = (STATIC / "css" / "charts.css").read_text(encoding="utf-8")
    dashes = [re.search(rf"\.line-{style} {{[^}}]*?(dasharray: [^;]+)?;? }}", sheet) for style in (1, 2, 3)]
    assert len({one and one[1] for one in dashes}) == 3


def test_colours_are_those_of_the_palettes() -> None:
    sheet = (STATIC / "css" / "charts.css").read_text(encoding="utf-8")
    lines = re.findall(r"--line-\d: (#\w+)", sheet)
    assert len(lines) == 6
    assert set(lines) <= {colour for palette in PALETTES.values() for row in palette for colour in row}


def test_strips_too_narrow_to_point_at_are_left_out() -> None:
    assert len(spots(LARGE, ["a"] * ALL_SAID)) == ALL_SAID
    assert spots(LARGE, ["a"] * (ALL_SAID + 1)) == ()
