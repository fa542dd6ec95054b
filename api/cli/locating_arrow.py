"""Typed parts of a located table: Parquet while it grows, joined into one Parquet file or one GeoPackage of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pyogrio
import shapely

from api.cli.locating_rows import ANSWERS, PREFIX, TEXTS
from geo.crs import STORAGE_CRS
from layers.read.points import Points
from layers.read.row_streams import RowStream
from layers.write.naming import free_name

#: What a GeoPackage holds as it is; anything else goes into it as text.
HELD = (
    pyarrow.types.is_integer,
    pyarrow.types.is_floating,
    pyarrow.types.is_boolean,
    pyarrow.types.is_date,
    pyarrow.types.is_timestamp,
)


def located_schema(table: RowStream, *, with_points: bool) -> pyarrow.Schema:
    """The columns of the output with their types: the table's own, as text where it has none, and the answers.

    `with_points`: for a GeoPackage, which holds fewer types, and each row's point in a column more.
    """
    own = list(table.schema) if table.schema is not None else [(name, pyarrow.string()) for name in table.columns]
    answers = [(PREFIX + name, pyarrow.string() if name in TEXTS else pyarrow.float64()) for name in ANSWERS]
    schema = pyarrow.schema([*own, *answers])
    if not with_points:
        return schema
    held = [(one.name, one.type if any(holds(one.type) for holds in HELD) else pyarrow.string()) for one in schema]
    return pyarrow.schema([*held, (point_column(schema.names), pyarrow.binary())])


def point_column(columns: Sequence[str]) -> str:
    """The column of points, called like none of the table's own."""
    return free_name("geom", columns)


def write_part(file: Path, rows: Sequence[Mapping[str, Any]], points: Points, schema: pyarrow.Schema) -> None:
    """Write the rows of one part."""
    columns = {one.name: _values(rows, one) for one in schema}
    if pyarrow.types.is_binary(schema[-1].type):
        columns[schema[-1].name] = _as_wkb(points)
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=schema), file)


def join_parquet(parts: Sequence[Path], file: Path, schema: pyarrow.Schema) -> None:
    """All parts in one Parquet file."""
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for part in parts:
            writer.write_table(pyarrow.parquet.read_table(part, schema=schema))


def join_geopackage(parts: Sequence[Path], file: Path, schema: pyarrow.Schema, *, layer: str) -> None:
    """All parts in one GeoPackage of points; of rows without a position the point is missing."""
    file.unlink(missing_ok=True)
    point = schema[-1].name
    options = {"FID": free_name("fid", schema.names), "GEOMETRY_NAME": point}
    about = {"layer": layer, "driver": "GPKG", "geometry_name": point, "geometry_type": "Point"}
    pyogrio.write_arrow(schema.empty_table(), file, crs=STORAGE_CRS.to_wkt(), layer_options=options, **about)
    for part in parts:
        rows = pyarrow.parquet.read_table(part, schema=schema)
        pyogrio.write_arrow(rows, file, crs=STORAGE_CRS.to_wkt(), append=True, **about)


def _values(rows: Sequence[Mapping[str, Any]], field: pyarrow.Field) -> list[Any]:
    values = [row.get(field.name) for row in rows]
    if field.type == pyarrow.string():
        return [None if value is None else str(value) for value in values]
    if pyarrow.types.is_integer(field.type):
        # GDAL gives whole numbers, some of which are missing, as decimals.
        return [None if value is None or value != value else int(value) for value in values]  # noqa: PLR0124 - NaN
    return values


def _as_wkb(points: Points) -> list[bytes | None]:
    shapes = shapely.points(points.lon, points.lat)
    return [None if reason else bytes(wkb) for wkb, reason in zip(shapely.to_wkb(shapes), points.reasons, strict=True)]
