"""Who answers for some areas at a moment: the facts the assignment rule works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncCursor

from layers.reports.assignment import Step
from layers.reports.records import Considered
from layers.reports.statements import ANSWERERS
from layers.roster.duty import on_duty, parse_shifts

Asked = AsyncCursor[dict[str, Any]]


async def answerers(cursor: Asked, steps: Sequence[Step], *, zone: ZoneInfo, now: datetime) -> tuple[Considered, ...]:
    """Everyone who answers for one of the areas, with their facts and no verdict yet."""
    await cursor.execute(ANSWERERS, question(steps, zone=zone, now=now))
    return considered(await cursor.fetchall(), steps, zone=zone, now=now)


def question(steps: Sequence[Step], *, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """The parameters of the question, for statements that ask it among others."""
    areas = ",".join(str(one.area_id) for one in steps)
    return {"areas": f"{{{areas}}}", "now": now, "today": now.astimezone(zone).date()}


def considered(
    rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], *, zone: ZoneInfo, now: datetime
) -> tuple[Considered, ...]:
    """The facts from the rows of the answer."""
    depths = {one.area_id: one.depth for one in steps}
    local = now.astimezone(zone)
    return tuple(_considered(one, depths, local) for one in rows)


def _considered(row: Mapping[str, Any], depths: Mapping[int, int], local: datetime) -> Considered:
    return Considered(
        person_id=row["id"],
        number=row["number"],
        role=row["role"],
        area_id=row["area_id"],
        depth=depths[row["area_id"]],
        rank=row["rank"],
        on_duty=on_duty(parse_shifts(row["shifts"]), local),
        absent=row["absent"],
        open=row["open"],
        cap=row["cap"],
        verdict="",
    )
