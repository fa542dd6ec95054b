"""Which place a code had before: in the draft or the edition in force, else when it was last given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.queries import unwrap
from layers.districts.records import District, Level

_LAST_POLYGONS = text("""
    select distinct on (a.code) a.code, ST_AsBinary(v.geom) as wkb
    from areas a
    join edition_areas e on e.area_id = a.id
    join editions n on n.id = e.edition_id and n.status in ('in_force', 'retired')
    join area_versions v on v.id = e.version_id
    where a.district_id = :district and a.depth = :depth and a.code = any(cast(:codes as text[]))
    order by a.code, n.number desc
""")


async def former_polygons(
    connection: AsyncConnection, district: District, level: Level, codes: Sequence[str]
) -> dict[str, Any]:
    """The polygon of each of these codes in the newest published edition that holds it; unknown codes are absent."""
    parameters = {"district": district.id, "depth": level.depth, "codes": list(codes)}
    rows = (await connection.execute(_LAST_POLYGONS, parameters)).all()
    shapes: Iterable[Any] = unwrap(shapely.from_wkb([bytes(row.wkb) for row in rows])) if rows else []
    return {row.code: shape for row, shape in zip(rows, shapes, strict=True)}
