"""Drawing at a plan: operations one after the other, undone and redone, copied, carried over to a newer edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.redraw import Change, Coverage, Refused, apply, operation_of
from layers.districts.records import District
from layers.plans.keeping import change, keep_operation
from layers.plans.lifecycle import DRAWN_IN, State
from layers.plans.limits import check_codes, check_limits, limits_of
from layers.plans.numbering import completed, without_unused
from layers.plans.records import Plan
from layers.plans.redrawing import OperationRefused
from layers.plans.redrawn import Redrawn
from layers.plans.tables import PlanOperationRow
from layers.plans.weights import Measure, weights_below
from layers.refusals import Conflict


class NotDrawn(Conflict):
    """The plan's state does not let anyone draw."""


class NothingToUndo(Conflict):
    """Everything is undone, or redone, already."""


async def operate(
    connection: AsyncConnection,
    found: Plan,
    asked: Sequence[Mapping[str, Any]],
    redrawn: Redrawn,
    *,
    district: District,
    actor: str,
    now: datetime,
) -> tuple[Plan, Redrawn, list[Change]]:
    """Do operations on a locked plan, all or none; what was undone before cannot be redone any more.

    Codes that facts leave open are given. The plan goes back to the draft it was.

    Raises:
        NotDrawn: its state lets nobody draw, or it puts a former edition in force again.
        OperationRefused: an operation cannot be done.
        OutsidePlan, CellLocked, CodeTaken, CodeNeeded: it changes what it may not, or needs a code.
    """
    check_drawn(found)
    limits = await limits_of(connection, found, district)
    await _forget_undone(connection, found)
    now_drawn, changes = redrawn, list[Change]()
    for nth, one in enumerate(asked, start=1):
        weighed = await with_weights(connection, found, one, now_drawn.after, now=now)
        cell = now_drawn.after.get(str(one.get("code")))
        community = str(one.get("parent", "")) if one.get("operation") == "renumber" else cell and cell.parent
        given = await limits.given_in(connection, district, community) if community else frozenset[str]()
        full = completed(weighed, now_drawn.after, given)
        made = _done(now_drawn.after, full, nth)
        check_limits(made, limits)
        await check_codes(connection, district, limits, now_drawn, made)
        place = found.taken + nth
        facts = operation_of(without_unused(full, made)).facts
        await keep_operation(connection, found, place, (facts, made), actor=actor, now=now)
        now_drawn = _further(now_drawn, made)
        changes.append(made)
    plan = await change(connection, found, taken=found.taken + len(changes), state=State.DRAFT.value)
    return replace(plan, operations=plan.taken), now_drawn, changes


async def step_back(connection: AsyncConnection, found: Plan, *, by: int) -> Plan:
    """Undo the last operation of a locked plan (`by` -1), or redo the next (`by` 1).

    Raises:
        NotDrawn: its state lets nobody draw.
        NothingToUndo: there is none.
    """
    check_drawn(found)
    if not 0 <= found.taken + by <= found.operations:
        raise NothingToUndo("Nothing is left to undo." if by < 0 else "Nothing is left to redo.", field="plan")
    return await change(connection, found, taken=found.taken + by, state=State.DRAFT.value)


def check_drawn(found: Plan) -> None:
    """Refuse to draw where the plan's state does not let anyone; raises `NotDrawn`."""
    if found.restores is not None:
        raise NotDrawn(
            f"Plan {found.id} puts edition {found.restores} in force again as it was: nothing is drawn at it.",
            field="restores",
            value=found.restores,
            remedy="Open another plan to draw.",
        )
    if found.state not in DRAWN_IN:
        raise NotDrawn(
            f"Plan {found.id} is {found.state.value}: it is not drawn any more.",
            field="state",
            value=found.state.value,
            remedy="Have it returned, or draw in a copy.",
        )


async def with_weights(
    connection: AsyncConnection, found: Plan, facts: Mapping[str, Any], coverage: Coverage, *, now: datetime
) -> Mapping[str, Any]:
    """The facts of an operation; where it says `by` what a cell is shared out, with the weights of its community."""
    if facts.get("operation") != "split_balanced" or "weights_at" in facts:
        return facts
    measure = Measure(facts.get("by", Measure.HOUSEHOLDS))
    told = {name: value for name, value in facts.items() if name != "by"}
    code = str(facts.get("code"))
    if code not in coverage:
        return told | {"weights_at": []}
    weights = await weights_below(connection, found.base_id, coverage[code].parent, measure, now=now)
    shapely.prepare(coverage[code].polygon)
    inside = shapely.intersects_xy(coverage[code].polygon, [one[0] for one in weights], [one[1] for one in weights])
    return told | {"weights_at": [list(one) for one, held in zip(weights, inside, strict=True) if held]}


async def _forget_undone(connection: AsyncConnection, found: Plan) -> None:
    if found.operations > found.taken:
        undone = delete(PlanOperationRow).where(PlanOperationRow.plan_id == found.id)
        await connection.execute(undone.where(PlanOperationRow.place > found.taken))


def _done(coverage: Coverage, facts: Mapping[str, Any], nth: int) -> Change:
    try:
        return apply(coverage, operation_of(facts))
    except Refused as refused:
        raise OperationRefused(nth, refused) from refused


def _further(redrawn: Redrawn, made: Change) -> Redrawn:
    reached = {one.code for one in (*made.created, *made.changed)} - set(made.touched)
    untouched = {
        code
        for code in made.touched
        if code in redrawn.before and (code in redrawn.kept or redrawn.after[code] == redrawn.before[code])
    }
    return Redrawn(redrawn.before, redrawn.after.replaced(made), frozenset((redrawn.kept | untouched) - reached))
