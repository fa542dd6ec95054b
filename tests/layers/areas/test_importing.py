"""Importing levels into the toy town's draft."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import to_crs
from layers.areas.defects import DefectsFound, findings_geojson
from layers.areas.drafts_rows import load_levels
from layers.areas.importing import store_level
from layers.areas.importing_features import LevelNeeded
from layers.areas.queries import edition_in_force, editions
from layers.districts.declaring import declare, read_declaration
from layers.districts.queries import district as district_of
from layers.read.features import FeatureTable
from layers.read.refusals import CrsNeeded, FieldNeeded
from tests.layers.areas.towns import LATER, grids_with, merged_first_two, prepare, put_in_force, store, widened
from tests.toytown import people, polygons
from tests.toytown.loading import ACTOR, level_table

pytestmark = pytest.mark.anyio

FIRST, SECOND = polygons.grids().codes[:2]


async def everything(connection: AsyncConnection) -> dict[str, object]:
    """All rows that an import may touch."""
    tables = ("editions", "areas", "area_versions", "edition_areas")
    statement = "select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from {} t"
    return {name: await connection.scalar(text(statement.format(name))) for name in tables}


async def test_the_same_file_again_changes_nothing(toytown: AsyncConnection) -> None:
    before = await everything(toytown)
    prepared = await prepare(toytown, level_table(polygons.grids()))
    edition = await store_level(toytown, prepared, actor=ACTOR, now=LATER)
    assert edition.status == "in_force"
    assert len(prepared.difference.unchanged) == 63
    assert prepared.difference.is_empty
    assert await everything(toytown) == before


async def test_each_upper_level_is_the_exact_union_of_the_one_below(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    levels = await load_levels(toytown, district, await edition_in_force(toytown, district))
    for depth in (1, 2, 3):
        parents = np.array(levels[depth].parents)
        for code, shape in zip(levels[depth - 1].codes, levels[depth - 1].polygons, strict=True):
            union = shapely.normalize(shapely.coverage_union_all(levels[depth].polygons[parents == code]))
            assert shapely.to_wkb(union) == shapely.to_wkb(shape)


async def test_a_change_begins_a_draft_that_shares_every_version_but_the_changed(toytown: AsyncConnection) -> None:
    before = await toytown.scalar(text("select count(*) from area_versions"))
    names = list(polygons.grids().names)
    names[0] = "新名字"
    edition = await store(toytown, grids_with(polygons.grids().polygons, name=names))
    assert (edition.number, edition.status) == (2, "draft")
    assert await toytown.scalar(text("select count(*) from area_versions")) == before + 1


async def test_a_second_import_goes_into_the_same_draft_and_leaves_no_version_behind(toytown: AsyncConnection) -> None:
    before = await everything(toytown)
    grids = polygons.grids()
    for name in ("一", "二"):
        edition = await store(toytown, grids_with(grids.polygons, name=[name, *grids.names[1:]]))
        assert edition.number == 2
    assert await toytown.scalar(text("select count(*) from area_versions where name = '一'")) == 0
    await store(toytown, level_table(grids))
    assert (await everything(toytown))["area_versions"] == before["area_versions"]


async def test_says_what_would_change(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, merged_first_two())
    assert prepared.difference.gone == (SECOND,)
    assert prepared.difference.moved == (FIRST,)
    assert len(prepared.difference.unchanged) == 61


async def test_an_overlap_is_shown_with_its_place_and_refuses(toytown: AsyncConnection) -> None:
    before = await everything(toytown)
    prepared = await prepare(toytown, grids_with(widened(4)))
    overlaps = [one for one in prepared.errors if one.kind == "overlap"]
    assert len(overlaps) >= 4
    assert all(one.size_m2 and one.place and polygons.grids().codes[4] in one.codes for one in overlaps)
    with pytest.raises(DefectsFound, match="overlap"):
        await store_level(toytown, prepared, actor=ACTOR, now=LATER)
    assert await everything(toytown) == before


async def test_findings_are_geojson_with_severity_and_place(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, grids_with(widened(4)))
    written = json.loads(json.dumps(findings_geojson(prepared.findings)))
    first = next(one for one in written["features"] if one["properties"]["kind"] == "overlap")
    assert first["properties"]["severity"] == "error"
    assert first["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    assert shapely.box(117.1, 36.5, 117.3, 36.7).covers(shapely.geometry.shape(first["geometry"]))


async def test_repair_mends_an_overlap_and_says_by_how_much(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, grids_with(widened(4)), repair=True)
    assert not prepared.errors
    assert {one.severity for one in prepared.findings if one.kind == "overlap"} == {"mended"}
    assert 4 <= len(prepared.mended) < 20
    assert all(one.moved_m2 > 0 for one in prepared.mended)
    level = prepared.levels[3]
    assert shapely.coverage_is_valid(level.polygons, gap_width=2e-6)


async def test_repair_redraws_the_levels_above_from_below(toytown: AsyncConnection) -> None:
    shapes = polygons.grids().polygons
    shapes[0] = shapely.union_all([shapes[0], shapely.box(*shapes[0].bounds)])
    refused = await prepare(toytown, grids_with(shapes))
    assert {one.kind for one in refused.errors} & {"crosses_parent", "overlap"}
    prepared = await prepare(toytown, grids_with(shapes), repair=True)
    assert {one.depth for one in prepared.redrawn} == {0, 1, 2}
    assert all(one.gained_m2 > 10 for one in prepared.redrawn if one.code.endswith("000000"))


async def test_a_cell_across_its_parents_border_is_an_error(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    parents = [polygons.community_code(1, 0), *grids.parents[1:]]
    prepared = await prepare(toytown, grids_with(grids.polygons, parent=parents))
    assert {"outside_parent", "uncovered"} <= {one.kind for one in prepared.errors}


async def test_an_unknown_parent_is_an_error(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    prepared = await prepare(toytown, grids_with(grids.polygons, parent=["", "nobody", *grids.parents[2:]]))
    assert [one.codes for one in prepared.errors] == [(FIRST,), (SECOND,)]
    assert {one.kind for one in prepared.errors} == {"no_parent"}


async def test_parents_are_found_by_the_largest_overlap(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, level_table(polygons.grids()), parent="spatial")
    assert list(prepared.levels[3].parents) == [code[:12] for code in prepared.levels[3].codes]
    assert not prepared.findings


async def test_a_parent_with_less_than_three_fifths_is_a_warning_that_names_both(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    shapes = grids.polygons.copy()
    shift = np.array([3 * polygons.STEP_DEG[0] - 0.0012, 0])
    moved = shapely.transform(shapes[0], lambda points: points + shift)
    prepared = await prepare(toytown, grids_with(np.array([moved, *shapes[1:]])), parent="spatial")
    weak = [one for one in prepared.findings if one.kind == "weak_parent"]
    assert [one.codes[0] for one in weak] == [FIRST]
    assert not weak[0].is_error


async def test_a_parent_may_be_named_for_a_single_area(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    table = grids_with(grids.polygons, parent=["", *grids.parents[1:]])
    prepared = await prepare(toytown, table, under={FIRST: grids.parents[0]})
    assert not prepared.errors
    with pytest.raises(LevelNeeded, match="no area '7'"):
        await prepare(toytown, table, under={"7": grids.parents[0]})


async def test_empty_and_repeated_codes_are_named_with_their_rows(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    prepared = await prepare(toytown, grids_with(grids.polygons, code=["", SECOND, SECOND, *grids.codes[3:]]))
    messages = {one.kind: one.message for one in prepared.errors}
    assert messages["empty_code"] == "No code in row 1."
    assert messages["duplicate_code"] == f"The code {SECOND} is given 2 times, in rows 2, 3."


async def test_codes_are_text_with_full_width_digits_made_plain(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    wide = grids.codes[0].translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    prepared = await prepare(toytown, grids_with(grids.polygons, code=[wide, *grids.codes[1:]]))
    assert prepared.difference.is_empty


async def test_a_numeric_code_field_reads_as_whole_numbers(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    table = grids_with(grids.polygons, number=[float(i + 1) for i in range(63)])
    prepared = await prepare(toytown, table, code="number", parent="parent")
    assert prepared.levels[3].codes[:3] == ("1", "10", "11")


async def test_counts_are_understood_and_other_fields_are_kept(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    table = grids_with(grids.polygons, over60=[3.0] * 63, colour=["red"] * 63)
    prepared = await prepare(toytown, table)
    assert prepared.levels[3].attributes[0] == {"over_60": 3, "colour": "red"}
    assert len(prepared.difference.restated) == 63


async def test_a_count_that_is_no_number_is_an_error(toytown: AsyncConnection) -> None:
    prepared = await prepare(toytown, grids_with(polygons.grids().polygons, households=["many"] + [1] * 62))
    assert [(one.kind, one.codes) for one in prepared.errors] == [("bad_number", (FIRST,))]


async def test_metres_without_a_system_are_refused_with_the_option_to_type(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    table = grids_with(to_crs(polygons.grids().polygons, district.plane_srid or 0))
    undeclared = FeatureTable(table.source, table.fields, table.geometry, None)
    with pytest.raises(CrsNeeded) as refusal:
        await prepare(toytown, undeclared)
    proposed = re.findall(r"--crs (EPSG:\d+)", str(refusal.value))
    with pytest.raises(CrsNeeded, match="cannot be degrees"):
        await prepare(toytown, table)
    assert (await prepare(toytown, undeclared, crs=proposed[0])).difference.is_empty


async def test_several_fields_that_could_be_the_code_are_not_guessed_between(toytown: AsyncConnection) -> None:
    table = grids_with(polygons.grids().polygons, adcode=["x"] * 63)
    with pytest.raises(FieldNeeded, match="code, adcode") as refusal:
        await prepare(toytown, table)
    assert "--code FIELD" in str(refusal.value)


async def test_points_are_no_areas(toytown: AsyncConnection) -> None:
    shapes = polygons.grids().polygons
    shapes[0] = shapes[0].centroid
    prepared = await prepare(toytown, grids_with(shapes), repair=True)
    assert "not_polygon" in {one.kind for one in prepared.errors}


async def test_a_level_can_be_imported_before_the_one_above(tx: AsyncConnection) -> None:
    district = await declare(tx, read_declaration(people.DECLARATION))
    await store(tx, level_table(polygons.grids()))
    with pytest.raises(LevelNeeded, match="by overlap"):
        await prepare(tx, level_table(polygons.grids()), parent="spatial")
    await store(tx, level_table(polygons.streets()), "street")
    await store(tx, level_table(polygons.communities()), "community")
    assert [one.status for one in await editions(tx, district)] == ["draft"]
    paths = (await tx.execute(text("select path from edition_areas where depth = 3"))).scalars().all()
    assert {path.count(".") for path in paths} == {4}


async def test_the_districts_own_area_must_have_its_code(toytown: AsyncConnection) -> None:
    whole = shapely.coverage_union_all(polygons.grids().polygons)
    level = polygons.Level(["7"], ["城"], [""], np.array([whole], dtype=object))
    prepared = await prepare(toytown, level_table(level), "district")
    assert [one.kind for one in prepared.errors] == ["wrong_root"]


async def test_two_streets_become_one_from_the_top_down(toytown: AsyncConnection) -> None:
    streets, communities = polygons.streets(), polygons.communities()
    joined = np.array([shapely.coverage_union_all(streets.polygons[:2]), streets.polygons[2]], dtype=object)
    fewer = polygons.Level([streets.codes[0], streets.codes[2]], ["合街道", "东街道"], streets.parents[:2], joined)
    prepared = await prepare(toytown, level_table(fewer), "street")
    assert [(one.kind, len(one.codes), one.is_error) for one in prepared.findings] == [("pending", 3, False)]
    await store(toytown, level_table(fewer), "street")
    with pytest.raises(DefectsFound, match="not in the level above"):
        await put_in_force(toytown)
    parents = [fewer.codes[0]] * 6 + [fewer.codes[1]] * 3
    level = polygons.Level(communities.codes, communities.names, parents, communities.polygons)
    moved = await prepare(toytown, level_table(level), "community")
    assert not moved.findings
    assert len(moved.difference.reparented) == 3
    await store(toytown, level_table(level), "community")
    publication = await put_in_force(toytown)
    assert [(one.from_code, one.to_code, one.relation) for one in publication.links] == [
        (streets.codes[1], streets.codes[0], "merge")
    ]
    cell = await toytown.scalar(
        text("select path from edition_areas where edition_id = :e and depth = 3 limit 1"),
        {"e": publication.edition.id},
    )
    assert cell.count(".") == 4


async def test_a_street_redrawn_over_its_communities_waits_for_them(toytown: AsyncConnection) -> None:
    streets = polygons.streets()
    shapes = streets.polygons.copy()
    cell = polygons.grids().polygons[2]
    shapes[0], shapes[1] = shapely.difference(shapes[0], cell), shapely.union_all([shapes[1], cell])
    prepared = await prepare(
        toytown, level_table(polygons.Level(streets.codes, streets.names, streets.parents, shapes)), "street"
    )
    assert [one.kind for one in prepared.findings] == ["pending"]
    assert len(prepared.difference.moved) == 2


async def test_a_layer_that_lies_elsewhere_is_refused(toytown: AsyncConnection) -> None:
    swapped = shapely.transform(polygons.grids().polygons, lambda points: points - [100, 0])
    with pytest.raises(CrsNeeded, match="the district's other layers at 117"):
        await prepare(toytown, grids_with(swapped))
