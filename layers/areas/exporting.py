"""A level of an edition on its way into a file: what an import of the file needs, and nothing it would store anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import shapely
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.queries import unwrap
from layers.areas.records import Edition
from layers.areas.tables import AreaRow, AreaVersionRow, EditionAreaRow
from layers.districts.records import Level
from layers.write.attributes import attribute_columns, attribute_kinds, sorts_of
from layers.write.naming import own_field, with_attributes
from layers.write.streams import PIECE, Drawn, FeatureStream, Field, Rows

CODE, NAME, PARENT = (own_field(name) for name in ("code", "name", "parent"))
#: Above this depth an import knows the parent itself.
FIRST_DEPTH_WITH_PARENT = 2


async def level_stream(connection: AsyncConnection, *, edition: Edition, level: Level) -> FeatureStream:
    """The areas of one level of an edition, by code, with their attributes; held in memory whole."""
    rows = await _areas(connection, edition, level)
    own = (CODE, NAME, PARENT) if level.depth >= FIRST_DEPTH_WITH_PARENT else (CODE, NAME)
    fields = with_attributes(own, attribute_kinds(sorts_of(row.attributes for row in rows)))
    pieces = _pieces(rows, fields, own=len(own))
    return FeatureStream(level.key, fields, Drawn.AREAS, len(rows), pieces)


async def _areas(connection: AsyncConnection, edition: Edition, level: Level) -> Sequence[Row[tuple[Any, ...]]]:
    above = AreaRow.__table__.alias("above")
    statement = (
        select(
            AreaRow.code,
            AreaVersionRow.name,
            above.c.code.label("parent"),
            AreaVersionRow.attributes,
            func.ST_AsBinary(AreaVersionRow.geom).label("wkb"),
        )
        .select_from(EditionAreaRow)
        .join(AreaRow, AreaRow.id == EditionAreaRow.area_id)
        .join(AreaVersionRow, AreaVersionRow.id == EditionAreaRow.version_id)
        .outerjoin(above, above.c.id == AreaVersionRow.parent_id)
        .where(EditionAreaRow.edition_id == edition.id, EditionAreaRow.depth == level.depth)
        .order_by(AreaRow.code)
    )
    return (await connection.execute(statement)).all()


async def _pieces(rows: Sequence[Row[tuple[Any, ...]]], fields: Sequence[Field], *, own: int) -> AsyncIterator[Rows]:
    for start in range(0, len(rows), PIECE):
        piece = rows[start : start + PIECE]
        columns = [[row[place] for row in piece] for place in range(own)]
        columns += attribute_columns(fields[own:], [row.attributes for row in piece])
        yield Rows(columns, unwrap(shapely.from_wkb([bytes(row.wkb) for row in piece])))
