"""Importing buildings and service points into the toy town."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.datum import from_storage
from geo.positions import Datum, Geometries
from layers.areas.queries import areas, edition_in_force, populations
from layers.districts.declaring import declare, read_declaration
from layers.districts.queries import district as district_of
from layers.places.importing import BUILDINGS, SERVICE_POINTS, PlacesImported, import_places
from layers.read.refusals import FieldNeeded
from tests.toytown import people, polygons
from tests.toytown.loading import load_areas, table

pytestmark = pytest.mark.anyio

INSIDE = polygons.grids().polygons[0].centroid


async def take(
    connection: AsyncConnection, fields: dict[str, list[Any]], points: Geometries, kind: str = BUILDINGS, **asked: Any
) -> PlacesImported:
    district = await district_of(connection, None)
    return await import_places(connection, district=district, table=table(fields, points), kind=kind, **asked)


def one_building(**changed: Any) -> dict[str, list[Any]]:
    row = {"code": "B1", "address": "和平路1号", "households": 2, "residents": 5, "over60": 1, **changed}
    return {name: [value] for name, value in row.items()}


def at(*points: shapely.Point | None) -> Geometries:
    return np.array(points, dtype=object)


@pytest.mark.parametrize(
    ("kind", "given"), [(BUILDINGS, people.buildings()), (SERVICE_POINTS, people.service_points())]
)
async def test_the_same_file_again_changes_nothing(
    toytown: AsyncConnection, kind: str, given: tuple[dict[str, list[Any]], Geometries]
) -> None:
    imported = await take(toytown, *given, kind=kind)
    assert (imported.new, imported.changed, imported.unchanged) == (0, 0, len(given[1]))


async def test_a_change_is_one_row_and_one_version_more(toytown: AsyncConnection) -> None:
    await take(toytown, one_building(), at(INSIDE))
    assert (await take(toytown, one_building(residents=6), at(INSIDE))).changed == 1
    row = (await toytown.execute(text("select residents, row_version from buildings where code = 'B1'"))).one()
    assert row == (6, 2)


async def test_residents_are_counted_anew_at_every_level(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    edition = await edition_in_force(toytown, district)
    before = await populations(toytown, edition.id)
    await take(toytown, one_building(), at(INSIDE))
    after = await populations(toytown, edition.id)
    grown = [
        one.depth for one in await areas(toytown, edition.id) if after[one.id].residents == before[one.id].residents + 5
    ]
    assert grown == [0, 1, 2, 3]


async def test_places_outside_every_cell_and_at_zero_are_kept_and_named(toytown: AsyncConnection) -> None:
    fields = {"code": ["far", "zero"], "address": ["a", "b"]}
    imported = await take(toytown, fields, at(shapely.Point(118, 36), shapely.Point(0, 0)))
    assert imported.outside == ("far", "zero")
    assert imported.at_zero == ("zero",)
    assert imported.new == 2


async def test_rows_that_cannot_be_used_come_back_and_the_rest_is_stored(toytown: AsyncConnection) -> None:
    fields: dict[str, list[Any]] = {
        "code": ["B1", "", "B1", "B4", "B5", "B6"],
        "address": ["a", "a", "a", "", "a", "a"],
        "residents": [1, 1, 1, 1, "few", 1],
    }
    imported = await take(toytown, fields, at(*[INSIDE] * 5, None))
    assert imported.new == 1
    assert {row.number: row.reason for row in imported.refused} == {
        2: "it has no code",
        3: "the code B1 stands in row 1 already",
        4: "its address is empty",
        5: "residents: 'few' is no number",
        6: "it has no position",
    }
    assert imported.refused[0].cells["address"] == "a"


async def test_shifted_positions_are_put_right(toytown: AsyncConnection) -> None:
    lon, lat = from_storage(INSIDE.x, INSIDE.y, Datum.GCJ02)
    await take(toytown, one_building(), at(shapely.Point(float(lon), float(lat))), datum=Datum.GCJ02)
    x, y = (await toytown.execute(text("select ST_X(geom), ST_Y(geom) from buildings where code = 'B1'"))).one()
    assert abs(x - INSIDE.x) <= 5e-8
    assert abs(y - INSIDE.y) <= 5e-8
    # On the raster that polygons lie on too, so that an export comes back bit for bit.
    assert (x, y) == (round(x, 7), round(y, 7))


async def test_an_outline_stands_for_a_point_inside_it(toytown: AsyncConnection) -> None:
    imported = await take(toytown, one_building(), at(INSIDE.buffer(1e-5)))
    assert (imported.new, imported.outside) == (1, ())


async def test_offers_are_a_list_and_further_fields_are_kept(toytown: AsyncConnection) -> None:
    fields = {"code": ["P1"], "kind": ["station"], "name": ["站"], "offers": ["咨询； 代办;"], "colour": ["red"]}
    await take(toytown, fields, at(INSIDE), kind=SERVICE_POINTS)
    row = (await toytown.execute(text("select offers, attributes from service_points where code = 'P1'"))).one()
    assert row == (["咨询", "代办"], {"colour": "red"})


async def test_a_missing_field_refuses_the_whole_file(toytown: AsyncConnection) -> None:
    with pytest.raises(FieldNeeded, match="address"):
        await take(toytown, {"code": ["B1"]}, at(INSIDE))


async def test_before_any_edition_places_wait_and_publishing_locates_them(tx: AsyncConnection) -> None:
    await declare(tx, read_declaration(people.DECLARATION))
    imported = await take(tx, *people.buildings())
    assert (imported.is_located, imported.outside) == (False, ())
    await load_areas(tx)
    assert (await tx.execute(text("select count(*), count(area_id) from buildings"))).one() == (189, 189)
