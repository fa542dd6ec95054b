"""People and units by id, as records name them: numbers and names of bodies, never names of people."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.roster.tables import person_labels


async def numbers_of(connection: AsyncConnection, people: Collection[int]) -> dict[int, str]:
    """The numbers of people in the roster, by id."""
    if not people:
        return {}
    labels = person_labels.c
    rows = await connection.execute(select(labels.id, labels.number).where(labels.id.in_(sorted(people))))
    return {row.id: row.number for row in rows}
