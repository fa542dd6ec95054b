"""Grids that come without codes are numbered by community, west to east and north to south, and never anew."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.drafts import LevelDraft
from layers.areas.importing_numbering import CannotNumber, communities_by_overlap, numbered_codes
from layers.districts.records import Level
from layers.read.features import FeatureTable, read_features
from tests.conftest import CHECKOUT
from tests.layers.areas.towns import prepare
from tests.toytown import polygons
from tests.toytown.loading import level_table

pytestmark = pytest.mark.anyio

DEMO = CHECKOUT / "data" / "shapefiles"
GRID = Level(3, "grid", "网格", "Grid")


def row_of_boxes(count: int, *, south: float = 39.0) -> np.ndarray:
    west = 121 + 0.01 * np.arange(count)
    return np.asarray(shapely.box(west, south, west + 0.01, south + 0.01), dtype=object)


def known(codes: list[str], shapes: np.ndarray) -> LevelDraft:
    return LevelDraft(tuple(codes), tuple(codes), ("210213001001",) * len(codes), shapes, ({},) * len(codes))


def without_codes() -> FeatureTable:
    """The town's grids as drawn, under names alone."""
    table = level_table(polygons.grids())
    return FeatureTable(table.source, {"name": table.fields["name"]}, table.geometry, table.declared_crs)


def test_the_demo_districts_own_codes_come_out_again() -> None:
    grids, communities = read_features(DEMO / "grids.shp"), read_features(DEMO / "communities.shp")
    codes = [str(code) for code in communities.fields["code"]]
    above = LevelDraft(tuple(codes), tuple(codes), ("",) * len(codes), communities.geometry, ({},) * len(codes))
    parents = communities_by_overlap(grids.geometry, above, level=GRID)
    made = numbered_codes(grids.geometry, parents, known=None, ever_given=())
    assert made == [str(code) for code in grids.fields["code"]]


def test_known_grids_keep_their_codes_and_new_ones_go_on_after_all_that_were_given() -> None:
    shapes = row_of_boxes(3)
    community = ["210213001001"] * 3
    before = known(["210213001001007"], shapes[1:2])
    made = numbered_codes(shapes, community, known=before, ever_given=["210213001001007", "210213001001009", "x"])
    assert made == ["210213001001010", "210213001001007", "210213001001011"]


def test_a_grid_that_came_to_another_community_is_numbered_anew() -> None:
    shapes = row_of_boxes(1)
    before = known(["210213001001007"], shapes)
    assert numbered_codes(shapes, ["210213001002"], known=before, ever_given=["210213001001007"]) == ["210213001002001"]


def test_what_cannot_be_numbered_is_refused_with_a_remedy() -> None:
    with pytest.raises(CannotNumber, match=r"'77'.*2 digits instead of 12"):
        numbered_codes(row_of_boxes(1), ["77"], known=None, ever_given=())
    with pytest.raises(CannotNumber, match="sequence is 1000"):
        numbered_codes(row_of_boxes(1), ["210213001001"], known=None, ever_given=["210213001001999"])
    with pytest.raises(CannotNumber, match="Row 2 lies in no area"):
        communities_by_overlap(row_of_boxes(2), known(["210213001001"], row_of_boxes(1)), level=GRID)
    with pytest.raises(CannotNumber, match="not imported yet"):
        communities_by_overlap(row_of_boxes(2), None, level=GRID)


async def test_a_file_without_codes_is_numbered_and_changes_nothing_again(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, without_codes(), number=True)
    assert not prepared.errors
    assert prepared.changes_nothing


async def test_rows_that_repeat_another_share_its_code(toytown: AsyncConnection) -> None:
    table = without_codes()
    rows = [*range(63), 5]
    doubled = FeatureTable(table.source, {"name": table.fields["name"][rows]}, table.geometry[rows], table.declared_crs)
    prepared = await prepare(toytown, doubled, number=True)
    assert {one.kind for one in prepared.errors} >= {"doubled_row"}
    assert (await prepare(toytown, doubled, number=True, repair=True)).changes_nothing
