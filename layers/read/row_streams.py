"""Long tables in pieces: CSV, compressed or not, XLSX, Parquet and the points of a GeoPackage, in constant memory."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely

from geo.crs import read_crs, to_storage
from geo.errors import CrsError
from layers.read.csv_rows import COMPRESSED
from layers.read.features import require_sound
from layers.read.refusals import CrsNeeded, UnreadableFile
from layers.read.rows import SHEETS, columns_of, is_table, row_chunks

PARQUET, GEOPACKAGE = ".parquet", ".gpkg"
#: The columns that hold the points of a GeoPackage.
LON, LAT = "lon", "lat"
_BLOCK = 1 << 20
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RowStream:
    """A table that is read in pieces: its columns, how many rows it has, and the pieces after the first few.

    `pieces(size, skip)` gives pieces of `size` rows, without the first `skip` pieces. `schema` holds the types of
    its columns, None where all is text. `has_points` says that the columns `lon` and `lat` are made from its points.
    """

    columns: tuple[str, ...]
    total: int
    pieces: Callable[[int, int], Iterator[Rows]]
    schema: Any = None
    has_points: bool = False


def open_rows(path: Path, *, encoding: str | None = None, layer: str | None = None) -> RowStream:
    """The table in a file, by the file's ending.

    Raises:
        UnreadableFile: no such file, no such format, or a damaged file.
        WrongEncoding: the text is not in this encoding.
        CrsNeeded: a GeoPackage's points are in no known system.
    """
    ending = path.suffix.lower()
    if path.is_file() and ending == PARQUET:
        return _parquet(path)
    if path.is_file() and ending == GEOPACKAGE:
        return _geopackage(path, layer)
    if path.is_file() and not is_table(path):
        raise UnreadableFile(
            f"{path.name} is no table that can be read in pieces.",
            field="file",
            value=str(path),
            remedy="Give .csv, .csv.gz, .xlsx, .parquet or .gpkg.",
        )
    columns = tuple(columns_of(path, encoding=encoding, sheet=layer))

    def pieces(size: int, skip: int) -> Iterator[Rows]:
        chunks = row_chunks(path, encoding=encoding, sheet=layer, size=size)
        return (chunk for number, chunk in enumerate(chunks) if number >= skip)

    return RowStream(columns, _line_count(path, layer), pieces)


def _line_count(path: Path, sheet: str | None) -> int:
    """The table's lines without the header: its rows, unless cells hold line breaks."""
    if path.suffix.lower() in SHEETS:
        return sum(len(chunk) for chunk in row_chunks(path, sheet=sheet))
    with path.open("rb") as file:
        content = gzip.GzipFile(fileobj=file) if path.suffix.lower() == COMPRESSED else file
        return max(sum(block.count(b"\n") for block in iter(lambda: content.read(_BLOCK), b"")) - 1, 1)


def _parquet(path: Path) -> RowStream:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            schema, total = file.schema_arrow, file.metadata.num_rows
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(path, error) from error

    def pieces(size: int, skip: int) -> Iterator[Rows]:
        try:
            with pyarrow.parquet.ParquetFile(path, memory_map=True) as file:
                for number, batch in enumerate(file.iter_batches(batch_size=size)):
                    if number >= skip:
                        yield batch.to_pylist()
        except (pyarrow.ArrowException, OSError) as error:
            raise _damaged(path, error) from error

    return RowStream(tuple(schema.names), total, pieces, schema=schema)


def _geopackage(path: Path, layer: str | None) -> RowStream:
    """Points by their row number: GDAL would walk from the start of the table for every piece."""
    require_sound(path)
    name = _point_layer(path, layer)
    about = pyogrio.read_info(path, layer=name)
    if about["crs"] is None:
        raise CrsNeeded(f"{path.name} declares no coordinate system.", field="crs", remedy="Give one that does.")
    try:
        system = read_crs(about["crs"])
    except CrsError as error:
        raise CrsNeeded(f"{path.name}: {error}.", field="crs", value=about["crs"]) from error
    fields = tuple(str(one) for one in about["fields"])
    row_number = about["fid_column"] or "fid"

    def pieces(size: int, skip: int) -> Iterator[Rows]:
        last, skipped = None, skip * size
        while True:
            where = None if last is None else f'"{row_number}" > {last}'
            _, numbers, wkb, columns = pyogrio.raw.read(
                path,
                layer=name,
                where=where,
                skip_features=skipped,
                max_features=size,
                return_fids=True,
                datetime_as_string=True,
            )
            if not len(numbers):
                return
            last, skipped = int(numbers[-1]), 0
            points = to_storage(shapely.from_wkb(wkb), system)
            yield _point_rows(fields, columns, points)

    schema = _schema_of(fields, about["dtypes"])
    return RowStream((*fields, LON, LAT), int(about["features"]), pieces, schema=schema, has_points=True)


def _schema_of(fields: tuple[str, ...], dtypes: Any) -> Any:
    """The types of a GeoPackage's fields, as Parquet knows them; moments are read as text."""
    import pyarrow

    types = {"i": pyarrow.int64(), "u": pyarrow.int64(), "f": pyarrow.float64(), "b": pyarrow.bool_()}
    own = [(name, types.get(np.dtype(kind).kind, pyarrow.string())) for name, kind in zip(fields, dtypes, strict=True)]
    return pyarrow.schema([*own, (LON, pyarrow.float64()), (LAT, pyarrow.float64())])


def _point_rows(fields: tuple[str, ...], columns: Any, points: Any) -> Rows:
    values = [column.tolist() for column in columns]
    lon, lat = shapely.get_x(points).tolist(), shapely.get_y(points).tolist()
    return [
        {**dict(zip(fields, row, strict=True)), LON: _or_none(x), LAT: _or_none(y)}
        for *row, x, y in zip(*values, lon, lat, strict=True)
    ]


def _or_none(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _point_layer(path: Path, layer: str | None) -> str:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer in names:
        return str(layer)
    if layer is None and len(names) == 1:
        return names[0]
    said = f"has no layer {layer!r}" if layer else f"holds {len(names)} layers"
    raise UnreadableFile(
        f"{path.name} {said}.", field="layer", value=layer, remedy=f"Name one: --layer {' | '.join(names)}."
    )


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} is no Parquet file, or a damaged one: {str(error).rstrip('.')}.",
        field="file",
        value=str(path),
        remedy="Copy or download it again.",
    )
