"""Which area came from which, on squares."""

from __future__ import annotations

import numpy as np
import shapely

from geo.crs import plane_for
from geo.positions import Bounds
from layers.areas.drafts import LevelDraft, sorted_level
from layers.areas.publishing_lineage import lineage

WEST, MIDDLE, EAST = 117.0, 117.002, 117.004
PLANE = plane_for(Bounds(WEST, 36.0, EAST, 36.001))


def strip(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 36.0, east, 36.001)


def level(**strips: tuple[float, float]) -> LevelDraft:
    codes = tuple(strips)
    shapes = np.array([strip(*ends) for ends in strips.values()], dtype=object)
    return sorted_level(LevelDraft(codes, codes, ("p",) * len(codes), shapes, ({},) * len(codes)))


def links(before: LevelDraft, after: LevelDraft) -> list[tuple[str, str, str, float]]:
    found = lineage(before, after, depth=1, plane=PLANE)
    return [(one.from_code, one.to_code, one.relation, round(one.share, 3)) for one in found]


def test_nothing_changed_leaves_no_link() -> None:
    both = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    assert links(both, both) == []


def test_one_new_area_in_the_place_of_one_old_one_replaces_it() -> None:
    assert links(level(a=(WEST, EAST)), level(b=(WEST, EAST))) == [("a", "b", "replaced", 1.0)]


def test_a_split_names_both_halves_with_their_shares() -> None:
    halves = level(b=(WEST, 117.001), c=(117.001, EAST))
    assert links(level(a=(WEST, EAST)), halves) == [("a", "b", "split", 0.25), ("a", "c", "split", 0.75)]


def test_a_part_cut_off_from_an_area_that_lives_on_is_a_split() -> None:
    halves = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    assert links(level(a=(WEST, EAST)), halves) == [("a", "b", "split", 0.5)]


def test_two_areas_become_a_new_one_by_merging() -> None:
    halves = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    assert links(halves, level(c=(WEST, EAST))) == [("a", "c", "merge", 1.0), ("b", "c", "merge", 1.0)]


def test_an_area_taken_in_by_one_that_lives_on_is_merged() -> None:
    halves = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    assert links(halves, level(a=(WEST, EAST))) == [("b", "a", "merge", 1.0)]


def test_a_border_moved_between_two_areas_is_a_transfer_of_a_share() -> None:
    halves = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    moved = level(a=(WEST, 117.003), b=(117.003, EAST))
    assert links(halves, moved) == [("b", "a", "transfer", 0.5)]


def test_a_border_drawn_anew_within_a_thousandth_is_no_transfer() -> None:
    halves = level(a=(WEST, MIDDLE), b=(MIDDLE, EAST))
    assert links(halves, level(a=(WEST, MIDDLE + 1e-6), b=(MIDDLE + 1e-6, EAST))) == []
