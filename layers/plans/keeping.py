"""Plans as rows: found within one's territory, read whole, changed only under the version that was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from geo.crs import STORAGE_SRID
from geo.positions import LonLat
from geo.redraw import Cell, Change, Coverage
from layers.actors import Scope
from layers.areas.queries import unwrap
from layers.areas.tables import AreaRow, EditionRow
from layers.districts.records import District
from layers.plans.lifecycle import State
from layers.plans.records import Comment, LoggedOperation, Plan, TakenStep
from layers.plans.redrawn import Redrawn
from layers.plans.tables import PlanCellRow, PlanCommentRow, PlanOperationRow, PlanRow, PlanStepRow
from layers.refusals import Conflict, NotFound
from layers.scope import areas_seen


class UnknownPlan(NotFound):
    """No plan with this number, or none within one's territory."""


class PlanChanged(Conflict):
    """Someone changed the plan since it was read."""


_BASE, _RESTORES, _EDITION = aliased(EditionRow), aliased(EditionRow), aliased(EditionRow)
_COUNTED = select(func.count()).where(PlanOperationRow.plan_id == PlanRow.id).scalar_subquery()
_ASKED: Select[Any] = (
    select(
        *(one for one in PlanRow.__table__.columns if one.name != "sheet"),
        AreaRow.code.label("area_code"),
        _BASE.number.label("base"),
        _RESTORES.number.label("restores"),
        _EDITION.number.label("edition"),
        _COUNTED.label("operations"),
        func.coalesce(_EDITION.status == "retired", False).label("is_over"),
    )
    .join(AreaRow, AreaRow.id == PlanRow.area_id)
    .join(_BASE, _BASE.id == PlanRow.base_id)
    .outerjoin(_RESTORES, _RESTORES.id == PlanRow.restores_id)
    .outerjoin(_EDITION, _EDITION.id == PlanRow.edition_id)
)


async def plans(connection: AsyncConnection, district: District, *, scope: Scope) -> list[Plan]:
    """The plans within a territory, the newest first."""
    statement = _ASKED.where(PlanRow.district_id == district.id, areas_seen(PlanRow.area_path, scope))
    return [_plan(row) for row in await connection.execute(statement.order_by(PlanRow.id.desc()).limit(500))]


async def plan(connection: AsyncConnection, number: int, *, scope: Scope, locked: bool = False) -> Plan:
    """One plan, which nobody else changes until the transaction ends where it is `locked`; raises `UnknownPlan`."""
    statement = _ASKED.where(PlanRow.id == number, areas_seen(PlanRow.area_path, scope))
    statement = statement.with_for_update(of=PlanRow) if locked else statement
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise UnknownPlan(f"There is no plan {number} here.", field="plan", value=number)
    return _plan(row)


async def locked(connection: AsyncConnection, number: int, version: int | None, *, scope: Scope) -> Plan:
    """The plan, which nobody else changes until the transaction ends.

    Raises:
        UnknownPlan: there is none within the territory.
        PlanChanged: its version is another than the one that was seen.
    """
    found = await plan(connection, number, scope=scope, locked=True)
    if version is not None and found.version != version:
        raise PlanChanged(
            f"Plan {number} was changed: it is at version {found.version}, not {version}.",
            field="version",
            value=version,
            remedy="Read it again; what was changed is shown.",
        )
    return found


async def change(connection: AsyncConnection, found: Plan, **values: Any) -> Plan:
    """Write a change of a locked plan, under a new version; the plan as it is now."""
    statement = update(PlanRow).where(PlanRow.id == found.id)
    await connection.execute(statement.values(version=PlanRow.version + 1, **values))
    if values.keys() <= _PLAIN:
        told = values | ({"state": State(values["state"])} if "state" in values else {})
        return replace(found, version=found.version + 1, **told)
    return _plan((await connection.execute(_ASKED.where(PlanRow.id == found.id))).one())


#: What is in the plan as it is in the row.
_PLAIN = frozenset({"taken", "state", "effective_at"})


async def operations(connection: AsyncConnection, found: Plan) -> list[LoggedOperation]:
    """The operations of a plan in order, those that were undone at the end."""
    one = PlanOperationRow
    rows = await connection.execute(
        select(one.place, one.facts, one.made_by, one.made_at).where(one.plan_id == found.id).order_by(one.place)
    )
    return [LoggedOperation(row.place, row.facts, row.made_by, row.made_at, row.place <= found.taken) for row in rows]


