"""Erasing: nothing personal is left in any table, the record holds, and no figure changes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from geo.crs import plane_for
from geo.distance import geodesic_m
from geo.locate import OUTSIDE
from geo.positions import Bounds, Datum, LonLat
from geo.public_grid import snapped_position
from layers.actors import NOTHING, Scope
from layers.read.photos import reencoded
from layers.reports.erasing import BATCH, Erased, Reason, anonymise_due, count_due, erase_personal
from layers.reports.filing import KeyReused
from layers.reports.journal import broken_at, personal_digest
from layers.reports.photos import Taken, add_photo
from layers.reports.queries import UnknownReport
from layers.reports.records import AtPosition, NoSubject, report_number
from layers.scope import ENTER
from tests.layers.read.made_photos import encoded, picture
from tests.layers.reports.desk import MORNING, Desk, desk_at, near

LATER = MORNING + timedelta(days=1)
SENDER = "account:4711001"
CANARIES: dict[str, Any] = {
    "text": "楼下的灯坏了 canary-text",
    "address": "canary-address 7号楼",
    "reporter_name": "canary-name",
    "reporter_phone": "13900001234",
    "external_ref": "canary-ref",
}


@pytest.fixture
async def desk(toytown_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_url, autocommit=True) as connection:
        yield await desk_at(toytown_url, connection)


async def erase(desk: Desk, report_id: int, reason: Reason = Reason.REQUEST) -> Erased:
    async with desk.connection.transaction():
        return await erase_personal(desk.connection, report_id, reason=reason, actor="account:9", now=LATER)


def off_centre(desk: Desk, index: int = 0) -> AtPosition:
    """A position some metres off the middle of a cell, as no square or label has it."""
    middle = desk.middle_of(desk.cells()[index])
    return replace(middle, given=near(middle.given, east_deg=0.0000123, north_deg=0.0000077))


async def whole_database(desk: Desk) -> str:
    """Every row of every table as text; bytes in hexadecimal and, where they are text, as such."""
    tables = await desk.rows(
        "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' "
        "and relname <> 'spatial_ref_sys'"
    )
    rows = [row for one in tables for row in await desk.rows(f'select to_jsonb(t)::text as row from "{one["name"]}" t')]
    bodies = await desk.rows("select body from journal_entries union all select body from traces")
    points = await desk.rows("select st_astext(geom, 15) as row from reports where geom is not null")
    return "\n".join([row["row"] for row in rows + points] + [row["body"].decode() for row in bodies])


@pytest.mark.parametrize("reason", Reason)
async def test_nothing_personal_is_left_anywhere(desk: Desk, reason: Reason) -> None:
    subject = off_centre(desk)
    filed = await desk.file(subject, sender=SENDER, client_key="canary-key", **CANARIES)
    photo = reencoded(encoded(picture()))
    await add_photo(desk.connection, filed.report_id, photo, Taken.BEFORE, actor="resident", now=MORNING)
    planted = [*CANARIES.values(), str(subject.given.lon), str(subject.given.lat)]
    before = await whole_database(desk)
    assert [one for one in planted if one not in before] == [], "the search finds what is there"
    assert photo.content[:40].hex() in before
    erased = await erase(desk, filed.report_id, reason)
    assert erased == Erased(
        ("text", "address", "reporter_name", "reporter_phone", "external_ref", "given", "candidates"), 1
    )
    after = await whole_database(desk)
    gone = [*planted, photo.content[:40].hex()] + ([SENDER, "canary-key"] if reason is Reason.RETENTION else [])
    assert [one for one in gone if one in after] == []
    assert await erase(desk, filed.report_id, reason) == Erased(), "a second time does nothing"


async def test_the_record_holds_and_says_what_went(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk), **CANARIES)
    await erase(desk, filed.report_id)
    rows = await desk.rows("select * from journal_entries where report_id = %s order by position", filed.report_id)
    assert broken_at((one["position"], one["body"], one["digest"]) for one in rows) is None
    last = json.loads(rows[-1]["body"])
    assert (last["type"], last["actor"]) == ("personal_erased", "account:9")
    assert last["facts"]["reason"] == "request"
    assert last["facts"]["fields"][:2] == ["text", "address"]
    [row] = await desk.rows("select entries, chain_head, erased_at from reports where id = %s", filed.report_id)
    assert (row["entries"], row["chain_head"], row["erased_at"]) == (len(rows), rows[-1]["digest"], LATER)
    [told] = await desk.rows("select event, report_id, body from traces")
    assert (told["event"], told["report_id"]) == ("personal_erased", filed.report_id)


async def test_the_digest_in_the_journal_fits_until_the_salt_is_gone(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk), sender=SENDER, **CANARIES)
    statement = (
        "select p.*, r.sender, r.client_key, r.external_ref, r.extra, r.candidates, st_x(geom) as lon, "
        "st_y(geom) as lat, given_x, given_y from reports r join report_private p on p.report_id = r.id where r.id = %s"
    )

    async def digest() -> str:
        [row] = await desk.rows(statement, filed.report_id)
        fields = {one: row[one] for one in row if one not in {"report_id", "salt", "lon", "lat", "given_x", "given_y"}}
        where = {"position": [row["lon"], row["lat"]], "given": [row["given_x"], row["given_y"]]}
        return personal_digest(bytes(row["salt"]), fields | where)

    [entry] = await desk.rows("select body from journal_entries where report_id = %s and position = 1", filed.report_id)
    stated = json.loads(entry["body"])["facts"]["personal_digest"]
    assert await digest() == stated, "what is stored can be checked against the record"
    await erase(desk, filed.report_id)
    assert await digest() != stated
    [row] = await desk.rows("select salt from report_private where report_id = %s", filed.report_id)
    assert row["salt"] == b""


async def figures(desk: Desk) -> list[dict[str, Any]]:
    return await desk.rows(
        "select area_path, kind_id, status, assignee_id, located, filed_at, occurred_at, edition_id, holder_area_id "
        "from reports order by id"
    )


async def test_no_figure_changes_and_every_position_stays_in_its_cell(desk: Desk) -> None:
    cells = desk.cells()
    filed = [await desk.file(off_centre(desk, one)) for one in range(0, len(cells), 3)]
    before = await figures(desk)
    positions = {row["id"]: LonLat(row["lon"], row["lat"]) for row in await desk.rows(POSITIONS)}
    for one in filed:
        await erase(desk, one.report_id)
    assert await figures(desk) == before
    plane = plane_for(Bounds(*next(iter(positions.values())), *next(iter(positions.values()))))
    labels = {desk.compiled.cell(code).label for code in cells}
    for row in await desk.rows(POSITIONS):
        moved = LonLat(row["lon"], row["lat"])
        assert row["covered"], "an open report stays in its cell when boundaries change"
        square = snapped_position(positions[row["id"]], plane)
        assert moved in labels or float(geodesic_m(*moved, *square)) < 1


def near_a_border(desk: Desk) -> LonLat:
    """A position whose square has its middle in another cell."""
    cell_of, plane = desk.compiled.locator.index, desk.compiled.plane
    for code in desk.cells():
        middle = desk.compiled.cell(code).label
        for step in range(-12, 13):
            one = near(middle, east_deg=0.0001 * step)
            if cell_of(one) == cell_of(middle) and cell_of(snapped_position(one, plane)) not in {
                OUTSIDE,
                cell_of(middle),
            }:
                return one
    raise AssertionError("no square has its middle in another cell")


async def test_a_report_near_a_border_does_not_move_to_the_neighbour(desk: Desk) -> None:
    at = near_a_border(desk)
    cell = desk.compiled.cell(desk.cells()[desk.compiled.locator.index(at)])
    filed = await desk.file(AtPosition(at, Datum.WGS84, 5.0))
    await erase(desk, filed.report_id)
    [row] = await desk.rows(POSITIONS)
    assert row["covered"]
    assert cell.label == LonLat(row["lon"], row["lat"])


async def test_what_leads_back_to_the_place_goes_too(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk))
    await desk.connection.execute('update reports set extra = \'{"plate": "canary"}\'')
    erased = await erase(desk, filed.report_id)
    assert {"extra", "candidates", "given"} <= set(erased.fields)
    [row] = await desk.rows("select extra, candidates, given_x, given_y, external_ref from reports")
    assert row == {"extra": {}, "candidates": [], "given_x": None, "given_y": None, "external_ref": None}


POSITIONS = """
select r.id, st_x(r.geom) as lon, st_y(r.geom) as lat, st_covers(v.geom, r.geom) as covered
from reports r join edition_areas e using (edition_id, area_id) join area_versions v on v.id = e.version_id
order by r.id
"""


async def test_reports_without_cell_or_position(desk: Desk) -> None:
    nowhere = await desk.file(AtPosition(LonLat(10.123456, 10.123456), Datum.WGS84, 5.0))
    without = await desk.file(NoSubject())
    for one in (nowhere, without):
        await erase(desk, one.report_id)
    rows = await desk.rows("select st_astext(geom, 15) as at from reports order by id")
    assert rows[1]["at"] is None
    assert "10.123456" not in rows[0]["at"]


async def test_what_was_erased_is_not_filed_again(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk), client_key="again")
    assert (await desk.file(off_centre(desk), client_key="again")).report_id == filed.report_id
    await erase(desk, filed.report_id)
    with pytest.raises(KeyReused, match="erased"):
        await desk.file(off_centre(desk), client_key="again")


async def test_a_report_out_of_sight_is_not_erased(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk))
    path = (await desk.rows("select area_path from reports"))[0]["area_path"]
    async with desk.connection.transaction(force_rollback=True):
        await desk.connection.execute("set local role wangge_service")
        await desk.connection.execute(ENTER, NOTHING.settings)
        with pytest.raises(UnknownReport):
            await erase_personal(desk.connection, filed.report_id, reason=Reason.REQUEST, actor="x", now=LATER)
        await desk.connection.execute(ENTER, Scope(paths=(path,)).settings)
        done = await erase_personal(desk.connection, filed.report_id, reason=Reason.REQUEST, actor="x", now=LATER)
        assert done.fields


async def test_only_what_came_to_its_end_long_enough_ago_is_anonymised(desk: Desk) -> None:
    filed = [(await desk.file(off_centre(desk, one), sender=SENDER)).report_id for one in range(5)]
    district = desk.compiled.district.id
    moment = MORNING - timedelta(days=700)
    states = [("closed", moment), ("void", moment), ("closed", MORNING), ("dispatched", None), ("closed", moment)]
    for report_id, (status, closed_at) in zip(filed, states, strict=True):
        await desk.connection.execute(
            "update reports set status = %s, closed_at = %s where id = %s", [status, closed_at, report_id]
        )
    before = moment + timedelta(seconds=1)
    assert await count_due(desk.connection, district, before=moment) == 0
    assert await count_due(desk.connection, district, before=before) == 3
    assert await count_due(desk.connection, district + 1, before=before) == 0
    async with desk.connection.transaction():
        done = await anonymise_due(desk.connection, district, before=before, actor="job:retention", now=LATER)
    assert done == 3 < BATCH
    rows = await desk.rows("select id, erased_at, sender, client_key from reports order by id")
    assert [row["id"] for row in rows if row["erased_at"]] == [filed[0], filed[1], filed[4]]
    assert {(row["sender"], row["client_key"]) for row in rows if row["erased_at"]} == {
        ("erased", report_number(one)) for one in (filed[0], filed[1], filed[4])
    }
    assert {row["sender"] for row in rows if not row["erased_at"]} == {SENDER}
    assert await anonymise_due(desk.connection, district, before=before, actor="job:retention", now=LATER) == 0
    assert await desk.rows("select 1 from traces") == [], "its counts are traced by whoever ran it"


async def test_closing_notes_its_moment_and_opening_again_forgets_it(desk: Desk) -> None:
    filed = await desk.file(off_centre(desk))
    changes = [("closed", True), ("dispatched", False), ("void", True)]
    for status, noted in changes:
        await desk.connection.execute("update reports set status = %s", [status])
        [row] = await desk.rows("select closed_at from reports where id = %s", filed.report_id)
        assert (row["closed_at"] is not None) == noted
