"""Rows of kinds: classes that are carried down, what cannot stand as a tree, what a table leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.districts.records import District, Level
from layers.read.codes import EatenZeros
from layers.read.leaving import MostGone, Rest, leaving
from layers.reports.kinds_cells import Reference
from layers.reports.kinds_codes import class_code, full_code, range_hinted, range_named, require_digits
from layers.reports.kinds_rows import KindsRead, read_kinds
from layers.reports.kinds_stating import StatedKind, tree_faults
from layers.reports.kinds_storing import StoredKinds, left_out

LEVELS = tuple(Level(depth, key, key, key) for depth, key in enumerate(("district", "street", "grid")))
TOWN = District(1, "990101000000", "镇", "Town", "Asia/Shanghai", None, LEVELS)


def kind(code: str, parent: str | None = None, *, group: bool = False) -> StatedKind:
    return StatedKind(code, code, code, 2, parent_code=parent, is_group=group)


def read(rows: list[dict[str, str]], **more: object) -> KindsRead:
    columns = {name: name for name in rows[0]}
    reference = Reference(TOWN, {"urban": "urban"}, {}, columns)
    return read_kinds(enumerate(rows, 1), replace(reference, **more), frozenset())  # type: ignore[arg-type]


def test_a_class_is_carried_down_as_far_as_the_codes_are_of_it() -> None:
    rows = [("甲", "C01001"), ("", "C01002"), ("", "C02001"), ("乙", "C03001"), ("", "C03002")]
    made = read([{"class": name, "code": code, "name": code} for name, code in rows])
    parents = {code: one.parent_code for code, one in made.stated.items() if not one.is_group}
    assert parents == {"C01001": "C01", "C01002": "C01", "C02001": None, "C03001": "C03", "C03002": "C03"}
    assert made.carried == [2, 5]
    assert {one.code: one.name for one in made.stated.values() if one.is_group} == {"C01": "甲", "C03": "乙"}


def test_a_class_is_written_alike_in_all_its_rows() -> None:
    rows = [{"class": name, "code": f"C0100{n}", "name": "x"} for n, name in enumerate(("甲", "甲", "乙"))]
    [refused] = read(rows).refused
    assert (refused.number, "is called '甲' in a row above" in refused.reason) == (3, True)


def test_a_class_without_a_code_is_found_among_the_stored_or_refused() -> None:
    rows = [{"class": "纠纷", "code": "L01", "name": "邻里纠纷"}]
    assert "nothing says its code" in read(rows).refused[0].reason
    stored = {"LA": replace(kind("LA", group=True), name="纠纷")}
    assert read(rows, stored=stored).stated["L01"].parent_code == "LA"


def test_a_kind_in_several_rows_is_refused_in_all_of_them() -> None:
    made = read([{"code": code, "name": "x"} for code in ("C1", "C2", "C1")])
    assert [(one.number, "stands in rows 1, 3" in one.reason) for one in made.refused] == [(1, True), (3, True)]
    assert (list(made.stated), made.spoilt) == (["C2"], {"C1"})


def test_what_a_table_has_no_column_for_stays() -> None:
    stored = replace(kind("C1"), urgent=True, limits={"handle": "1 days", "verify": "2 days"}, unit_code="urban")
    made = read([{"code": "C1", "name": "新", "limit_verify": "3自然日"}], stored={"C1": stored})
    assert made.stated["C1"] == replace(stored, name="新", limits={"handle": "1 days", "verify": "3 days"})


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": ""}, "code is ''"),
        ({"name": ""}, "name is ''"),
        ({"level": "parish"}, "level is 'parish'"),
        ({"unit": "nobody"}, "unit is 'nobody'"),
        ({"limit_handle": "5个"}, "limit_handle is '5个'"),
        ({"urgent": "也许"}, "urgent is '也许'"),
        ({"extra_fields": "{"}, "extra_fields is '{'"),
        ({"extra_fields": "[1]"}, "extra_fields is '[1]'"),
        ({"extra_fields": '{"a": {"type": "colour"}}'}, "needs a type"),
        ({"parent": "CX"}, "no group 'CX'"),
        ({"code": "01001"}, "range is ''"),
        ({"code": "01001", "range": "别的"}, "range is '别的'"),
        ({"code": "general", "class": "甲"}, "class is '甲'"),
    ],
)
def test_a_row_that_cannot_be_used_says_its_column_and_value(cells: dict[str, str], reason: str) -> None:
    [refused] = read([{"code": "C1", "name": "x"} | cells]).refused
    assert reason in refused.reason


CODES = st.sampled_from([f"C{n}" for n in range(8)])


@given(
    st.dictionaries(CODES, st.tuples(st.none() | CODES, st.booleans()), max_size=8), st.frozensets(CODES, max_size=2)
)
def test_what_has_no_fault_is_a_tree(links: dict[str, tuple[str | None, bool]], stored: frozenset[str]) -> None:
    stated = {code: kind(code, parent, group=group) for code, (parent, group) in links.items()}
    faults = tree_faults(stated, stored)
    sound = {code: one for code, one in stated.items() if code not in faults}
    for one in sound.values():
        seen, above = {one.code}, one.parent_code
        while above in sound:
            assert above not in seen
            assert sound[above].is_group
            seen.add(above)
            above = sound[above].parent_code
        assert above is None or (above in stored and above not in stated)
    assert tree_faults(sound, stored) == {}


def test_a_table_leaves_out_only_of_its_ranges_and_no_group_that_is_needed() -> None:
    stored = [
        *(kind("CA", group=True), kind("CB", "CA", group=True), kind("CD", group=True)),
        *(kind("C1", "CB"), kind("C2", "CB"), kind("C3", "CD"), kind("M1"), kind("general")),
    ]
    known = StoredKinds({one.code: one for one in stored}, frozenset(one.code for one in stored))
    assert left_out(known, {"C1": kind("C1", "CB")}, spared=()) == ("C2", "C3", "CD")
    assert left_out(known, {"C1": kind("C1")}, spared={"C2"}) == ("C3", "CD")
    assert left_out(known, {"M2": kind("M2")}, spared=()) == ("M1",)


def test_what_is_left_out_goes_unless_it_is_most_of_it() -> None:
    assert leaving(["a"], 2, None) == ("a",)
    assert leaving(["a", "b"], 2, Rest.KEEP) == ()
    assert leaving(["a", "b"], 2, Rest.INACTIVE) == ("a", "b")
    with pytest.raises(MostGone, match="leaves out 2 of 3"):
        leaving(["a", "b"], 3, None)


def test_codes_in_full() -> None:
    assert full_code("1001", "C", 5) == "C01001"
    assert full_code("C01", "M", 5) == "C01"
    assert class_code("C01001", "") == "C01"
    assert class_code("C01001", "3") == "C03"
    assert class_code("C01001", "CA") == "CA"
    assert class_code("L01", "") is None
    assert (range_named(" m "), range_named("城市部件"), range_named("x")) == ("M", "C", None)
    assert (range_hinted(["Sheet1", "部件名称"]), range_hinted(["部件", "事项"]), range_hinted(["名称"])) == (
        "C",
        None,
        None,
    )
    with pytest.raises(EatenZeros, match="1001 should have 5 digits, as 01001; 1 codes"):
        require_digits(["01001", "1001", "C1"], None)
    require_digits(["1001"], 4)
