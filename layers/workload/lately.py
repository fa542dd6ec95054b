"""How the last thirty days went in the areas of a level: the figures of that period, as elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import DESK
from layers.areas.records import Area, Edition
from layers.districts.records import District, Level
from layers.figures.dimensions import Asked
from layers.figures.records import By, Period
from layers.figures.sheets import period_sheet


class Lately(NamedTuple):
    """One area: closed, the median of how long that took, and the satisfaction rate in percent."""

    closed: int | None
    median_h: float | None
    satisfaction: float | None


#: Of an area whose days nobody counted yet, or that lies outside the territory.
UNCOUNTED = Lately(None, None, None)


async def lately(
    connection: AsyncConnection,
    *,
    district: District,
    edition: Edition,
    level: Level,
    areas: Sequence[Area],
    now: datetime,
) -> Mapping[str, Lately]:
    """By code, the last thirty days up to `now` (aware) of the areas of a level, whoever asks."""
    period = Period.up_to(now.astimezone(district.zone).date())
    asked = Asked(period, By.AREA, level, edition, areas)
    counted = await period_sheet(connection, scope=DESK, district=district, asked=asked, now=now)
    told = {}
    for row in counted.rows:
        figures = counted.figures(row.counted)
        told[row.code] = Lately(
            row.counted.counts["closed"], figures["median_h_to_close"], figures["satisfaction_rate"]
        )
    return told
