"""The roster on its way into a file: one row for each duty that has not ended, as an import takes it up again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.tables import AreaRow
from layers.districts.records import District
from layers.roster.tables import DutyRow, PersonRow
from layers.write.naming import own_field
from layers.write.streams import PIECE, Drawn, FeatureStream, FieldKind, Rows

FIELDS = (
    *(own_field(name) for name in ("number", "role", "area", "level", "rank")),
    own_field("cap", FieldKind.WHOLE),
    *(own_field(name) for name in ("shifts", "valid_from", "valid_to")),
)


@dataclass(frozen=True, slots=True)
class RosterStream:
    """The roster, and how many people a table of duties cannot show: they have no duty, or are not active."""

    stream: FeatureStream
    left_out: int


async def roster_stream(connection: AsyncConnection, *, district: District, on: date) -> RosterStream:
    """The duties of active people that have not ended on a day, by number; what ended is history."""
    rows = await _duties(connection, district, on)
    people = select(func.count()).select_from(PersonRow).where(PersonRow.district_id == district.id)
    known = (await connection.execute(people)).scalar_one()
    stream = FeatureStream("roster", FIELDS, Drawn.NOTHING, len(rows), _pieces(rows, district))
    return RosterStream(stream, known - len({row.number for row in rows}))


async def _duties(connection: AsyncConnection, district: District, on: date) -> Sequence[Any]:
    statement = (
        select(
            PersonRow.number,
            PersonRow.role,
            AreaRow.code,
            AreaRow.depth,
            DutyRow.rank,
            PersonRow.cap,
            PersonRow.shifts,
            DutyRow.valid_from,
            DutyRow.valid_to,
        )
        .join(DutyRow, DutyRow.person_id == PersonRow.id)
        .join(AreaRow, AreaRow.id == DutyRow.area_id)
        .where(
            and_(PersonRow.district_id == district.id, PersonRow.active),
            or_(DutyRow.valid_to.is_(None), DutyRow.valid_to >= on),
        )
        .order_by(PersonRow.number, AreaRow.depth, AreaRow.code, DutyRow.rank, DutyRow.valid_from)
    )
    return (await connection.execute(statement)).all()


async def _pieces(rows: Sequence[Any], district: District) -> AsyncIterator[Rows]:
    for start in range(0, len(rows), PIECE):
        cells = [_cells(row, district) for row in rows[start : start + PIECE]]
        yield Rows(list(zip(*cells, strict=True)), None)


def _cells(row: Any, district: District) -> tuple[Any, ...]:
    number, role, area, depth, rank, cap, shifts, begins, ends = row
    level = district.levels[depth].key
    return number, role, area, level, rank, cap, shifts, begins.isoformat(), ends.isoformat() if ends else None
