"""Who could take a report: everyone who answers, once, the best first, with reasons that fit the facts."""

from __future__ import annotations

from typing import Any

import pytest

from layers.reports.candidates import AGAINST, FOR, Past, ranked
from layers.reports.records import Considered

PATH = "1.2.3.4."
NOBODY_YET = Past()


def one(person: int, rank: str = "A", area: int = 4, **facts: Any) -> Considered:
    depth = {1: 0, 2: 1, 3: 2, 4: 3}[area]
    given: dict[str, Any] = {"on_duty": True, "absent": False, "open": 0, "cap": 10, "verdict": ""} | facts
    return Considered(person, f"W{person:04}", "grid_worker", area, depth, rank, **given)


def order(*answerers: Considered, past: Past = NOBODY_YET, **more: Any) -> list[int]:
    return [found.facts.person_id for found in ranked(answerers, PATH, past=past, turn=0, **more)]


def test_the_rules_own_choice_stands_first_and_the_free_before_the_others() -> None:
    people = (one(1, absent=True), one(2, "B", open=3), one(3, "B", open=1), one(4, "O", area=3), one(5, area=3))
    assert order(*people) == [3, 2, 5, 4, 1]


def test_nobody_is_left_out_and_nobody_stands_twice() -> None:
    people = (one(1), one(1, "B", area=3), one(2, on_duty=False), one(3, absent=True))
    assert sorted(order(*people)) == [1, 2, 3]
    assert order() == []


def test_each_obstacle_is_told_not_only_the_first() -> None:
    [found] = ranked([one(1, absent=True, on_duty=False, open=10)], PATH, past=NOBODY_YET, turn=0)
    assert found.speaks_against == ("absent", "off_duty", "at_cap")
    assert found.speaks_for == ("rank_A",)


def test_whoever_declined_or_has_it_is_not_chosen_again() -> None:
    past = Past(assignee=1, handlers=frozenset({1, 3}), declined=frozenset({2}))
    found = {each.facts.person_id: each for each in ranked([one(1), one(2), one(3, "B")], PATH, past=past, turn=0)}
    assert list(found) == [3, 1, 2]
    assert found[1].speaks_against == ("has_it",) and found[2].speaks_against == ("declined",)
    assert set(found[3].speaks_for) == {"rank_B", "rule_would_choose", "least_loaded", "knows_the_matter"}


def test_near_and_far_are_words_and_only_of_those_who_share() -> None:
    distances_m = {1: 999.0, 2: 1_001.0}
    near, far, unknown = ranked(
        [one(1), one(2, "B"), one(3, "O")], PATH, past=NOBODY_YET, turn=0, distances_m=distances_m
    )
    assert near.nearness == "near" and "near" in near.speaks_for
    assert far.nearness == "far" and "far" in far.speaks_against
    assert unknown.nearness is None and not {"near", "far"} & {*unknown.speaks_for, *unknown.speaks_against}


@pytest.mark.parametrize(("open_", "told"), [(7, False), (8, True), (10, False)])
def test_a_cap_that_is_nearly_reached_is_told(open_: int, told: bool) -> None:
    [found] = ranked([one(1, open=open_)], PATH, past=NOBODY_YET, turn=0)
    assert ("much_in_hand" in found.speaks_against) == told


def test_every_reason_has_its_place_in_the_list() -> None:
    people = [one(n, rank, open=n, absent=n == 2) for n, rank in enumerate("ABOD")]
    for found in ranked(people, PATH, past=Past(3), turn=0, distances_m={0: 1.0, 1: 9e9}):
        assert set(found.speaks_for) <= set(FOR)
        assert set(found.speaks_against) <= set(AGAINST)
