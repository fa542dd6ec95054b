"""The sheet of a period: what was counted, under the names of what it is told apart by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from layers.actors import Scope
from layers.districts.records import District
from layers.figures.counting import counted
from layers.figures.definitions import Weights
from layers.figures.dimensions import Asked, dimension
from layers.figures.records import NOTHING, By, Counted, PeriodSheet, Row


def territory_of(scope: Scope) -> Scope:
    """What of a scope decides figures: where someone looks and for which unit they act, not who they are."""
    return Scope(paths=scope.paths, districts=scope.districts, unit_id=scope.unit_id, desk=scope.desk)


async def period_sheet(
    connection: AsyncConnection, *, scope: Scope, district: District, asked: Asked, now: datetime
) -> PeriodSheet:
    """The figures of a period, of the reports in a territory or in a unit's hand, as of `now` (aware)."""
    seen = territory_of(scope)
    rows = await dimension(connection, district, asked, seen)
    groups, total = await counted(
        connection, scope=seen, district=district, period=asked.period, grouping=rows.grouping
    )
    known = {one.key for one in rows.named}
    return PeriodSheet(
        period=asked.period,
        by=asked.by,
        level_key=asked.level.key if asked.by is By.AREA else None,
        edition_number=asked.edition.number,
        as_of=now,
        weights=weights_of(district),
        rows=tuple(
            Row(one.code, one.name, one.name_en, groups.get(one.key, NOTHING))
            for one in rows.named
            if one.always or one.key in groups
        ),
        elsewhere=_added([one for key, one in groups.items() if key not in known]),
        total=total,
    )


def weights_of(district: District) -> Weights:
    """What the district sets for rates and score."""
    settings = district.settings
    return Weights(
        response=settings.response_weight,
        resolution=settings.resolution_weight,
        satisfaction=settings.satisfaction_weight,
        basically=settings.basically_weight,
    )


def _added(parts: Sequence[Counted]) -> Counted:
    """Counts can be added, medians cannot: of more than one part there is none."""
    counts = {key: sum(one.counts[key] for one in parts) for key in NOTHING.counts}
    return Counted(counts, parts[0].median_s if len(parts) == 1 else None)
