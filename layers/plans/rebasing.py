"""A plan carried over to a newer edition: disjoint places go on, the same place is a conflict shown on the ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Change, Coverage
from geo.redraw.refused import geojson
from layers.areas.importing_numbering import codes_ever_given
from layers.areas.records import Edition
from layers.districts.records import District
from layers.plans.drawing import check_drawn, operate
from layers.plans.keeping import change, operations
from layers.plans.numbering import next_codes, renamed
from layers.plans.records import Plan
from layers.plans.redrawn import Redrawn
from layers.plans.tables import PlanOperationRow
from layers.refusals import Conflict


class PlanConflict(Conflict):
    """A newer edition changed cells that the plan changes too; `where` is their ground as GeoJSON."""

    def __init__(self, codes: Sequence[str], where: Mapping[str, Any]) -> None:
        super().__init__(
            f"The edition in force has other borders where the plan draws: {', '.join(codes[:9])}.",
            field="base",
            value=list(codes[:99]),
            remedy="Undo what touches these grids, or draw it anew in another plan.",
        )
        self.where = where


async def rebased(
    connection: AsyncConnection,
    found: Plan,
    redrawn: Redrawn,
    newer: tuple[Edition, Coverage],
    *,
    district: District,
    actor: str,
    now: datetime,
) -> tuple[Plan, Redrawn, list[Change]]:
    """Carry a locked plan over to a newer edition: its operations are done again there, new codes given anew if taken.

    Raises:
        PlanConflict: the newer edition changed cells that the plan changes too.
        OperationRefused: an operation cannot be done any more.
    """
    check_drawn(found)
    edition, coverage = newer
    facts = [one.facts for one in await operations(connection, found) if one.counts]
    check_apart(redrawn, coverage)
    names = _new_names(redrawn, coverage, await codes_ever_given(connection, district, district.levels[-1]))
    await connection.execute(delete(PlanOperationRow).where(PlanOperationRow.plan_id == found.id))
    moved = await change(connection, found, base_id=edition.id, taken=0)
    fresh = Redrawn(coverage, coverage, frozenset())
    again = [renamed(one, names) for one in facts]
    return await operate(connection, moved, again, fresh, district=district, actor=actor, now=now)


def check_apart(redrawn: Redrawn, newer: Coverage) -> None:
    """Refuse a newer coverage in which cells that the plan retires or changes are others; raises `PlanConflict`."""
    codes = [
        code
        for code in (*redrawn.retired, *redrawn.changed)
        if code not in newer
        or newer[code].parent != redrawn.before[code].parent
        or not shapely.equals(newer[code].polygon, redrawn.before[code].polygon)
    ]
    if codes:
        ground = shapely.multipolygons(shapely.get_parts([redrawn.before[code].polygon for code in codes]))
        raise PlanConflict(codes, geojson(ground))


def _new_names(redrawn: Redrawn, newer: Coverage, ever_given: Sequence[str]) -> dict[str, str]:
    """Other codes for those of the plan's new cells whose codes were given since."""
    taken = set(ever_given)
    names: dict[str, str] = {}
    for code in redrawn.created:
        if code in taken:
            used = {*taken, *newer, *redrawn.created, *names.values()}
            names[code] = next_codes(redrawn.after[code].parent, used, 1)[0]
    return names
