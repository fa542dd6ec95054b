"""Service points and buildings on their way into a file: what an import of the file needs, read piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import shapely
from sqlalchemy import ColumnElement, Numeric, Row, Select, Text, case, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.records import District
from layers.places.tables import BuildingRow, ServicePointRow
from layers.write.attributes import LARGEST_WHOLE, attribute_columns, attribute_kinds
from layers.write.naming import own_field, with_attributes
from layers.write.streams import PIECE, Drawn, FeatureStream, Field, FieldKind, Rows

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "service-points": tuple(own_field(name) for name in ("code", "kind", "name", "address", "hours", "offers")),
    "buildings": (
        *(own_field(name) for name in ("code", "address", "kind")),
        *(own_field(name, FieldKind.WHOLE) for name in ("households", "residents", "over_60")),
    ),
}
_ROWS: Mapping[str, type[BuildingRow | ServicePointRow]] = {
    "service-points": ServicePointRow,
    "buildings": BuildingRow,
}


async def places_stream(connection: AsyncConnection, *, district: District, kind: str) -> FeatureStream:
    """The district's 'service-points' or 'buildings', by code, with their attributes."""
    own, table = FIELDS[kind], _ROWS[kind]
    fields = with_attributes(own, await _attributes(connection, table, district))
    count = select(func.count()).select_from(table).where(table.district_id == district.id)
    columns = [table.__table__.c[field.key] for field in own]
    statement = (
        select(*columns, table.attributes, func.ST_AsBinary(table.geom).label("wkb"))
        .where(table.district_id == district.id)
        .order_by(table.code)
    )
    rows = _pieces(connection, statement, fields, own=len(own))
    return FeatureStream(kind, fields, Drawn.POINTS, (await connection.execute(count)).scalar_one(), rows)


async def _attributes(
    connection: AsyncConnection, table: type[BuildingRow | ServicePointRow], district: District
) -> dict[str, FieldKind]:
    """Which attributes the rows have, and what sort of values each holds."""
    value: ColumnElement[Any] = column("value", JSONB)
    each = func.jsonb_each(table.attributes).table_valued(column("key", Text), value).alias("each")
    sort = case(
        (func.jsonb_typeof(each.c.value) != "number", func.jsonb_typeof(each.c.value)),
        (cast(each.c.value, Text).like("%.%"), "number"),
        (func.abs(cast(each.c.value, Numeric)) > LARGEST_WHOLE, "string"),
        else_="whole",
    )
    found = select(each.c.key, sort).select_from(table).join(each, true())
    rows = await connection.execute(found.where(table.district_id == district.id).distinct())
    return attribute_kinds((key, kind) for key, kind in rows)


async def _pieces(
    connection: AsyncConnection, statement: Select[tuple[Any, ...]], fields: Sequence[Field], *, own: int
) -> AsyncIterator[Rows]:
    async with connection.stream(statement, execution_options={"yield_per": PIECE}) as found:
        async for piece in found.partitions():
            columns = [[_cell(row[place]) for row in piece] for place in range(own)]
            columns += attribute_columns(fields[own:], [row.attributes for row in piece])
            yield Rows(columns, _points(piece))


def _points(piece: Sequence[Row[tuple[Any, ...]]]) -> Any:
    return shapely.from_wkb([bytes(row.wkb) for row in piece])


def _cell(value: Any) -> Any:
    """What a service point offers is a list, and one text in a file, as an import takes it apart."""
    return ";".join(value) if isinstance(value, list) else value
