"""What a plan may not do: change cells outside its area, cells that are locked by order, or give codes again."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Change
from layers.areas.tables import AreaRow, EditionAreaRow
from layers.districts.records import District
from layers.plans.records import Plan
from layers.plans.redrawing import CodeTaken
from layers.plans.redrawn import Redrawn
from layers.plans.tables import CellLockRow
from layers.refusals import Conflict, Refusal
from layers.scope import below


class OutsidePlan(Refusal):
    """An operation changes a cell outside the plan's area, or moves one out of it."""


class CellLocked(Conflict):
    """An operation changes a cell that stays as it is by order."""


@dataclass
class Limits:
    """What a plan may not do: the communities it may change cells of, cells under a lock, codes that were given."""

    communities: frozenset[str]
    locks: frozenset[str]
    given: dict[str, frozenset[str]] = field(default_factory=dict)

    async def given_in(self, connection: AsyncConnection, district: District, community: str) -> frozenset[str]:
        """Every code that a cell of a community ever had; asked once."""
        if community not in self.given:
            ever = select(AreaRow.code).where(AreaRow.district_id == district.id, AreaRow.depth == district.cell_depth)
            found = await connection.scalars(ever.where(AreaRow.code.startswith(community, autoescape=True)))
            self.given[community] = frozenset(found)
        return self.given[community]


async def limits_of(connection: AsyncConnection, found: Plan, district: District) -> Limits:
    """What holds for a plan now."""
    communities = (
        select(literal("community"), AreaRow.code)
        .join(EditionAreaRow, EditionAreaRow.area_id == AreaRow.id)
        .where(
            EditionAreaRow.edition_id == found.base_id,
            EditionAreaRow.depth == district.cell_depth - 1,
            below(EditionAreaRow.path, found.area_path),
        )
    )
    locks = select(literal("lock"), AreaRow.code).join(CellLockRow, CellLockRow.area_id == AreaRow.id)
    rows = (await connection.execute(union_all(communities, locks.where(CellLockRow.ended_at.is_(None))))).all()
    held = {kind: frozenset(code for of, code in rows if of == kind) for kind in ("community", "lock")}
    return Limits(held["community"], held["lock"])


async def check_codes(
    connection: AsyncConnection, district: District, limits: Limits, redrawn: Redrawn, made: Change
) -> None:
    """Refuse codes for new cells that some area has or had; raises `CodeTaken`."""
    created = [one for one in made.created if one.code not in redrawn.before]
    taken = []
    for one in created:
        # Most are numbered in their community, whose codes are known already.
        among = one.parent if one.code.startswith(one.parent) else one.code
        if one.code in await limits.given_in(connection, district, among):
            taken.append(one.code)
    if taken:
        raise CodeTaken(
            "A code that an area has or had is not used again.",
            field="codes",
            value=", ".join(taken),
            remedy="Leave the codes out: the next free ones are given.",
        )


def check_limits(made: Change, limits: Limits) -> None:
    """Refuse a change that goes too far.

    Raises:
        OutsidePlan, CellLocked: see each of them.
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
