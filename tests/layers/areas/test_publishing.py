"""Publishing the toy town's drafts."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.defects import DefectsFound
from layers.areas.drafts_rows import load_levels
from layers.areas.publishing import NoDraft, publish
from layers.areas.publishing_checks import LevelMissing, edition_digest
from layers.areas.queries import area, compiled, edition, edition_in_force, editions, filing_lock_key, populations
from layers.districts.declaring import declare, read_declaration
from layers.districts.queries import district as district_of
from tests.layers.areas.towns import LATER, grids_with, merged_first_two, put_in_force, store
from tests.toytown import people, polygons
from tests.toytown.loading import ACTOR, level_table

pytestmark = pytest.mark.anyio

FIRST, SECOND, THIRD = polygons.grids().codes[:3]


async def test_the_draft_comes_into_force_and_the_former_edition_is_retired(toytown: AsyncConnection) -> None:
    await store(toytown, merged_first_two())
    publication = await put_in_force(toytown)
    district = await district_of(toytown, None)
    new, old = await editions(toytown, district)
    assert (new.number, new.status, new.effective_at, new.note) == (2, "in_force", LATER, "redrawn")
    assert (old.number, old.status, old.retired_at) == (1, "retired", LATER)
    assert publication.former is not None
    assert publication.former.number == 1


async def test_who_drafted_and_who_published_are_both_kept(toytown: AsyncConnection) -> None:
    drafted = await store(toytown, merged_first_two())
    assert (drafted.made_by, drafted.published_by) == (ACTOR, None)
    district = await district_of(toytown, None)
    published = (await publish(toytown, district=district, actor="person:planner", clock=lambda: LATER)).edition
    assert (published.made_by, published.published_by) == (ACTOR, "person:planner")


async def test_the_former_edition_stays_readable(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    before = await load_levels(toytown, district, await edition_in_force(toytown, district))
    await store(toytown, merged_first_two())
    await put_in_force(toytown)
    first = await edition(toytown, district, 1)
    after = await load_levels(toytown, district, first)
    assert first.digest == edition_digest(after)
    assert {depth: level.digests() for depth, level in after.items()} == {
        depth: level.digests() for depth, level in before.items()
    }
    still = (await compiled(toytown, district, first)).locator
    middle = polygons.grids().polygons[1].centroid
    assert still.codes[still.indices([middle.x], [middle.y])[0]] == SECOND


async def test_the_digest_can_be_computed_again_from_the_rows(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    in_force = await edition_in_force(toytown, district)
    levels = dict(await load_levels(toytown, district, in_force))
    assert edition_digest(levels) == in_force.digest
    del levels[3]
    assert edition_digest(levels) != in_force.digest


async def test_paths_lead_from_the_root_to_each_cell(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    edition_compiled = await compiled(toytown, district, await edition_in_force(toytown, district))
    chain = edition_compiled.chain(edition_compiled.cell(FIRST))
    assert [one.code for one in chain] == [
        FIRST,
        polygons.community_code(0, 0),
        polygons.street_code(0),
        polygons.DISTRICT_CODE,
    ]


async def test_a_merge_leaves_lineage_days_and_the_buildings_in_the_right_cell(toytown: AsyncConnection) -> None:
    await store(toytown, merged_first_two())
    publication = await put_in_force(toytown)
    assert [(one.from_code, one.to_code, one.relation, round(one.share, 9)) for one in publication.links] == [
        (SECOND, FIRST, "merge", 1.0)
    ]
    days = (
        await toytown.execute(text("select code, started_on, ended_on from areas where ended_on is not null"))
    ).all()
    assert days == [(SECOND, date(2025, 1, 6), date(2025, 2, 5))]
    district = await district_of(toytown, None)
    in_force = await edition_in_force(toytown, district)
    first = await area(toytown, in_force.id, depth=3, code=FIRST)
    assert (await populations(toytown, in_force.id))[first.id].households == 6 * people.HOUSEHOLDS_PER_BUILDING
    moved = await toytown.scalar(text("select count(*) from buildings where area_id = :area"), {"area": first.id})
    assert moved == 6


async def test_duties_for_areas_that_are_gone_are_named(toytown: AsyncConnection) -> None:
    await store(toytown, merged_first_two())
    duties = next(one for one in (await put_in_force(toytown)).follow_ups if one.subject == "Duties")
    assert duties.figures == {"handed on to new areas": 0, "for areas that are gone": 3}
    assert f"W0001 → {SECOND}" in duties.named


async def test_a_split_and_a_transfer_are_told_apart(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    west, south, east, north = grids.polygons[0].bounds
    lon = round((west + east) / 2, 7)
    left = shapely.intersection(grids.polygons[0], shapely.box(west, south, lon, north))
    right = shapely.intersection(grids.polygons[0], shapely.box(lon, south, east, north))
    shapes = np.array([left, *grids.polygons[1:], right], dtype=object)
    new = f"{polygons.community_code(0, 0)}007"
    level = polygons.Level([*grids.codes, new], [*grids.names, "新网格"], [*grids.parents, grids.parents[0]], shapes)
    await store(toytown, level_table(level), repair=True)
    relations = {(one.from_code, one.to_code): one.relation for one in (await put_in_force(toytown)).links}
    assert relations == {(FIRST, new): "split"}
    given = shapes.copy()
    given[0] = shapely.MultiPolygon([*shapely.get_parts(left)])
    given[1] = shapely.union_all([shapes[1], right])
    await store(toytown, level_table(polygons.Level(grids.codes, grids.names, grids.parents, given[:-1])), repair=True)
    relations = {(one.from_code, one.to_code): one.relation for one in (await put_in_force(toytown)).links}
    assert relations == {(new, SECOND): "merge"}


async def test_an_area_may_come_back_under_its_code(toytown: AsyncConnection) -> None:
    await store(toytown, merged_first_two())
    await put_in_force(toytown)
    await store(toytown, level_table(polygons.grids()))
    await put_in_force(toytown)
    ended = await toytown.scalar(text("select count(*) from areas where ended_on is not null"))
    assert ended == 0
    district = await district_of(toytown, None)
    newest, _, oldest = await editions(toytown, district)
    assert newest.digest == oldest.digest


async def test_without_a_draft_there_is_nothing_to_publish(toytown: AsyncConnection) -> None:
    with pytest.raises(NoDraft, match="has no draft"):
        await put_in_force(toytown)
    district = await district_of(toytown, None)
    with pytest.raises(NoDraft, match="in_force"):
        await publish(toytown, district=district, number=1, actor=ACTOR, clock=lambda: LATER)


async def test_a_level_that_was_never_imported_is_named(tx: AsyncConnection) -> None:
    district = await declare(tx, read_declaration(people.DECLARATION))
    await store(tx, level_table(polygons.streets()), "street")
    with pytest.raises(LevelMissing, match="community, grid"):
        await publish(tx, district=district, actor=ACTOR, clock=lambda: LATER)


async def test_an_area_with_nothing_below_it_stays_out_of_force(toytown: AsyncConnection) -> None:
    grids = polygons.grids()
    kept = [i for i, parent in enumerate(grids.parents) if parent != polygons.community_code(2, 2)]
    await store(
        toytown,
        level_table(
            polygons.Level(
                [grids.codes[i] for i in kept],
                [grids.names[i] for i in kept],
                [grids.parents[i] for i in kept],
                grids.polygons[kept],
            )
        ),
    )
    before = [(one.number, one.status) for one in await editions(toytown, await district_of(toytown, None))]
    with pytest.raises(DefectsFound, match="nothing below it"):
        await put_in_force(toytown)
    assert [(one.number, one.status) for one in await editions(toytown, await district_of(toytown, None))] == before


async def test_two_cells_on_one_place_stay_out_of_force_even_if_they_were_stored(toytown: AsyncConnection) -> None:
    await store(toytown, grids_with(polygons.grids().polygons, name=["新", *polygons.grids().names[1:]]))
    await toytown.execute(
        text("""
            update area_versions v set geom = (
                select ST_Multi(ST_Buffer(geom, 0.0001)) from area_versions where name = '新')
            from edition_areas e where v.name = '新' and e.version_id = v.id
        """)
    )
    with pytest.raises(DefectsFound, match="overlap"):
        await put_in_force(toytown)


async def test_figures_that_the_layer_states_serve_where_no_building_is_known(toytown: AsyncConnection) -> None:
    await toytown.execute(text("delete from buildings"))
    await store(toytown, grids_with(polygons.grids().polygons, households=[7] * 63, residents=[16] * 63))
    await put_in_force(toytown)
    district = await district_of(toytown, None)
    in_force = await edition_in_force(toytown, district)
    root = await area(toytown, in_force.id, depth=0, code=polygons.DISTRICT_CODE)
    counted = (await populations(toytown, in_force.id))[root.id]
    assert (counted.households, counted.residents, counted.basis) == (7 * 63, 16 * 63, "stated")


async def test_areas_are_measured_in_one_plane_that_stays(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    assert district.plane_srid is not None
    await store(toytown, merged_first_two())
    await put_in_force(toytown)
    assert (await district_of(toytown, None)).plane_srid == district.plane_srid


async def someone_waits(connection: psycopg.AsyncConnection[Any]) -> bool:
    cursor = await connection.execute("select from pg_locks where locktype = 'advisory' and not granted")
    return cursor.rowcount > 0


async def test_an_edition_comes_into_force_when_filing_has_come_to_rest(
    toytown: AsyncConnection, toytown_rolled_back_url: str
) -> None:
    await store(toytown, merged_first_two())
    district = await district_of(toytown, None)
    events: list[str] = []

    def clock() -> datetime:
        events.append("the clock is read")
        return LATER

    async with await psycopg.AsyncConnection.connect(toytown_rolled_back_url) as filing:
        await filing.execute("select pg_advisory_xact_lock_shared(%s)", [filing_lock_key(district.id)])
        publishing = asyncio.create_task(publish(toytown, district=district, actor=ACTOR, clock=clock))
        while not await someone_waits(filing):
            await asyncio.sleep(0.01)
        events.append("the filing ends")
    await publishing
    assert events == ["the filing ends", "the clock is read"]
