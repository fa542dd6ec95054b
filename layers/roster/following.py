"""Duties under a new edition: those for areas that are gone are reported; a person decides what becomes of them."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.publishing import FollowUp, Published


async def follow_duties(connection: AsyncConnection, published: Published) -> FollowUp:
    """Count the duties that are still valid for areas that the new edition has no more."""
    rows = await connection.execute(
        text("""
            select p.number, d.area_id from duties d join people p on p.id = d.person_id
            where d.area_id = any(cast(:gone as bigint[])) and (d.valid_to is null or d.valid_to >= :today)
            order by p.number, d.area_id
        """),
        {"gone": list(published.gone), "today": published.today},
    )
    named = tuple(f"{row.number} → {published.gone[row.area_id]}" for row in rows)
    return FollowUp("Duties", {"for areas that are gone": len(named)}, named)
