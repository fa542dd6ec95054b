import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PathError
from geo.jurisdiction import Ladder, ancestors, below_bounds, climb, depth, ids_of, lies_in, parent_of, path_of

FOUR = Ladder(("district", "street", "community", "grid"))
ids = st.lists(st.integers(1, 10**12), min_size=1, max_size=6)


def test_ladder_climbs_from_any_level_to_the_root() -> None:
    assert FOUR.climb("grid") == ("grid", "community", "street", "district")
    assert FOUR.climb("district") == ("district",)
    assert (FOUR.root, FOUR.finest) == ("district", "grid")
    assert (FOUR.above("grid"), FOUR.above("district")) == ("community", None)
    assert (FOUR.below("district"), FOUR.below("grid")) == ("street", None)


def test_ladders_of_one_and_two_levels() -> None:
    assert Ladder(("city",)).climb("city") == ("city",)
    assert Ladder(("city", "ward")).above("ward") == "city"


@pytest.mark.parametrize("levels", [(), ("city", "city"), ("city", " ")])
def test_unfit_ladders_are_refused(levels: tuple[str, ...]) -> None:
    with pytest.raises(PathError, match="levels is"):
        Ladder(levels)


def test_unknown_level_names_the_known_ones() -> None:
    with pytest.raises(PathError, match=r"level is 'ward'.*district, street, community, grid"):
        FOUR.rank("ward")


def test_level_follows_from_the_path() -> None:
    assert FOUR.level_of("1.5.23.") == "community"
    with pytest.raises(PathError, match="5 steps, this district 4 levels"):
        FOUR.level_of("1.2.3.4.5.")


def test_path_text() -> None:
    assert path_of([1, 5, 23]) == "1.5.23."
    assert ancestors("1.5.23.") == ("1.", "1.5.")
    assert climb("1.5.23.") == ("1.5.23.", "1.5.", "1.")
    assert (parent_of("1.5."), parent_of("1.")) == ("1.", None)


@pytest.mark.parametrize("path", ["", "1", "1.5", ".1.", "1..2.", "0.", "01.", "1.a.", "1.5.\n"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError, match="path is"):
        ids_of(path)


@pytest.mark.parametrize("steps", [[], [0], [1, -2]])
def test_ids_are_positive(steps: list[int]) -> None:
    with pytest.raises(PathError, match="ids is"):
        path_of(steps)


@given(ids)
def test_paths_come_back(steps: list[int]) -> None:
    assert ids_of(path_of(steps)) == tuple(steps)
    assert depth(path_of(steps)) == len(steps)


@given(ids, ids)
def test_bounds_select_exactly_what_lies_below(area: list[int], other: list[int]) -> None:
    for path in (other, area + other, [*area[:-1], area[-1] * 10]):
        low, high = below_bounds(path_of(area))
        assert (low.encode() <= path_of(path).encode() < high.encode()) == (path[: len(area)] == area)
        assert lies_in(path_of(path), path_of(area)) == (path[: len(area)] == area)
