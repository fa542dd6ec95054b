"""Steps of a plan as a whole, comments on it, and orders that cells stay as they are."""

from __future__ import annotations

from datetime import datetime

from geoalchemy2.shape import from_shape
from shapely import Point
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import STORAGE_SRID
from geo.positions import LonLat
from geo.redraw import check
from layers.actors import Scope
from layers.areas.records import Area
from layers.areas.tables import AreaRow
from layers.plans.keeping import change, drawn_by
from layers.plans.lifecycle import State, Step, check_other, way
from layers.plans.records import CellLock, Plan
from layers.plans.redrawing import BrokenCoverage
from layers.plans.redrawn import Redrawn
from layers.plans.tables import CellLockRow, PlanCommentRow, PlanStepRow
from layers.refusals import Conflict, NotFound, Refusal
from layers.scope import areas_seen


class EmptyPlan(Conflict):
    """A plan that changes nothing goes no way."""


class BadMoment(Refusal):
    """A plan cannot come in force at a moment that has passed."""


class LockedAlready(Conflict):
    """The cell is under an order already."""


class NoLock(NotFound):
    """The cell is under no order."""


async def take_step(
    connection: AsyncConnection,
    found: Plan,
    step: Step,
    redrawn: Redrawn | None = None,
    *,
    note: str = "",
    effective_at: datetime | None = None,
    actor: str,
    now: datetime,
) -> Plan:
    """Take a step with a locked plan; checking it takes the cells before and after.

    Approved without a moment it comes in force at once, that is, at the worker's next round.

    Raises:
        NotAStep: its state does not have the step.
        OwnPlan: a decision by someone who drew at it.
        EmptyPlan, BrokenCoverage: the check found that it changes nothing, or does not hold.
        BadMoment: it is to come in force in the past.
    """
    leads = way(found.state, step)
    if step in {Step.POST, Step.APPROVE}:
        check_other(actor, await drawn_by(connection, found))
    if step is Step.CHECK:
        assert redrawn is not None, "a check is given what it checks"
        check_whole(redrawn)
    moment = _moment(effective_at, now) if step is Step.APPROVE else None
    after = await change(connection, found, state=leads.to.value, effective_at=moment)
    await note_step(connection, found, step, leads.to, note=note, actor=actor, now=now)
    return after


def check_whole(redrawn: Redrawn) -> None:
    """Check the whole layer as a plan leaves it; raises `EmptyPlan` or `BrokenCoverage`."""
    if not (redrawn.created or redrawn.retired or redrawn.changed):
        raise EmptyPlan("The plan changes nothing.", field="plan", remedy="Draw first.")
    faults = check(redrawn.after, before=redrawn.before)
    if faults:
        raise BrokenCoverage(
            f"The redrawn layer does not hold: {faults[0].reason} at {', '.join(faults[0].codes)}.", field="plan"
        )


async def note_step(
    connection: AsyncConnection, found: Plan, step: Step, state: State, *, note: str, actor: str, now: datetime
) -> None:
    """Write a step into the plan's history."""
    place = select(func.coalesce(func.max(PlanStepRow.place), 0) + 1).where(PlanStepRow.plan_id == found.id)
    values = {"step": step.value, "state": state.value, "note": note, "made_by": actor, "made_at": now}
    await connection.execute(insert(PlanStepRow).values(plan_id=found.id, place=place.scalar_subquery(), **values))


async def comment(
    connection: AsyncConnection, found: Plan, text: str, at: LonLat | None, *, actor: str, now: datetime
) -> None:
    """Say something of a plan, of a place or of the whole."""
    geom = None if at is None else from_shape(Point(at.lon, at.lat), srid=STORAGE_SRID)
    values = {"plan_id": found.id, "text": text, "geom": geom, "made_by": actor, "made_at": now}
    await connection.execute(insert(PlanCommentRow).values(values))


async def locks(connection: AsyncConnection, *, scope: Scope) -> list[CellLock]:
    """The orders that hold within a territory, by code."""
    one = CellLockRow
    asked = select(AreaRow.code, one.reason, one.made_by, one.made_at).join(AreaRow, AreaRow.id == one.area_id)
    held = asked.where(one.ended_at.is_(None), areas_seen(one.area_path, scope))
    return [CellLock(*row) for row in await connection.execute(held.order_by(AreaRow.code))]


async def lock(connection: AsyncConnection, cell: Area, reason: str, *, actor: str, now: datetime) -> None:
    """Order that a cell stays as it is; raises `LockedAlready`."""
    holds = select(CellLockRow.id).where(CellLockRow.area_id == cell.id, CellLockRow.ended_at.is_(None))
    if await connection.scalar(holds) is not None:
        raise LockedAlready(f"{cell.code} is under an order already.", field="code", value=cell.code)
    values = {"area_id": cell.id, "area_path": cell.path, "reason": reason, "made_by": actor, "made_at": now}
    await connection.execute(insert(CellLockRow).values(values))


async def unlock(connection: AsyncConnection, cell: Area, *, actor: str, now: datetime) -> None:
    """End the order on a cell; raises `NoLock`."""
    ended = update(CellLockRow).where(CellLockRow.area_id == cell.id, CellLockRow.ended_at.is_(None))
    done = await connection.execute(ended.values(ended_by=actor, ended_at=now))
    if done.rowcount == 0:
        raise NoLock(f"{cell.code} is under no order.", field="code", value=cell.code)


def _moment(given: datetime | None, now: datetime) -> datetime:
    if given is not None and given < now:
        raise BadMoment(
            "The plan cannot come in force in the past.",
            field="effective_at",
            value=given.isoformat(),
            remedy="Give a moment to come, or none for at once.",
        )
    return given or now
