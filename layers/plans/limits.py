"""What a plan may not do: change cells outside its area, cells that are locked by order, or give codes again."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Change
from layers.areas.importing_numbering import codes_ever_given
from layers.areas.tables import AreaRow, EditionAreaRow
from layers.districts.records import District
from layers.plans.records import Plan
from layers.plans.redrawing import CodeTaken, Redrawn
from layers.plans.tables import CellLockRow
from layers.refusals import Conflict, Refusal
from layers.scope import below


class OutsidePlan(Refusal):
    """An operation changes a cell outside the plan's area, or moves one out of it."""


class CellLocked(Conflict):
    """An operation changes a cell that stays as it is by order."""


class Limits(NamedTuple):
    """What a plan may not do: the communities it may change cells of, codes that were given, cells under a lock."""

    communities: frozenset[str]
    ever_given: frozenset[str]
    locks: frozenset[str]


async def limits_of(connection: AsyncConnection, found: Plan, district: District) -> Limits:
    """What holds for a plan now."""
    communities = (
        select(AreaRow.code)
        .join(EditionAreaRow, EditionAreaRow.area_id == AreaRow.id)
        .where(
            EditionAreaRow.edition_id == found.base_id,
            EditionAreaRow.depth == district.cell_depth - 1,
            below(EditionAreaRow.path, found.area_path),
        )
    )
    locks = select(AreaRow.code).join(CellLockRow, CellLockRow.area_id == AreaRow.id)
    return Limits(
        frozenset(await connection.scalars(communities)),
        frozenset(await codes_ever_given(connection, district, district.levels[-1])),
        frozenset(await connection.scalars(locks.where(CellLockRow.ended_at.is_(None)))),
    )


def check_limits(redrawn: Redrawn, made: Change, limits: Limits) -> None:
    """Refuse a change that goes too far.

    Raises:
        OutsidePlan, CellLocked, CodeTaken: see each of them.
    """
    met = [one for one in (*made.before, *made.created, *made.changed) if one.code not in made.touched]
    outside = sorted({one.code for one in met if one.parent not in limits.communities})
    if outside:
        raise OutsidePlan(
            f"Outside the plan's area: {', '.join(outside)}.",
            field="area",
            value=", ".join(outside),
            remedy="Draw inside the area, or open a plan for a larger one.",
        )
    held = sorted({one.code for one in met} & limits.locks)
    if held:
        raise CellLocked(
            f"These grids stay as they are by order: {', '.join(held)}.", field="code", value=", ".join(held)
        )
    taken = sorted({one.code for one in made.created} & limits.ever_given - set(redrawn.before))
    if taken:
        raise CodeTaken(
            "A code that an area has or had is not used again.",
            field="codes",
            value=", ".join(taken),
            remedy="Leave the codes out: the next free ones are given.",
        )
