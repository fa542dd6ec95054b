"""Opening a plan on an edition, and copying one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.records import Area, Edition
from layers.districts.records import District
from layers.plans.drawing import NotDrawn
from layers.plans.lifecycle import State
from layers.plans.records import Plan
from layers.plans.tables import PlanCellRow, PlanOperationRow, PlanRow


class Heading(NamedTuple):
    """What a plan is called, why it is drawn, and the order or document behind it."""

    name: str
    reason: str = ""
    document: str = ""


async def opened(
    connection: AsyncConnection,
    *,
    district: District,
    base: Edition,
    area: Area,
    heading: Heading,
    restores: Edition | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Open a plan on an edition for an area; its number. With `restores`, it puts that edition in force again."""
    if restores is not None and restores.status != "retired":
        raise NotDrawn(
            f"Edition {restores.number} is {restores.status}: only one that was in force before can come back.",
            field="restores",
            value=restores.number,
        )
    values = {
        "district_id": district.id,
        **heading._asdict(),
        "area_id": area.id,
        "area_path": area.path,
        "base_id": base.id,
        "restores_id": restores.id if restores else None,
        "state": State.DRAFT.value,
        "made_by": actor,
        "made_at": now,
    }
    number = await connection.scalar(insert(PlanRow).values(**values).returning(PlanRow.id))
    return int(number or 0)


async def copied(connection: AsyncConnection, found: Plan, *, name: str, actor: str, now: datetime) -> int:
    """A plan like this one, with the operations that count; its number."""
    values = {"name": name, "state": State.DRAFT.value, "made_by": actor, "made_at": now, "taken": found.taken}
    same = ("district_id", "reason", "document", "area_id", "area_path", "base_id", "restores_id")
    taken = select(*(getattr(PlanRow, one) for one in same), *(literal(one) for one in values.values()))
    made = insert(PlanRow).from_select([*same, *values], taken.where(PlanRow.id == found.id)).returning(PlanRow.id)
    number = int(await connection.scalar(made) or 0)
    for row in (PlanOperationRow, PlanCellRow):
        names = [one.name for one in row.__table__.columns if one.name != "plan_id"]
        theirs = select(literal(number), *(row.__table__.c[one] for one in names))
        theirs = theirs.where(row.plan_id == found.id, row.place <= found.taken)
        await connection.execute(insert(row).from_select(["plan_id", *names], theirs))
    return number
