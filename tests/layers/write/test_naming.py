"""Names of fields: each once, and short enough for a Shapefile."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from layers.write.attributes import attribute_columns, attribute_kinds, sorts_of
from layers.write.naming import SHORT_BYTES, own_field, renamed, unique, with_attributes
from layers.write.streams import Field, FieldKind

OWN = (own_field("code"), own_field("name"))
LONG = "number_of_floors"


def test_attributes_keep_their_names_and_ours_give_way() -> None:
    fields = with_attributes(OWN, {"CODE": FieldKind.TEXT, "colour": FieldKind.TEXT})
    assert [field.name for field in fields] == ["own_code", "name", "CODE", "colour"]
    assert renamed(fields, is_short=False) == ["code → own_code"]


def test_long_names_are_cut_for_a_shapefile_and_stay_different() -> None:
    fields = with_attributes(OWN, {LONG: FieldKind.WHOLE, LONG + "_2": FieldKind.WHOLE, "楼栋数量统计": FieldKind.TEXT})
    assert [field.short for field in fields] == ["code", "name", "number_of_", "number_o_2", "楼栋数"]
    assert renamed(fields, is_short=True) == [
        "number_of_floors → number_of_",
        "number_of_floors_2 → number_o_2",
        "楼栋数量统计 → 楼栋数",
    ]


@given(st.lists(st.text(min_size=1), max_size=30))
def test_names_are_unique_in_every_case_and_as_short_as_asked(names: list[str]) -> None:
    short = unique(names, longest=SHORT_BYTES)
    assert len(short) == len(names)
    assert len({name.casefold() for name in short}) == len(names)
    assert all(len(name.encode()) <= SHORT_BYTES for name in short)


def test_what_attributes_hold_decides_their_kind() -> None:
    facts: list[dict[str, Any]] = [
        {"a": 1, "b": 1, "c": True, "d": "x", "e": 1, "f": [1], "g": 2**70},
        {"a": 2, "b": 0.5, "c": None, "e": "x"},
        {},
    ]
    kinds = attribute_kinds(sorts_of(facts))
    assert {key: kind.value for key, kind in kinds.items()} == {
        "a": "whole",
        "b": "number",
        "c": "flag",
        "d": "text",
        "e": "text",
        "f": "text",
        "g": "text",
    }
    fields = [Field(key, kinds[key], key, key) for key in "aefg"]
    assert attribute_columns(fields, facts) == [
        [1, 2, None],
        ["1", "x", None],
        ["[1]", None, None],
        ["1180591620717411303424", None, None],
    ]
