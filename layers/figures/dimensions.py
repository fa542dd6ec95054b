"""What figures are told apart by: the areas, kinds, groups or units of a sheet, by the labels their counts have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import SQLColumnExpression, Text, case, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.areas.records import Area, Edition
from layers.districts.records import District, Level
from layers.figures.placing import Placing
from layers.figures.records import By, KindAt, Named, Period
from layers.reports.kinds import UnknownKind
from layers.reports.tables import KindRow, ReportRow
from layers.roster.tables import UnitRow
from layers.scope import holds


@dataclass(frozen=True, slots=True)
class Grouping:
    """What reports are told apart by: an expression over their rows, and where they lie if that is asked."""

    label: SQLColumnExpression[Any]
    placing: Placing | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sheet: a period by a dimension; by area, the areas of a level in an edition."""

    period: Period
    by: By
    level: Level
    edition: Edition
    areas: Sequence[Area]


@dataclass(frozen=True, slots=True)
class Dimension:
    """The rows of a sheet before anything is counted."""

    named: tuple[Named, ...]
    grouping: Grouping


async def dimension(connection: AsyncConnection, district: District, asked: Asked, scope: Scope) -> Dimension:
    """The rows there are, and how reports fall under them."""
    if asked.by is By.AREA:
        placing = Placing(district, asked.edition.id)
        named = (Named(str(one.id), one.code, one.name, one.name, holds(scope, one.path)) for one in asked.areas)
        return Dimension(tuple(named), Grouping(placing.at(asked.level.depth), placing))
    if asked.by is By.UNIT:
        return Dimension(await _units(connection, district), Grouping(ReportRow.unit_id))
    return await _of_kinds(connection, district, asked.by)


async def _units(connection: AsyncConnection, district: District) -> tuple[Named, ...]:
    statement = select(UnitRow.__table__).where(UnitRow.district_id == district.id).order_by(UnitRow.code)
    found = await connection.execute(statement)
    return tuple(Named(str(one.id), one.code, one.name, one.name_en or one.name, one.active) for one in found)


async def _of_kinds(connection: AsyncConnection, district: District, by: By) -> Dimension:
    statement = select(KindRow.__table__).where(KindRow.district_id == district.id).order_by(KindRow.code)
    found = (await connection.execute(statement)).all()
    groups = by is By.GROUP
    named = tuple(
        Named(one.code if groups else str(one.id), one.code, one.name, one.name_en or one.name, one.active)
        for one in found
        if one.is_group is groups and not (groups and one.parent_code)
    )
    if not groups:
        return Dimension(named, Grouping(ReportRow.kind_id))
    parents = {one.code: one.parent_code for one in found}
    tops = {one.id: top for one in found if (top := top_group(one.code, parents))}
    label = case(tops, value=ReportRow.kind_id, else_=null()) if tops else null().cast(Text)
    return Dimension(named, Grouping(label))


def top_group(code: str, parents: Mapping[str, str | None]) -> str | None:
    """The group at the top of the tree that a kind lies in, None for a kind in no group."""
    found, above = None, parents.get(code)
    while above is not None and above != code:
        found, above = above, parents.get(above)
    return found


async def kind_at(connection: AsyncConnection, district: District, code: str) -> KindAt:
    """The kind or group of a code; raises `UnknownKind` for what the district never had."""
    statement = select(KindRow.__table__).where(KindRow.district_id == district.id)
    found = {one.code: one for one in await connection.execute(statement)}
    if code not in found:
        raise UnknownKind(f"There is no kind {code!r} in this district.", field="kind", value=code)
    parents = {one.code: one.parent_code for one in found.values()}
    ids = tuple(one.id for one in found.values() if code in _upwards(one.code, parents))
    return KindAt(code, found[code].name, found[code].name_en or found[code].name, found[code].is_group, ids)


def _upwards(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """A kind and the groups above it."""
    found: list[str] = []
    at: str | None = code
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found
