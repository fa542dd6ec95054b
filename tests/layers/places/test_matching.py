"""Addresses as people write them: what is taken, and what is left to a person to decide."""

import pytest

from geo.positions import LonLat
from layers.places.matching import AddressMatch, decide, normalised, same_numbers


def match(text: str, score: float, area: int | None = 1, what: str = "building") -> AddressMatch:
    return AddressMatch(what, text, text, score, LonLat(121.7, 39.1), area)


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("和平路１２号　3号楼", "和平路12号 3号楼"),
        ("和平路十二号三号楼", "和平路12号3号楼"),
        ("二十号", "20号"),
        ("十号", "10号"),
        ("五一路8号", "五一路8号"),
        ("三里桥村", "三里桥村"),
        ("  12  Main St ", "12 main st"),
    ],
)
def test_full_width_and_chinese_numbers_are_folded(given: str, folded: str) -> None:
    assert normalised(given) == folded


@pytest.mark.parametrize(
    ("asked", "held", "same"),
    [
        ("和平路12号", "和平路12号3号楼", True),
        ("和平路12号3号楼2单元", "和平路12号3号楼", True),
        ("和平路12号", "和平路112号", False),
        ("和平路12号4号楼", "和平路12号3号楼", False),
        ("和平路", "和平路12号", True),
    ],
)
def test_numbers_must_agree_as_far_as_both_go(asked: str, held: str, same: bool) -> None:
    assert same_numbers(asked, held) is same


def test_the_right_door_wins_over_a_text_more_alike() -> None:
    decision = decide("和平路12号", [match("和平路13号", 0.9, area=2), match("和平路12号1号楼", 0.7)], threshold=0.45)
    assert decision.taken is not None
    assert decision.taken.text == "和平路12号1号楼"
    assert [one.score for one in decision.best] == [0.7, 0.45]


def test_two_buildings_in_one_cell_are_no_doubt() -> None:
    found = [match("和平路12号1号楼", 0.72), match("和平路12号2号楼", 0.70)]
    assert decide("和平路12号", found, threshold=0.45).taken == found[0]


def test_two_cells_as_likely_are_ambiguous_and_nothing_is_guessed() -> None:
    found = [match("和平路12号1号楼", 0.72), match("和平路12号2号楼", 0.70, area=2)]
    decision = decide("和平路12号", found, threshold=0.45)
    assert (decision.taken, decision.flag) == (None, "address_ambiguous")
    assert decision.best == tuple(found)


def test_an_exact_text_is_taken_beside_a_close_neighbour_but_not_when_it_stands_twice() -> None:
    exact, close = match("和平路12号", 1.0), match("和平路12号1号楼", 0.95, area=2)
    assert decide("和平路12号", [close, exact], threshold=0.45).taken == exact
    twice = match("和平路12号", 1.0, area=3)
    assert decide("和平路12号", [exact, twice], threshold=0.45).flag == "address_ambiguous"


def test_below_the_threshold_it_stays_unlocated_with_its_best_candidates() -> None:
    decision = decide("解放路", [match("解放街1号", 0.3)], threshold=0.45)
    assert (decision.taken, decision.flag) == (None, "address_unmatched")
    assert len(decision.best) == 1
    assert decide("解放路", [], threshold=0.45).best == ()
