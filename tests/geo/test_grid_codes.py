import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CodeError
from geo.grid_codes import code_of, next_code, number_west_to_east, parse

COMMUNITY = "210213001002"


def test_parts_of_a_code() -> None:
    code = parse("210213001002007")
    assert code == ("210213", "001", "002", "007")
    assert (code.street_code, code.community_code, str(code)) == ("210213001", COMMUNITY, "210213001002007")
    assert not code.spans_merged_communities
    assert parse("210213001601001").spans_merged_communities


def test_full_width_digits_and_blanks_are_read() -> None:
    assert str(parse(" ２１０２１３００１００２００７ ")) == "210213001002007"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("21021300100200", "14 digits instead of 15"),
        ("2102130010020077", "16 digits instead of 15"),
        ("21021300100200A", "digits only"),
        ("²10213001002007", "digits only"),
        ("210213001002000", "001 to 999"),
    ],
)
def test_unfit_codes_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(CodeError, match=says):
        parse(text)


def test_next_code_follows_the_highest_ever_given_in_this_community() -> None:
    assert next_code(COMMUNITY, []) == COMMUNITY + "001"
    used = [COMMUNITY + "001", COMMUNITY + "005", "210213001003009"]
    assert next_code(COMMUNITY, used) == COMMUNITY + "006"


def test_a_full_community_gives_no_code() -> None:
    with pytest.raises(CodeError, match="sequence is 1000"):
        next_code(COMMUNITY, [COMMUNITY + "999"])
    with pytest.raises(CodeError, match="community code is '2102'"):
        code_of("2102", 1)


def test_numbering_reads_like_a_page() -> None:
    lon = np.array([1.0, 2.0, 3.0, 1.0, 2.0, 1.0, 2.0, 3.0, 3.0])
    lat = np.array([3.0, 3.0, 3.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0])
    assert number_west_to_east(lon, lat).tolist() == [1, 2, 3, 4, 5, 7, 8, 9, 6]
    assert number_west_to_east(lon, lat, bands=1).tolist() == [1, 4, 7, 2, 5, 3, 6, 9, 8]


def test_numbering_of_few_and_none() -> None:
    assert number_west_to_east(np.array([]), np.array([])).tolist() == []
    assert number_west_to_east(np.array([2.0, 1.0]), np.array([5.0, 5.0])).tolist() == [2, 1]
    with pytest.raises(CodeError, match="not finite"):
        number_west_to_east(np.array([np.nan]), np.array([1.0]))


@given(st.lists(st.tuples(st.floats(100, 130), st.floats(20, 50)), min_size=1, max_size=40, unique=True), st.randoms())
def test_numbers_are_complete_and_do_not_depend_on_the_order_given(
    points: list[tuple[float, float]], random: object
) -> None:
    lon, lat = np.array(points).T
    numbers = number_west_to_east(lon, lat)
    assert sorted(numbers.tolist()) == list(range(1, len(points) + 1))
    turned = number_west_to_east(lon[::-1].copy(), lat[::-1].copy())
    assert turned[::-1].tolist() == numbers.tolist()
