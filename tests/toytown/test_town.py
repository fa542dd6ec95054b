"""The town is what its docstring says."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.grid_codes import parse
from layers.areas.queries import areas, edition_in_force, populations
from layers.districts.queries import district as district_of
from tests.toytown import people, polygons

pytestmark = pytest.mark.anyio


def test_has_three_streets_nine_communities_and_63_grids_in_one_clean_coverage() -> None:
    levels = [polygons.streets(), polygons.communities(), polygons.grids()]
    assert [len(level.codes) for level in levels] == [3, 9, 63]
    assert all(shapely.coverage_is_valid(level.polygons, gap_width=2e-6) for level in levels)
    assert [parse(code).community_code for code in levels[2].codes] == levels[2].parents


def test_has_forty_people_and_everyone_answers_for_something() -> None:
    assert len({row["number"] for row in people.roster()}) == 40


async def test_is_loaded_through_import_and_publishing(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    edition = await edition_in_force(toytown, district)
    held = await areas(toytown, edition.id)
    assert [sum(area.depth == depth for area in held) for depth in range(4)] == [1, 3, 9, 63]
    root = next(area for area in held if area.depth == 0)
    counted = (await populations(toytown, edition.id))[root.id]
    assert (counted.buildings, counted.households, counted.residents) == (189, 189 * 20, 189 * 55)
    counts = "select count(*), count(area_id) from {}"
    for table, rows in (("buildings", 189), ("service_points", 12)):
        assert (await toytown.execute(text(counts.format(table)))).one() == (rows, rows)
    assert await toytown.scalar(text("select count(distinct person_id) from duties")) == 40
