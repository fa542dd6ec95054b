"""Units (责任单位): departments and other bodies that come to a matter, by code."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District
from layers.roster.records import Unit
from layers.roster.tables import UnitRow


async def units(connection: AsyncConnection, district: District) -> list[Unit]:
    """The units in use, by code."""
    statement = select(UnitRow.__table__).where(UnitRow.district_id == district.id, UnitRow.active)
    return [
        Unit(row.id, row.code, row.name, row.name_en or row.name)
        for row in await connection.execute(statement.order_by(UnitRow.code))
    ]


async def unit_ids(connection: AsyncConnection, district: District) -> dict[str, int]:
    """The id of every unit a district has or had, by code."""
    found = await connection.execute(select(UnitRow.code, UnitRow.id).where(UnitRow.district_id == district.id))
    return {row.code: row.id for row in found}
