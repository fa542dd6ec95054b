"""The roster and the units on their way into a file, as an import takes them up again.

Of the roster one row for each duty that has not ended, and one for each handler of a unit without any duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.tables import AreaRow
from layers.districts.records import District
from layers.roster.importing_rows import DEPARTMENT_HANDLER
from layers.roster.tables import DutyRow, PersonRow, UnitRow
from layers.roster.units import units
from layers.write.naming import own_field
from layers.write.streams import Drawn, FeatureStream, FieldKind, in_pieces

FIELDS = (
    *(own_field(name) for name in ("number", "role", "area", "level", "rank")),
    own_field("cap", FieldKind.WHOLE),
    *(own_field(name) for name in ("shifts", "valid_from", "valid_to", "unit")),
)
UNIT_FIELDS = tuple(own_field(name) for name in ("code", "name", "name_en"))


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
    pieces = in_pieces([_cells(row, district) for row in rows])
    stream = FeatureStream("roster", FIELDS, Drawn.NOTHING, len(rows), pieces)
    return RosterStream(stream, known - len({row.number for row in rows}))


async def _duties(connection: AsyncConnection, district: District, on: date) -> Sequence[Any]:
    has_not_ended = or_(DutyRow.valid_to.is_(None), DutyRow.valid_to >= on)
    comes_for_a_unit = and_(PersonRow.role == DEPARTMENT_HANDLER, UnitRow.id.is_not(None))
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
            UnitRow.code.label("unit"),
        )
        .join(DutyRow, and_(DutyRow.person_id == PersonRow.id, has_not_ended), isouter=True)
        .join(AreaRow, AreaRow.id == DutyRow.area_id, isouter=True)
        .join(UnitRow, and_(UnitRow.id == PersonRow.unit_id, UnitRow.active), isouter=True)
        .where(PersonRow.district_id == district.id, PersonRow.active, or_(AreaRow.id.is_not(None), comes_for_a_unit))
        .order_by(PersonRow.number, AreaRow.depth, AreaRow.code, DutyRow.rank, DutyRow.valid_from)
    )
    return (await connection.execute(statement)).all()


def _cells(row: Any, district: District) -> tuple[Any, ...]:
    number, role, area, depth, rank, cap, shifts, begins, ends, unit = row
    level = None if depth is None else district.levels[depth].key
    return number, role, area, level, rank, cap, shifts, _day(begins), _day(ends), unit


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


async def units_stream(connection: AsyncConnection, *, district: District) -> FeatureStream:
    """The units in use, by code."""
    known = await units(connection, district)
    rows = [(one.code, one.name, None if one.name_en == one.name else one.name_en) for one in known]
    return FeatureStream("units", UNIT_FIELDS, Drawn.NOTHING, len(rows), in_pieces(rows))
