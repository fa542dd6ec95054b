"""Photos of a report: added with an entry in its journal, listed, looked at, erased.

The journal never holds a photo but its digest, salted as that of the personal fields: it shows that a photo was not
exchanged as long as photo and salt are there, and says nothing once they are erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection as Questions

from layers.actors import Actor, Scope
from layers.read.photos import Photo
from layers.refusals import Conflict, NotFound
from layers.reports.appending import append
from layers.reports.photos_tables import PhotoRow
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.tables import ReportRow
from layers.scope import reports_seen
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

MOST_PHOTOS = 20

_LOCK = """
select p.salt from reports r left join report_private p on p.report_id = r.id where r.id = %s for update of r
"""
_STORED = """
select id, taken, at, by, media_type, width_px, height_px, size_bytes, content is null as erased
from report_photos where report_id = %s and digest = %s
"""
_COUNT = "select count(*) as stored from report_photos where report_id = %s"
_ADD = """
insert into report_photos (report_id, taken, at, by, digest, media_type, width_px, height_px, size_bytes, content)
values (%(report)s, %(taken)s, %(at)s, %(by)s, %(digest)s, %(media_type)s, %(width_px)s, %(height_px)s,
    %(size_bytes)s, %(content)s)
"""
_DISTRICT = "select district_id from reports where id = %s"
_ERASE = "update report_photos set content = null where report_id = %s and content is not null"


class UnknownPhoto(NotFound):
    """The report has no such photo, or it was erased."""


class TooManyPhotos(Conflict):
    """The report has as many photos as one may have."""


class PersonalErased(Conflict):
    """What the report held of persons was erased; nothing of the kind is added any more."""


class Taken(StrEnum):
    """When a photo was taken: before the matter was settled, after, or neither."""

    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo of a report, without its content."""

    id: int
    taken: str
    at: datetime
    by: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    erased: bool


async def add_photo(
    connection: AsyncConnection[Any], report_id: int, photo: Photo, taken: Taken, *, actor: str, now: datetime
) -> tuple[StoredPhoto, bool]:
    """Add a photo in the caller's transaction and scope; whether it had been added before, erased since or not.

    Raises:
        UnknownReport: there is none that the transaction's scope may see.
        PersonalErased: the report's personal fields were erased.
        TooManyPhotos: the report has `MOST_PHOTOS` already.
    """
    digest = sha256(await _salt(connection, report_id) + photo.content).digest()
    same = await _stored(connection, report_id, digest)
    if same is not None:
        return same, True
    await _require_room(connection, report_id)
    given = {
        "report": report_id,
        "taken": taken.value,
        "at": now,
        "by": actor,
        "digest": digest,
        "media_type": photo.media_type,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "size_bytes": len(photo.content),
        "content": photo.content,
    }
    await connection.execute(_ADD, given)
    stored = await _stored(connection, report_id, digest)
    assert stored is not None, "it was inserted under this digest"
    await append(connection, report_id, "photo_added", _facts(stored, digest), actor=actor, now=now)
    return stored, False


def _facts(stored: StoredPhoto, digest: bytes) -> dict[str, Any]:
    """What the journal states; when and by whom stands in the entry itself."""
    shown = asdict(stored)
    facts = {name: shown[name] for name in ("taken", "media_type", "width_px", "height_px", "size_bytes")}
    return facts | {"photo": stored.id, "digest": digest.hex()}


async def erase_photos(connection: AsyncConnection[Any], report_id: int) -> int:
    """Take away the content of every photo of a report; its record and its digests stay. How many there were."""
    return (await connection.execute(_ERASE, [report_id])).rowcount


async def photos(connection: Questions, report_id: int, *, scope: Scope) -> tuple[StoredPhoto, ...]:
    """The photos of a report that the scope may see, in the order they were added."""
    shown = (
        PhotoRow.id,
        PhotoRow.taken,
        PhotoRow.at,
        PhotoRow.by,
        PhotoRow.media_type,
        PhotoRow.width_px,
        PhotoRow.height_px,
        PhotoRow.size_bytes,
        PhotoRow.content.is_(None).label("erased"),
    )
    statement = (
        select(*shown)
        .join(ReportRow, ReportRow.id == PhotoRow.report_id)
        .where(PhotoRow.report_id == report_id, reports_seen(ReportRow, scope))
        .order_by(PhotoRow.id)
    )
    return tuple(StoredPhoto(**row) for row in (await connection.execute(statement)).mappings())


async def photo_content(connection: Questions, report_id: int, photo_id: int, *, scope: Scope) -> bytes:
    """The photo itself.

    Raises:
        UnknownPhoto: there is none that the scope may see, or it was erased.
    """
    statement = (
        select(PhotoRow.content)
        .join(ReportRow, ReportRow.id == PhotoRow.report_id)
        .where(PhotoRow.report_id == report_id, PhotoRow.id == photo_id, reports_seen(ReportRow, scope))
    )
    content = await connection.scalar(statement)
    if content is None:
        raise UnknownPhoto("There is no such photo, or it was erased.", field="id", value=photo_id)
    return bytes(content)


async def trace_look(
    connection: AsyncConnection[Any], report_id: int, photo_id: int, *, actor: Actor, now: datetime
) -> None:
    """Write into the access log that someone looks at a photo; commit it before the photo is answered.

    Raises:
        UnknownReport: there is none that the transaction's scope may see.
    """
    row = await _row(connection, _DISTRICT, [report_id])
    if row is None:
        raise unknown_report(report_number(report_id))
    event = Event(
        EventName.PERSONAL_READ,
        row["district_id"],
        f"report:{report_number(report_id)}",
        report_id=report_id,
        facts={"fields": ["photo"], "photo": photo_id, "role": actor.role.value if actor.role else None},
    )
    await trace(connection, event, actor=actor.name, now=now)


async def _salt(connection: AsyncConnection[Any], report_id: int) -> bytes:
    """The report's salt; its row stays locked, so that two photos never take one place."""
    row = await _row(connection, _LOCK, [report_id])
    if row is None:
        raise unknown_report(report_number(report_id))
    if not row["salt"]:
        raise PersonalErased("What this report held of persons was erased; it takes no photos any more.")
    return bytes(row["salt"])


async def _stored(connection: AsyncConnection[Any], report_id: int, digest: bytes) -> StoredPhoto | None:
    row = await _row(connection, _STORED, [report_id, digest])
    return None if row is None else StoredPhoto(**row)


async def _require_room(connection: AsyncConnection[Any], report_id: int) -> None:
    row = await _row(connection, _COUNT, [report_id])
    if row is not None and row["stored"] >= MOST_PHOTOS:
        raise TooManyPhotos(
            f"The report has {MOST_PHOTOS} photos, as many as it may have.",
            field="photo",
            remedy="File another report, and name this one in its text.",
        )


async def _row(connection: AsyncConnection[Any], statement: Any, given: Any) -> Mapping[str, Any] | None:
    cursor = connection.cursor(row_factory=dict_row)
    return await (await cursor.execute(statement, given)).fetchone()
