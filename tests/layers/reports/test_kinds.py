"""The tree of kinds: what may be filed under, what a declaration is refused for."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.queries import district as district_of
from layers.reports.kinds import KindIsGroup, UnknownKind, declare_kinds, kind_tree, kinds, known_kind
from layers.reports.kinds_stating import BadKind
from layers.roster.units_importing import import_units

pytestmark = pytest.mark.anyio

TREE: list[dict[str, Any]] = [
    {"code": "CA", "name": "公用设施", "group": True},
    {"code": "CAA", "name": "井盖", "group": True, "parent": "CA"},
    {
        "code": "C90",
        "name": "污水井盖",
        "level": "street",
        "parent": "CAA",
        "unit": "urban",
        "limits": {"handle": "2 urgent_hours"},
        "filing_standard": "井盖缺失。",
        "closing_standard": "井盖恢复。",
        "straight": True,
        "checked": True,
        "photos": True,
    },
]


async def declare(connection: AsyncConnection, *given: dict[str, Any]) -> int:
    district = await district_of(connection, None)
    await import_units(connection, district=district, rows=[(1, {"code": "urban", "name": "城市管理局"})])
    return await declare_kinds(connection, district, given)


async def test_groups_are_in_the_tree_and_not_filed_under(toytown: AsyncConnection) -> None:
    assert await declare(toytown, *TREE) == 3
    district = await district_of(toytown, None)
    known = await kinds(toytown, district)
    assert sorted(known) == ["C01", "C90", "L01", "L02", "M01"]
    assert [one.code for one in await kind_tree(toytown, district)] == sorted([*known, "CA", "CAA"])
    for group in ("CA", "CAA"):
        with pytest.raises(KindIsGroup, match=f"{group} is a group of kinds.*C90"):
            known_kind(known, group)
    with pytest.raises(UnknownKind):
        known_kind(known, "CB")


async def test_a_kind_says_all_that_was_declared_of_it(toytown: AsyncConnection) -> None:
    await declare(toytown, *TREE)
    one = (await kinds(toytown, await district_of(toytown, None)))["C90"]
    assert (one.parent_code, one.groups, one.unit_code) == ("CAA", ("CA", "CAA"), "urban")
    assert one.unit_id == await toytown.scalar(text("select id from units where code = 'urban'"))
    assert (one.filing_standard, one.closing_standard) == ("井盖缺失。", "井盖恢复。")
    assert dict(one.limits) == {"handle": "2 urgent_hours"}
    assert (one.straight, one.checked, one.photos, one.is_group) == (True, True, True, False)


async def test_a_unit_that_is_no_longer_in_use_comes_to_nothing(toytown: AsyncConnection) -> None:
    await declare(toytown, *TREE)
    await toytown.execute(text("update units set active = false"))
    one = (await kinds(toytown, await district_of(toytown, None)))["C90"]
    assert (one.unit_id, one.unit_code) == (None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "nobody"}, "kinds.C91.unit"),
        ({"parent": "CZ"}, "kinds.C91.parent"),
        ({"parent": "C90"}, "kinds.C91.parent"),
        ({"parent": "C91"}, "kinds.C91.parent"),
        ({"limits": {"sleep": "1 days"}}, "kinds.C91.limits.sleep"),
        ({"extra_fields": {"floor": {"type": "colour"}}}, "kinds.C91.extra_fields.floor"),
        ({"code": "C90"}, "kinds.code"),
    ],
)
async def test_a_kind_that_cannot_stand_is_refused_by_its_field(
    toytown: AsyncConnection, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadKind) as refused:
        await declare(toytown, *TREE, {"code": "C91", "name": "雨水井盖"} | change)
    assert refused.value.field == field
