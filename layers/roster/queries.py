"""Questions about the roster: who answers for some areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.roster.tables import DutyRow, LoadRow, PersonRow


@dataclass(frozen=True, slots=True)
class Answering:
    """Someone who answers for an area on a day: number, role and rank, with how many open reports of how many."""

    area_id: int
    number: str
    role: str
    rank: str
    open: int
    cap: int | None


async def answering(connection: AsyncConnection, area_ids: Sequence[int], *, on: date) -> list[Answering]:
    """Everyone active who answers for one of the areas on a day, by area, rank and number."""
    statement = (
        select(
            DutyRow.area_id,
            PersonRow.number,
            PersonRow.role,
            DutyRow.rank,
            func.coalesce(LoadRow.open, 0).label("open"),
            PersonRow.cap,
        )
        .join(PersonRow, PersonRow.id == DutyRow.person_id)
        .join(LoadRow, LoadRow.person_id == PersonRow.id, isouter=True)
        .where(
            DutyRow.area_id.in_(area_ids),
            PersonRow.active,
            DutyRow.valid_from <= on,
            or_(DutyRow.valid_to.is_(None), DutyRow.valid_to >= on),
        )
        .order_by(DutyRow.area_id, DutyRow.rank, PersonRow.number)
    )
    return [
        Answering(row.area_id, row.number, row.role, row.rank, row.open, row.cap)
        for row in await connection.execute(statement)
    ]
