"""What is read of reports: numbers, counts of what waits, and names of editions that are gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.queries import areas, edition_in_force
from layers.districts.queries import district as district_of
from layers.reports.listing import ReportFilter, reports, waiting
from layers.reports.queries import UnknownReport, area_names, id_of, record, report
from layers.reports.queries import district_of as owner_of

MIDNIGHT = datetime(2025, 1, 5, 16, 0, tzinfo=UTC)
INSERT = text("""
    insert into reports (
        id, district_id, sender, source, client_key, content_digest, kind_id, status, subject, occurred_at, filed_at,
        located, located_by, edition_id, assignee_id, entries, chain_head
    )
    select :id, d.id, 's', 's', cast(:id as text), '', (select min(id) from kinds), :status, 'position', :at, :at,
        :located, 'position', e.id, case when :assigned then (select min(id) from people) end, 0, ''
    from districts d join editions e on e.district_id = d.id
""")


async def store(connection: AsyncConnection, **given: object) -> None:
    row = {"status": "filed", "at": MIDNIGHT, "located": True, "assigned": True, **given}
    await connection.execute(INSERT, row)


def test_a_number_and_its_id() -> None:
    assert id_of("20250106-0000012") == 202501060000012
    for text_given in ("20250106", "20250106-12", "2025010a-0000012", "00000000-0000000", ""):
        with pytest.raises(UnknownReport):
            id_of(text_given)


async def test_what_waits_is_counted(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    await store(toytown, id=202501050000001, at=MIDNIGHT - timedelta(seconds=1))
    # Numbered by the town's date, filed after its midnight.
    await store(toytown, id=202501060000002)
    await store(toytown, id=202501060000003, assigned=False)
    await store(toytown, id=202501060000004, assigned=False, located=False)
    await store(toytown, id=202501060000005, status="closed", assigned=False)
    found = await waiting(toytown, district.id, scope=DESK, since=MIDNIGHT)
    assert (found.open, found.unassigned, found.unlocated, found.filed_since) == (4, 1, 1, 4)


async def test_a_period_holds_reports_of_every_time_zone(toytown: AsyncConnection) -> None:
    """The number's date may be a day before or after that of the moment in UTC."""
    district = await district_of(toytown, None)
    await store(toytown, id=202501050000001)
    await store(toytown, id=202501060000002)
    await store(toytown, id=202501040000003)
    period = ReportFilter(filed_from=MIDNIGHT, filed_to=MIDNIGHT + timedelta(seconds=1))
    assert len((await reports(toytown, district.id, period, scope=DESK)).reports) == 3
    after = ReportFilter(filed_from=MIDNIGHT + timedelta(seconds=1))
    assert not (await reports(toytown, district.id, after, scope=DESK)).reports


async def test_a_report_without_a_journal_does_not_hold(toytown: AsyncConnection) -> None:
    await store(toytown, id=202501060000002)
    assert (await record(toytown, 202501060000002, scope=DESK)).holds is False
    assert await owner_of(toytown, 202501060000002, scope=DESK) == "990101000000"
    assert (await report(toytown, 202501060000002, scope=DESK)).number == "20250106-0000002"


async def test_what_does_not_exist_is_unknown(toytown: AsyncConnection) -> None:
    for ask in (report, record, owner_of):
        with pytest.raises(UnknownReport, match="20250106-0000099"):
            await ask(toytown, 202501060000099, scope=DESK)


async def test_names_are_those_of_the_edition_asked(toytown: AsyncConnection) -> None:
    district = await district_of(toytown, None)
    found = await areas(toytown, (await edition_in_force(toytown, district)).id, depth=1)
    names = await area_names(toytown, district.id, [(1, found[0].id), (1, 10**9), (9, found[0].id)])
    assert {at: (one.name, one.depth) for at, one in names.items()} == {(1, found[0].id): ("西街道", 1)}
    assert await area_names(toytown, district.id, []) == {}