async def steps(connection: AsyncConnection, found: Plan) -> list[TakenStep]:
    """The steps that were taken with a plan, in order."""
    one = PlanStepRow
    asked = select(one.step, one.state, one.note, one.made_by, one.made_at)
    rows = await connection.execute(asked.where(one.plan_id == found.id).order_by(one.place))
    return [TakenStep(*row) for row in rows]


async def comments(connection: AsyncConnection, found: Plan) -> list[Comment]:
    """What was said of a plan, in order."""
    one = PlanCommentRow
    asked = select(one.id, one.text, func.ST_X(one.geom), func.ST_Y(one.geom), one.made_by, one.made_at)
    rows = await connection.execute(asked.where(one.plan_id == found.id).order_by(one.id))
    return [
        Comment(id_, text, None if lon is None else LonLat(lon, lat), by, at) for id_, text, lon, lat, by, at in rows
    ]


async def kept_sheet(connection: AsyncConnection, found: Plan) -> dict[str, Any] | None:
    """The consequences as they were when the plan came in force; None before."""
    kept: dict[str, Any] | None = await connection.scalar(select(PlanRow.sheet).where(PlanRow.id == found.id))
    return kept


async def drawn_by(connection: AsyncConnection, found: Plan) -> set[str]:
    """Who opened the plan or drew at it."""
    asked = select(PlanOperationRow.made_by).where(PlanOperationRow.plan_id == found.id).distinct()
    return {found.made_by, *await connection.scalars(asked)}


async def redrawn_of(connection: AsyncConnection, found: Plan, base: Coverage) -> Redrawn:
    """The cells before the plan and after it; no operation is done again, the cells are as they were stored."""
    one = PlanCellRow
    newest = (
        select(one.code, one.is_after, one.parent, func.ST_AsBinary(one.geom).label("wkb"), one.touched)
        .where(one.plan_id == found.id, one.place <= found.taken)
        .order_by(one.code, one.place, one.is_after)
    )
    last: dict[str, Any] = {}
    reached: set[str] = set()
    for row in await connection.execute(newest):
        last[row.code] = row
        if not row.touched:
            reached.add(row.code)
    if not last:
        return Redrawn(base, base, frozenset())
    rows = [row for row in last.values() if row.is_after]
    shapes = unwrap(shapely.from_wkb([bytes(row.wkb) for row in rows]))
    cells = [Cell(row.code, row.parent, shape) for row, shape in zip(rows, shapes, strict=True)]
    after = base.replaced(
        Change(
            created=tuple(cell for cell in cells if cell.code not in base),
            changed=tuple(cell for cell in cells if cell.code in base),
            retired=tuple(code for code, row in last.items() if not row.is_after and code in base),
        )
    )
    return Redrawn(base, after, frozenset(set(last) - reached))


async def keep_operation(
    connection: AsyncConnection, found: Plan, place: int, made: tuple[dict[str, Any], Change], *, actor: str, now: Any
) -> None:
    """Store an operation with the cells before and after it."""
    facts, change_ = made
    first = {"plan_id": found.id, "place": place}
    await connection.execute(insert(PlanOperationRow), {**first, "facts": facts, "made_by": actor, "made_at": now})
    touched = set(change_.touched)
    sides = [(cell, False) for cell in change_.before]
    sides += [(cell, True) for cell in (*change_.created, *change_.changed)]
    rows = [
        {
            **first,
            "code": cell.code,
            "is_after": is_after,
            "parent": cell.parent,
            "geom": _multi(cell.polygon),
            "touched": cell.code in touched,
        }
        for cell, is_after in sides
    ]
    await connection.execute(insert(PlanCellRow), rows)


def _multi(shape: BaseGeometry) -> WKBElement:
    whole = shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
    return from_shape(whole, srid=STORAGE_SRID)


_SAME = (
    *("id", "district_id", "name", "reason", "document", "area_code", "area_path", "base_id", "base", "restores_id"),
    *("restores", "version", "taken", "operations", "made_by", "made_at", "effective_at", "edition", "is_over"),
)


def _plan(row: Row[Any]) -> Plan:
    return Plan(state=State(row.state), **{name: getattr(row, name) for name in _SAME})
