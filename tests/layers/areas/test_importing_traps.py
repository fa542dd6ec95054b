"""What a later file of the same district may do to codes and positions, and what a person is told to type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.datum import from_storage
from geo.positions import Datum, Geometries
from layers.areas.defects import DefectsFound
from layers.areas.importing import Preparation, store_level
from layers.areas.importing_positions import ShiftedLayer
from layers.read.codes import EatenZeros
from layers.read.features import FeatureTable
from tests.layers.areas.towns import LATER, grids_with, merged_first_two, prepare, put_in_force, store
from tests.toytown import polygons
from tests.toytown.loading import ACTOR, level_table

pytestmark = pytest.mark.anyio

GRIDS = polygons.grids()
FIRST, SECOND = GRIDS.codes[:2]


def shifted(shapes: Geometries, datum: Datum) -> Geometries:
    moved = shapely.transform(shapes, lambda x, y: from_storage(x, y, datum), interleaved=False)
    return np.asarray(moved, dtype=object)


def kinds(prepared: Preparation, severity: str = "error") -> set[str]:
    return {one.kind for one in prepared.findings if one.severity == severity}


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
async def test_a_shifted_layer_is_refused_with_its_datum_and_comes_right_when_it_is_named(
    toytown: AsyncConnection, datum: Datum
) -> None:
    table = grids_with(shifted(polygons.grids().polygons, datum))
    with pytest.raises(ShiftedLayer, match=rf"lies [\d,]+ m .*Add --datum {datum}; or --datum wgs84"):
        await prepare(toytown, table)
    named = await prepare(toytown, table, datum=datum)
    assert named.difference.is_empty
    assert len(named.difference.unchanged) == 63


async def test_a_datum_that_is_named_is_believed(toytown: AsyncConnection) -> None:
    table = grids_with(shifted(polygons.grids().polygons, Datum.GCJ02))
    prepared = await prepare(toytown, table, datum=Datum.WGS84)
    assert len(prepared.difference.moved) == 63


async def test_zeros_that_a_spreadsheet_ate_are_proposed_and_restored(toytown: AsyncConnection) -> None:
    await put_codes(toytown, [f"0{place:05d}" for place in range(63)])
    eaten = grids_with(
        polygons.grids().polygons, code=[str(place) if place > 10_000 else f"{place:05d}" for place in range(63)]
    )
    with pytest.raises(EatenZeros, match=r"row 1: 00000 should have 6 digits, as 000000; 63 codes.*--code-digits 6"):
        await prepare(toytown, eaten)
    assert (await prepare(toytown, eaten, code_digits=6)).difference.is_empty


async def test_zeros_of_parents_are_proposed_too(toytown: AsyncConnection) -> None:
    communities = polygons.communities()
    known = {code: f"0{code[1:]}" for code in communities.codes}
    renamed = level_table(
        polygons.Level(
            [known[code] for code in communities.codes], communities.names, communities.parents, communities.polygons
        )
    )
    await store(toytown, renamed, "community", recoded=True)
    eaten = grids_with(polygons.grids().polygons, parent=[known[code].lstrip("0") for code in GRIDS.parents])
    with pytest.raises(EatenZeros, match=r"Field parent, row 1.*--parent-digits 12"):
        await prepare(toytown, eaten)
    assert "no_parent" not in kinds(await prepare(toytown, eaten, parent_digits=12))


async def test_codes_that_became_powers_of_ten_are_refused_by_row(toytown: AsyncConnection) -> None:
    codes = ["9.90101E+14", *GRIDS.codes[1:]]
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, code=codes))
    lost = next(one for one in prepared.errors if one.kind == "lost_digits")
    assert "Row 1: the code 9.90101E+14" in lost.message


async def test_full_width_digits_are_digits(toytown: AsyncConnection) -> None:
    wide = [code.translate(str.maketrans("0123456789", "０１２３４５６７８９")) for code in GRIDS.codes]
    assert (await prepare(toytown, grids_with(polygons.grids().polygons, code=wide))).difference.is_empty


async def test_another_system_of_codes_is_refused_with_a_table_and_taken_back_or_taken_over(
    toytown: AsyncConnection,
) -> None:
    table = grids_with(polygons.grids().polygons, code=[f"G{place:03d}" for place in range(63)])
    prepared = await prepare(toytown, table)
    assert kinds(prepared) == {"other_codes"}
    assert dict(prepared.recoded) == {f"G{place:03d}": code for place, code in enumerate(GRIDS.codes)}
    with pytest.raises(DefectsFound, match=f"63 of 63 areas are known ones under other codes: {FIRST} → G000"):
        await store_level(toytown, prepared, actor=ACTOR, now=LATER)
    kept = await prepare(toytown, table, instead=dict(prepared.recoded))
    assert kept.difference.is_empty
    taken = await prepare(toytown, table, recoded=True)
    assert not taken.errors
    assert len(taken.difference.new) == len(taken.difference.gone) == 63


async def test_one_area_under_another_code_is_shown_and_no_system(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, code=["990101001001900", *GRIDS.codes[1:]]))
    assert prepared.recoded == (("990101001001900", FIRST),)
    assert not prepared.errors


async def test_a_code_for_quite_another_place_is_refused_unless_it_is_confirmed(toytown: AsyncConnection) -> None:
    codes = [SECOND, FIRST, *GRIDS.codes[2:]]
    table = grids_with(polygons.grids().polygons, code=codes)
    prepared = await prepare(toytown, table)
    assert {one.codes[0] for one in prepared.errors if one.kind == "reused_code"} == {FIRST, SECOND}
    assert "add --reused" in prepared.errors[0].message
    confirmed = await prepare(toytown, table, reused={FIRST, SECOND})
    assert not confirmed.errors
    assert "reuse_confirmed" in kinds(confirmed, "warning")


async def test_a_year_shows_what_is_new_gone_renamed_and_given_again_before_it_is_a_draft(
    toytown: AsyncConnection,
) -> None:
    last, before_last = GRIDS.codes[-1], GRIDS.codes[-2]
    codes = ["990101001001900", *GRIDS.codes[1:-2], last, before_last]
    names = [*GRIDS.names[:5], "改名", *GRIDS.names[6:]]
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, code=codes, name=names))
    assert prepared.difference.new == ("990101001001900",)
    assert prepared.difference.gone == (FIRST,)
    assert GRIDS.codes[5] in prepared.difference.renamed
    assert {one.codes[0] for one in prepared.errors} == {last, before_last}
    assert {one.kind for one in prepared.errors} == {"reused_code"}
    assert await toytown.scalar(text("select count(*) from editions")) == 1


async def test_a_code_that_is_gone_is_not_given_again(toytown: AsyncConnection) -> None:
    await store(toytown, merged_first_two())
    await put_in_force(toytown)
    shapes = polygons.grids().polygons
    shapes[0] = shapely.coverage_union_all(shapes[:2])
    codes = list(GRIDS.codes)
    # The second code's area went into the first; now it is given to what the last one was.
    kept = [0, *range(2, 63)]
    level = polygons.Level(
        [*(codes[place] for place in kept[:-1]), SECOND],
        [GRIDS.names[place] for place in kept],
        [GRIDS.parents[place] for place in kept],
        shapes[kept],
    )
    prepared = await prepare(toytown, level_table(level))
    assert [one.codes for one in prepared.errors] == [(SECOND,)]
    assert prepared.errors[0].kind == "reused_code"


async def test_a_split_keeps_its_code_without_a_question(toytown: AsyncConnection) -> None:
    west, south, east, north = GRIDS.polygons[0].bounds
    middle = (west + east) / 2
    left = shapely.intersection(GRIDS.polygons[0], shapely.box(west, south, middle, north))
    right = shapely.intersection(GRIDS.polygons[0], shapely.box(middle, south, east, north))
    level = polygons.Level(
        [*GRIDS.codes, f"{GRIDS.parents[0]}900"],
        [*GRIDS.names, "new"],
        [*GRIDS.parents, GRIDS.parents[0]],
        np.array([left, *polygons.grids().polygons[1:], right], dtype=object),
    )
    assert "reused_code" not in kinds(await prepare(toytown, level_table(level), repair=True))


def doubled() -> FeatureTable:
    """The grids, the third of them twice."""
    rows = [*range(63), 2]
    return level_table(
        polygons.Level(
            [GRIDS.codes[row] for row in rows],
            [GRIDS.names[row] for row in rows],
            [GRIDS.parents[row] for row in rows],
            polygons.grids().polygons[rows],
        )
    )


async def test_a_doubled_row_is_named_and_a_repair_leaves_it_out(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, doubled())
    assert {"doubled_row", "duplicate_code"} <= kinds(prepared)
    found = next(one for one in prepared.errors if one.kind == "doubled_row")
    assert "Row 64" in found.message
    assert "repeats row 3: --repair" in found.message
    mended = await prepare(toytown, doubled(), repair=True)
    assert not mended.errors
    assert kinds(mended, "mended") == {"doubled_row"}
    assert mended.difference.is_empty


async def test_collections_give_their_polygons_and_a_warning_for_the_rest(toytown: AsyncConnection) -> None:
    shapes = polygons.grids().polygons
    shapes[0] = shapely.GeometryCollection([shapely.GeometryCollection([shapes[0]])])
    shapes[1] = shapely.GeometryCollection([shapes[1], shapely.LineString([(117, 36), (118, 37)]), shapely.Point(1, 1)])
    prepared = await prepare(toytown, grids_with(shapes))
    assert prepared.difference.is_empty
    warned = [one for one in prepared.findings if one.kind == "mixed_collection"]
    assert [one.codes for one in warned] == [(SECOND,)]
    assert "2 lines or points" in warned[0].message


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (shapely.GeometryCollection([shapely.Point(1, 1)]), "not_polygon"),
        (shapely.LineString([(117, 36), (118, 37)]), "not_polygon"),
        (shapely.Polygon(), "empty_geometry"),
        (None, "empty_geometry"),
    ],
)
async def test_what_holds_no_polygon_is_an_error_that_no_repair_takes_away(
    toytown: AsyncConnection, shape: Any, kind: str
) -> None:
    shapes = polygons.grids().polygons
    shapes[0] = shape
    prepared = await prepare(toytown, grids_with(shapes), repair=True)
    assert kind in kinds(prepared)
    assert FIRST in {code for one in prepared.errors for code in one.codes}


async def test_parts_and_heights_change_nothing(toytown: AsyncConnection) -> None:
    shapes = shapely.force_3d(polygons.grids().polygons, 12.0)
    shapes[0] = shapely.MultiPolygon([shapes[0]])
    assert (await prepare(toytown, grids_with(shapes))).difference.is_empty


async def test_names_given_twice_are_one_warning(toytown: AsyncConnection) -> None:
    names = ["中心网格"] * 3 + list(GRIDS.names[3:])
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, name=names))
    assert not prepared.errors
    shared = next(one for one in prepared.findings if one.kind == "same_name" and "中心网格" in one.message)
    assert len(shared.codes) == 3


async def test_parents_that_do_not_exist_are_named(toytown: AsyncConnection) -> None:
    parents = ["990101009009", *GRIDS.parents[1:]]
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, parent=parents))
    assert [one.kind for one in prepared.errors] == ["no_parent"]
    assert f"{FIRST} hangs below 990101009009" in prepared.errors[0].message


async def test_several_fields_make_one_code_and_are_proposed(toytown: AsyncConnection) -> None:
    shapes = polygons.grids().polygons
    columns = {"COL": [place % 9 for place in range(63)], "ROW": [place // 9 for place in range(63)]}
    table = grids_with(shapes, **columns)
    table = FeatureTable(
        table.source,
        {name: table.fields[name] for name in ("COL", "ROW", "parent")},
        table.geometry,
        table.declared_crs,
    )
    by_one = await prepare(toytown, table, code="COL")
    assert by_one.proposed_code == "COL+ROW"
    by_both = await prepare(toytown, table, code="COL+ROW", recoded=True)
    assert not by_both.errors
    assert by_both.levels[3].codes[:2] == ("0-0", "0-1")
    assert by_both.levels[3].attributes[0] == {"COL": 0, "ROW": 0}


async def put_codes(connection: AsyncConnection, codes: list[str]) -> None:
    """Give the grids in force other codes."""
    await store(connection, grids_with(polygons.grids().polygons, code=codes), recoded=True)
    await put_in_force(connection)
    assert await connection.scalar(text("select count(*) from areas where code = any(:codes)"), {"codes": codes}) == 63
