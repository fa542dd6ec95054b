"""Importing a roster into the toy town."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.queries import district as district_of
from layers.read.refusals import FieldNeeded
from layers.roster.importing import RosterImported, import_roster
from layers.roster.units_importing import import_units
from tests.toytown import people, polygons
from tests.toytown.loading import LOADED_AT

pytestmark = pytest.mark.anyio

GRID = f"{polygons.community_code(0, 0)}001"
GOOD = {
    "number": "N1",
    "role": "grid_worker",
    "area": GRID,
    "rank": "A",
    "cap": "5",
    "shifts": "1-5 08:00-17:00",
    "valid_from": "2025-01-01",
    "valid_to": "",
}


async def take(connection: AsyncConnection, *rows: dict[str, str], days_later: int = 0) -> RosterImported:
    district = await district_of(connection, None)
    now = LOADED_AT + timedelta(days=days_later)
    return await import_roster(connection, district=district, columns=list(GOOD), rows=rows, now=now)


async def test_the_same_roster_again_changes_nothing(toytown: AsyncConnection) -> None:
    difference = (await take(toytown, *people.roster(), days_later=30)).difference
    assert difference.unchanged_people == 40
    assert difference.new_people + difference.changed_people + difference.new_duties + difference.ended_duties == 0


async def test_a_duty_that_is_no_longer_stated_ends_the_day_before(toytown: AsyncConnection) -> None:
    rows = [row for row in people.roster() if row["number"] == "W0001"]
    difference = (await take(toytown, *rows[1:], days_later=30)).difference
    assert (difference.ended_duties, difference.unchanged_duties) == (1, len(rows) - 1)
    ended = (await toytown.execute(text("select valid_to from duties where valid_to is not null"))).scalars().all()
    assert ended == [date(2025, 2, 4)]


async def test_a_duty_that_had_not_begun_is_withdrawn(toytown: AsyncConnection) -> None:
    later = GOOD | {"valid_from": "2030-01-01"}
    await take(toytown, GOOD, later)
    assert (await take(toytown, GOOD)).difference.ended_duties == 1
    count = await toytown.scalar(text("select count(*) from duties where valid_from = '2030-01-01'"))
    assert count == 0


async def test_a_duty_without_a_first_day_keeps_the_day_it_was_first_imported(toytown: AsyncConnection) -> None:
    undated = GOOD | {"valid_from": ""}
    assert (await take(toytown, undated)).difference.new_duties == 1
    assert (await take(toytown, undated, days_later=9)).difference.unchanged_duties == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"area": "990101009009009"}, "not in the edition in force"),
        ({"rank": "X"}, "rank is 'X'"),
        ({"shifts": "all day"}, "all day"),
        ({"cap": "-1"}, "cap: '-1'"),
        ({"number": ""}, "number is empty"),
        ({"valid_from": "01.02.2025"}, "valid_from is '01.02.2025'"),
        ({"valid_to": "2024-12-31"}, "lies before"),
        ({"level": "parish"}, "parish"),
    ],
)
async def test_a_bad_row_is_given_back_with_its_number_and_the_rest_is_stored(
    toytown: AsyncConnection, change: dict[str, str], reason: str
) -> None:
    imported = await take(toytown, GOOD, GOOD | {"number": "N2"} | change)
    assert [row.number for row in imported.refused] == [2]
    assert reason in imported.refused[0].reason
    assert imported.difference.new_people == 1


async def test_rows_of_one_person_must_agree_and_a_duty_stands_once(toytown: AsyncConnection) -> None:
    imported = await take(toytown, GOOD, GOOD | {"cap": "9"}, GOOD)
    assert [(row.number, "row 1" in row.reason) for row in imported.refused] == [(2, True), (3, True)]


async def test_a_person_with_a_refused_row_keeps_all_duties(toytown: AsyncConnection) -> None:
    rows = [row for row in people.roster() if row["number"] == "W0001"]
    spoilt = [rows[0] | {"area": "nowhere"}, *rows[1:]]
    assert (await take(toytown, *spoilt, days_later=30)).difference.ended_duties == 0


async def test_a_missing_column_is_named(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    with pytest.raises(FieldNeeded, match="rank"):
        await import_roster(toytown, district=district, columns=["number", "role", "area"], rows=[], now=LOADED_AT)


async def take_of_units(connection: AsyncConnection, *rows: dict[str, str]) -> RosterImported:
    district = await district_of(connection, None)
    known = [{"code": "urban", "name": "城市管理局"}, {"code": "water", "name": "水务局"}]
    await import_units(connection, district=district, rows=enumerate(known, 1))
    return await import_roster(connection, district=district, columns=[*GOOD, "unit"], rows=rows, now=LOADED_AT)


async def unit_of(connection: AsyncConnection, number: str) -> str | None:
    question = "select u.code from people p left join units u on u.id = p.unit_id where p.number = :number"
    return (await connection.execute(text(question), {"number": number})).scalar_one()  # type: ignore[no-any-return]


async def test_a_handler_of_a_unit_answers_for_no_area(toytown: AsyncConnection) -> None:
    handler = GOOD | {"number": "U1", "role": "department_handler", "area": "", "rank": "", "unit": "urban"}
    assert (await take_of_units(toytown, handler)).difference.new_people == 1
    assert await unit_of(toytown, "U1") == "urban"
    moved = (await take_of_units(toytown, handler | {"unit": "water"})).difference
    assert (moved.changed_people, moved.new_duties) == (1, 0)
    assert await unit_of(toytown, "U1") == "water"
    assert (await take_of_units(toytown, handler | {"unit": "water"})).difference.unchanged_people == 1


async def test_a_table_without_units_leaves_everyone_theirs(toytown: AsyncConnection) -> None:
    await take_of_units(toytown, GOOD | {"unit": "urban"})
    assert (await take(toytown, GOOD)).difference.unchanged_people == 1
    assert (await take(toytown, GOOD | {"cap": "6"})).difference.changed_people == 1
    assert await unit_of(toytown, "N1") == "urban"
    assert (await take_of_units(toytown, GOOD | {"unit": ""})).difference.changed_people == 1
    assert await unit_of(toytown, "N1") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "nobody"}, "unit is 'nobody'"),
        ({"area": ""}, "the area '' is not in the edition in force"),
        ({"role": "department_handler", "area": ""}, "neither an area nor a unit"),
    ],
)
async def test_a_row_that_names_no_unit_or_area_that_is_there_is_given_back(
    toytown: AsyncConnection, change: dict[str, str], reason: str
) -> None:
    [refused] = (await take_of_units(toytown, GOOD | {"unit": ""} | change)).refused
    assert reason in refused.reason


async def test_a_handler_stands_once(toytown: AsyncConnection) -> None:
    handler = GOOD | {"number": "U1", "role": "department_handler", "area": "", "rank": "", "unit": "urban"}
    [refused] = (await take_of_units(toytown, handler, handler)).refused
    assert (refused.number, "row 1" in refused.reason) == (2, True)
