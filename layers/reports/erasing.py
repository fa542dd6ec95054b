"""Erasing what a report holds of persons: at someone's request, or when its time has come.

What stays is what happened and where: kind, times, area, who handled it, and the journal, whose digests of the erased
fields are worth nothing without their salt. The position moves to the middle of its public square, or of its cell
where that square's middle lies in another cell, so that no figure changes and an open report stays where it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from geo.crs import STORAGE_SRID, Plane
from geo.positions import LonLat
from geo.public_grid import snapped_position
from layers.reports.appending import append
from layers.reports.photos import erase_photos
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

#: Reports anonymised in one transaction.
BATCH = 100

LOCK = """
select r.district_id, d.plane_srid, r.erased_at, st_x(r.geom) as lon, st_y(r.geom) as lat, r.sender, r.client_key,
    r.external_ref, r.given_x is not null as given, r.extra <> '{}' as extra, r.candidates <> '[]' as candidates,
    p.text <> '' as text, p.address is not null as address, p.reporter_name is not null as reporter_name,
    p.reporter_phone is not null as reporter_phone,
    exists (select from report_notes n where n.report_id = r.id and n.text is not null) as notes,
    exists (
        select from report_callers c where c.report_id = r.id and num_nonnulls(c.name, c.phone, c.text) > 0
    ) as callers
from reports r join districts d on d.id = r.district_id left join report_private p on p.report_id = r.id
where r.id = %s for update of r
"""
PRIVATE = """
update report_private set salt = '', text = '', address = null, reporter_name = null, reporter_phone = null
where report_id = %s
"""
NOTES = "update report_notes set salt = '', text = null where report_id = %s"
CALLERS = "update report_callers set salt = '', name = null, phone = null, text = null where report_id = %s"
#: The square's middle, unless it lies in another cell than the report.
REPORT = """
update reports r set
    geom = case when r.geom is null then null else coalesce(
        (
            select case when st_covers(v.geom, square) then square else v.label_point end
            from edition_areas e join area_versions v on v.id = e.version_id
            where e.edition_id = r.edition_id and e.area_id = r.area_id
        ), square)
    end,
    given_x = null, given_y = null, external_ref = null, extra = '{}', candidates = '[]', sender = %(sender)s,
    client_key = %(client_key)s, erased_at = %(now)s
from (select st_setsrid(st_makepoint(%(lon)s, %(lat)s), %(srid)s) as square) moved
where r.id = %(id)s
"""
DUE = """
select id from reports
where district_id = %s and closed_at < %s and closed_at is not null and erased_at is null
order by closed_at limit %s for update skip locked
"""
COUNT_DUE = """
select count(*) as due from reports
where district_id = %s and closed_at < %s and closed_at is not null and erased_at is null
"""
#: What `LOCK` tells of, in the words of the record.
FIELDS = (
    "text",
    "address",
    "reporter_name",
    "reporter_phone",
    "external_ref",
    "given",
    "extra",
    "candidates",
    "notes",
    "callers",
)


class Reason(StrEnum):
    """Why something was erased."""

    REQUEST = "request"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was there to erase: names of fields, and how many photos; nothing where it had been erased before."""

    fields: tuple[str, ...] = ()
    photos: int = 0


async def erase_personal(
    connection: AsyncConnection[Any], report_id: int, *, reason: Reason, actor: str, now: datetime
) -> Erased:
    """Erase what a report holds of persons, in the caller's transaction and scope; a second time does nothing.

    At someone's request the sender and the key stay, so that the same report sent again is refused and does not come
    back; the request leaves a trace. When its time has come, they go too, and nothing leads from the report to an
    account any more; whoever does that leaves one trace with the counts.

    Raises:
        UnknownReport: there is none that the transaction's scope may see.
    """
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(LOCK, [report_id])).fetchone()
    if row is None:
        raise unknown_report(report_number(report_id))
    if row["erased_at"] is not None:
        return Erased()
    erased = Erased(tuple(one for one in FIELDS if row[one]), await erase_photos(connection, report_id))
    for statement in (PRIVATE, NOTES, CALLERS):
        await connection.execute(statement, [report_id])
    await connection.execute(REPORT, _values(row, report_id, reason, now))
    stated = {"reason": reason.value, "fields": list(erased.fields), "photos": erased.photos}
    await append(connection, report_id, "personal_erased", stated, actor=actor, now=now)
    if reason is Reason.REQUEST:
        subject = f"report:{report_number(report_id)}"
        event = Event(EventName.PERSONAL_ERASED, row["district_id"], subject, report_id=report_id, facts=stated)
        await trace(connection, event, actor=actor, now=now)
    return erased


async def anonymise_due(
    connection: AsyncConnection[Any], district_id: int, *, before: datetime, actor: str, now: datetime
) -> int:
    """Anonymise one batch of the reports that came to their end before a moment; how many, at most `BATCH`."""
    cursor = connection.cursor(row_factory=dict_row)
    due = await (await cursor.execute(DUE, [district_id, before, BATCH])).fetchall()
    for row in due:
        await erase_personal(connection, row["id"], reason=Reason.RETENTION, actor=actor, now=now)
    return len(due)


async def count_due(connection: AsyncConnection[Any], district_id: int, *, before: datetime) -> int:
    """How many reports are due to be anonymised."""
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(COUNT_DUE, [district_id, before])).fetchone()
    assert row is not None
    return int(row["due"])


def _values(row: Mapping[str, Any], report_id: int, reason: Reason, now: datetime) -> dict[str, Any]:
    square = _square(row)
    goes = reason is Reason.RETENTION and row["sender"].startswith("account:")
    return {
        "id": report_id,
        "lon": square.lon if square else None,
        "lat": square.lat if square else None,
        "srid": STORAGE_SRID,
        "sender": "erased" if goes else row["sender"],
        "client_key": report_number(report_id) if goes else row["client_key"],
        "now": now,
    }


def _square(row: Mapping[str, Any]) -> LonLat | None:
    if row["lon"] is None:
        return None
    plane = None if row["plane_srid"] is None else Plane(row["plane_srid"])
    return snapped_position(LonLat(row["lon"], row["lat"]), plane)
