"""Filing on the real database: located, assigned, recorded, found again, and never half."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from geo.datum import position_from_storage
from geo.positions import Datum, LonLat
from layers.areas.queries import UnknownArea
from layers.reports.assignment import replay, steps_of
from layers.reports.filing import BadFiling, EditionMoved, KeyReused
from layers.reports.journal import broken_at
from layers.reports.kinds import BadExtra, UnknownKind
from layers.reports.locating import UnknownPlace
from layers.reports.records import AtAddress, AtPlace, AtPosition, Considered, InArea, NoSubject
from tests.layers.reports.desk import MORNING, NIGHT, Desk, desk_at, near

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(toytown_rolled_back_url: str) -> AsyncIterator[Desk]:
    async with await psycopg.AsyncConnection.connect(toytown_rolled_back_url) as connection:
        made = await desk_at(toytown_rolled_back_url, connection)
        async with connection.transaction(force_rollback=True):
            yield made


async def test_a_report_goes_to_the_worker_of_its_grid(desk: Desk) -> None:
    code = desk.cells()[0]
    filed = await desk.file(desk.middle_of(code))
    assert filed.report is not None
    assert filed.outcome is not None
    assert filed.outcome.assignee is not None
    assert filed.report.located_by == "position"
    assert filed.report.certainty == 1
    assert filed.report.assignee_number == filed.outcome.assignee.number == "W0001"
    assert filed.outcome.reason == "rank_A"
    [row] = await desk.rows("select * from reports where id = %s", filed.report.id)
    assert (row["status"], row["area_path"], row["entries"]) == ("dispatched", filed.report.area_path, 2)
    [load] = await desk.rows("select open from person_loads where person_id = %s", row["assignee_id"])
    assert load["open"] == 1


async def test_at_night_the_streets_desk_gets_it_and_everyone_passed_over_is_named(desk: Desk) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]), now=NIGHT)
    assert filed.outcome is not None
    assert {one.number: one.verdict for one in filed.outcome.considered} == {
        "W0001": "off_duty",
        "W0002": "off_duty",
        "I0001": "off_duty",
        "C0001": "off_duty",
        "S0001": "taken",
    }
    assert filed.outcome.reason == "climbed_to_depth_1"


async def test_an_absent_worker_is_passed_over(desk: Desk) -> None:
    await desk.rows(
        "insert into absences (person_id, starts_at, ends_at) select id, %s, %s from people where number = 'W0001'"
        " returning id",
        MORNING - timedelta(hours=1),
        MORNING + timedelta(hours=1),
    )
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    assert filed.report is not None
    assert filed.report.assignee_number == "W0002"


async def test_the_cap_sends_work_on_and_in_the_end_it_is_unassigned_and_shown(desk: Desk) -> None:
    numbers = []
    for _ in range(52):
        filed = await desk.file(desk.middle_of(desk.cells()[0]))
        assert filed.report is not None
        numbers.append(filed.report.assignee_number)
    assert numbers == ["W0001"] * 10 + ["W0002"] * 10 + ["I0001"] * 10 + ["C0001"] * 10 + ["S0001"] * 10 + [None] * 2
    [row] = await desk.rows("select status, holder_depth from reports where id = %s", filed.report_id)
    assert (row["status"], row["holder_depth"]) == ("filed", 3)
    assert filed.outcome is not None
    assert filed.outcome.reason == "nobody_available"


async def test_the_record_holds_replays_and_keeps_personal_fields_apart(desk: Desk) -> None:
    filed = await desk.file(
        desk.middle_of(desk.cells()[5]), reporter_name="某人", reporter_phone="13900000000", address="西街道某处"
    )
    entries = await desk.rows(
        "select position, type, body, digest from journal_entries where report_id = %s order by position",
        filed.report_id,
    )
    assert [one["type"] for one in entries] == ["filed", "assigned"]
    assert broken_at((one["position"], one["body"], one["digest"]) for one in entries) is None
    whole = b"".join(one["body"] for one in entries).decode()
    for personal in ("某人", "13900000000", "西街道某处", "楼下有垃圾"):
        assert personal not in whole
    [row] = await desk.rows("select chain_head, area_path from reports where id = %s", filed.report_id)
    assert row["chain_head"] == entries[-1]["digest"]
    [run] = await desk.rows("select considered from assignments where report_id = %s", filed.report_id)
    again = replay(run["considered"], steps_of(row["area_path"]), turn=filed.report_id % 10_000_000)
    assert again == filed.outcome
    assert {one["verdict"] for one in run["considered"]} <= {"taken", "not_reached"}
    assert [Considered(**one) for one in run["considered"]] == list(filed.outcome.considered if filed.outcome else ())


async def test_the_journal_cannot_be_changed(desk: Desk) -> None:
    filed = await desk.file(desk.middle_of(desk.cells()[0]))
    for statement in (
        "update journal_entries set actor = 'x' where report_id = %s",
        "delete from journal_entries where report_id = %s",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            async with desk.connection.transaction():
                await desk.rows(statement, filed.report_id)


async def test_the_same_key_finds_the_first_and_refuses_other_content(desk: Desk) -> None:
    first = await desk.file(desk.middle_of(desk.cells()[0]), client_key="one")
    again = await desk.file(desk.middle_of(desk.cells()[0]), client_key="one", now=MORNING + timedelta(days=2))
    assert (again.report_id, again.again) == (first.report_id, True)
    for other in ({"text": "别的"}, {"kind": "C01"}, {"external_ref": "7"}, {"occurred_at": MORNING}):
        with pytest.raises(KeyReused):
            await desk.file(desk.middle_of(desk.cells()[0]), client_key="one", **other)
    elsewhere = await desk.file(desk.middle_of(desk.cells()[0]), client_key="one", sender="source:other")
    assert elsewhere.report_id != first.report_id
    assert len(await desk.rows("select id from reports")) == 2


@pytest.mark.parametrize("datum", list(Datum))
async def test_every_datum_leads_to_the_same_grid(desk: Desk, datum: Datum) -> None:
    middle = desk.compiled.cell(desk.cells()[7]).label
    filed = await desk.file(AtPosition(position_from_storage(middle, datum), datum, 5.0))
    assert filed.report is not None
    assert filed.location is not None
    assert filed.location.area == desk.compiled.cell(desk.cells()[7])
    assert filed.report.position == pytest.approx(middle, abs=2e-9)
    assert filed.report.given_datum == datum


async def test_near_a_border_both_grids_are_candidates(desk: Desk) -> None:
    west, east = (desk.compiled.cell(code) for code in desk.cells()[:2])
    between = LonLat((west.label.lon + east.label.lon) / 2, (west.label.lat + east.label.lat) / 2)
    filed = await desk.file(AtPosition(between, Datum.WGS84, 60.0))
    assert filed.report is not None
    assert "near_border" in filed.report.flags
    assert {west.code, east.code} <= {one["code"] for one in filed.report.candidates}
    assert filed.report.certainty is not None
    assert 0.3 < filed.report.certainty < 0.9


async def test_far_outside_is_unlocated_and_waits_for_a_person(desk: Desk) -> None:
    filed = await desk.file(AtPosition(LonLat(117.5, 36.9), Datum.WGS84, 10.0))
    assert filed.report is not None
    assert (filed.report.located, filed.report.area_path, filed.outcome) == (False, None, None)
    assert "unlocated" in filed.report.flags
    [entry] = await desk.rows("select type from journal_entries where report_id = %s", filed.report_id)
    assert entry["type"] == "filed"


async def test_coordinates_that_come_again_and_again_are_flagged(desk: Desk) -> None:
    where = desk.middle_of(desk.cells()[0])
    flags = [(await desk.file(where)).report for _ in range(32)]
    flagged = [one is not None and "repeated_position" in one.flags for one in flags]
    assert flagged == [False] * 30 + [True] * 2
    beside = await desk.file(AtPosition(near(where.given, east_deg=1e-7), Datum.WGS84, 5.0))
    assert beside.report is not None
    assert "repeated_position" not in beside.report.flags


async def test_an_address_is_matched_and_half_of_one_is_not_guessed(desk: Desk) -> None:
    [building] = await desk.rows("select address, area_id from buildings order by code limit 1")
    filed = await desk.file(AtAddress(building["address"].replace("1号", "一号", 1)))
    assert filed.report is not None
    assert filed.report.located_by == "address"
    assert filed.location is not None
    assert filed.location.area is not None
    assert filed.location.area.id == building["area_id"]
    vague = await desk.file(AtAddress("西街道和平路"))
    assert vague.report is not None
    assert (vague.report.located, vague.report.flags) == (False, ("address_ambiguous",))
    assert len(vague.report.candidates) == 5
    unknown = await desk.file(AtAddress("zzz 999"))
    assert unknown.report is not None
    assert unknown.report.flags == ("address_unmatched",)


async def test_an_address_as_the_register_has_it_means_that_building_unless_it_is_there_twice(
    desk: Desk,
) -> None:
    [gate, house, twin] = await desk.rows(
        "select distinct on (area_id) id, area_id from buildings where area_id is not null order by area_id, id limit 3"
    )
    change = "update buildings set address = %s where id = %s"
    await desk.connection.execute(change, ["和平路12号", gate["id"]])
    await desk.connection.execute(change, ["和平路12号3号楼", house["id"]])
    # The gate's whole address is part of the house's, so by likeness alone nobody could tell.
    for written in ("和平路12号3号楼", "和平路１２号３号楼"):
        filed = await desk.file(AtAddress(written))
        assert filed.location is not None and filed.location.area is not None
        assert filed.location.area.id == house["area_id"]
        assert [one.text for one in filed.location.matches] == ["和平路12号3号楼"]
    await desk.connection.execute(change, ["和平路12号3号楼", twin["id"]])
    doubtful = await desk.file(AtAddress("和平路12号3号楼"))
    assert doubtful.location is not None
    assert (doubtful.location.located, doubtful.location.flags) == (False, ("address_ambiguous",))


async def test_an_address_that_names_an_area_goes_to_that_area(desk: Desk) -> None:
    community = next(one for one in desk.compiled.areas.values() if one.depth == 2)
    filed = await desk.file(AtAddress(community.name))
    assert filed.location is not None
    assert filed.location.area == community
    assert filed.report is not None
    assert filed.report.assignee_number == "C0001"


async def test_areas_places_and_matters_without_a_place(desk: Desk) -> None:
    street = next(one for one in desk.compiled.areas.values() if one.depth == 1)
    area = await desk.file(InArea("street", street.code))
    place = await desk.file(AtPlace(f"P{street.code}"))
    opinion = await desk.file(NoSubject(), kind="L02")
    numbers = [one.report.assignee_number for one in (area, place, opinion) if one.report]
    assert numbers[0] == "S0001"
    assert numbers[1] is not None
    assert numbers[1].startswith("W")
    assert numbers[2] == "D0001"
    assert opinion.report is not None
    assert opinion.report.located


@pytest.mark.parametrize(
    ("given", "error", "field"),
    [
        ({"kind": "X99"}, UnknownKind, "kind"),
        ({"extra": {"colour": "red"}}, BadExtra, "extra.colour"),
        ({"occurred_at": MORNING + timedelta(hours=1)}, BadFiling, "occurred_at"),
        ({"subject": InArea("grid", "999")}, UnknownArea, "subject.code"),
        ({"subject": AtPlace("P0")}, UnknownPlace, "subject.code"),
    ],
)
async def test_what_cannot_be_filed_is_refused_by_field_and_leaves_nothing(
    desk: Desk, given: dict[str, Any], error: type[Exception], field: str
) -> None:
    subject = given.pop("subject", desk.middle_of(desk.cells()[0]))
    with pytest.raises(error) as refused:
        await desk.file(subject, **given)
    assert refused.value.field == field  # type: ignore[attr-defined]
    assert not await desk.rows("select 1 from reports")


async def test_a_report_is_never_filed_under_an_edition_that_is_no_longer_in_force(desk: Desk) -> None:
    await desk.rows("update editions set status = 'retired' where status = 'in_force' returning id")
    with pytest.raises(EditionMoved):
        await desk.file(desk.middle_of(desk.cells()[0]))
    assert not await desk.rows("select 1 from reports")


async def test_numbers_carry_the_local_date(desk: Desk) -> None:
    late = MORNING.replace(hour=17)  # one in the morning of the next day, in the town
    filed = await desk.file(desk.middle_of(desk.cells()[0]), now=late)
    assert filed.report is not None
    assert filed.report.number.startswith("20250109-")
    body = (await desk.rows("select body from journal_entries where report_id = %s and position = 1", filed.report_id))[
        0
    ]
    assert json.loads(body["body"])["at"] == "2025-01-08T17:00:00.000000Z"
