"""What the simulation asks of the database: where people live, and how much of it was filed before."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.positions import LonLat
from layers.districts.records import District
from layers.places.tables import BuildingRow
from layers.reports.simulation import SENDER, Home
from layers.reports.tables import ReportRow
from layers.roster.tables import UnitRow


async def homes(connection: AsyncConnection, district: District) -> list[Home]:
    """The district's buildings, by code."""
    statement = (
        select(
            BuildingRow.address,
            BuildingRow.residents,
            func.ST_X(BuildingRow.geom).label("lon"),
            func.ST_Y(BuildingRow.geom).label("lat"),
        )
        .where(BuildingRow.district_id == district.id)
        .order_by(BuildingRow.code)
    )
    return [Home(row.address, LonLat(row.lon, row.lat), row.residents) for row in await connection.execute(statement)]


async def count_simulated(connection: AsyncConnection, district: District) -> int:
    """How many simulated reports the district has."""
    statement = (
        select(func.count())
        .select_from(ReportRow)
        .where(ReportRow.district_id == district.id, ReportRow.sender == SENDER)
    )
    return await connection.scalar(statement) or 0


async def units(connection: AsyncConnection, district: District) -> dict[int, str]:
    """The codes of the district's units, by id."""
    statement = select(UnitRow.id, UnitRow.code).where(UnitRow.district_id == district.id, UnitRow.active)
    return {row.id: row.code for row in await connection.execute(statement)}
