"""Questions about districts."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District, DistrictSettings, Level
from layers.districts.tables import DistrictRow, LevelRow
from layers.refusals import NotFound, Refusal


class UnknownDistrict(NotFound):
    """No district has this code."""


class DistrictNeeded(Refusal):
    """The database holds several districts, and the request names none."""


async def districts(connection: AsyncConnection) -> list[District]:
    """Every district, by code."""
    levels: dict[int, list[Level]] = defaultdict(list)
    for row in await connection.execute(select(LevelRow.__table__).order_by(LevelRow.depth)):
        levels[row.district_id].append(Level(row.depth, row.key, row.name, row.name_en or row.name))
    rows = await connection.execute(select(DistrictRow.__table__).order_by(DistrictRow.code))
    return [_record(row, tuple(levels[row.id])) for row in rows]


async def district(connection: AsyncConnection, code: str | None) -> District:
    """The district with this code, or the only one there is.

    Raises:
        UnknownDistrict: no district has this code, or none is declared yet.
        DistrictNeeded: no code is given and there are several.
    """
    return choose(await districts(connection), code)


def choose(known: list[District], code: str | None) -> District:
    """The one of `known` with this code, or the only one; see `district` for what is raised."""
    if not known:
        raise UnknownDistrict(
            "No district is declared yet.",
            field="district",
            remedy="Declare one: ./wangge district FILE.toml --commit.",
        )
    codes = ", ".join(one.code for one in known)
    if code is None:
        if len(known) > 1:
            raise DistrictNeeded("There are several districts.", field="district", remedy=f"Name one of: {codes}.")
        return known[0]
    for one in known:
        if one.code == code:
            return one
    raise UnknownDistrict(f"There is no district {code!r}.", field="district", value=code, remedy=f"Known: {codes}.")


def _record(row: Row[tuple[object, ...]], levels: tuple[Level, ...]) -> District:
    return District(
        id=row.id,
        code=row.code,
        name=row.name,
        name_en=row.name_en or row.name,
        time_zone=row.time_zone,
        plane_srid=row.plane_srid,
        levels=levels,
        settings=DistrictSettings.read(row.settings),
    )
