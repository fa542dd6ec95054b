"""A table of rows as features: its positions as points, its columns as fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count, takewhile
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import STORAGE_CRS
from geo.positions import Datum
from layers.read.csv_rows import SURPLUS
from layers.read.features import FeatureTable, refuse_damaged_text
from layers.read.fields import require_field
from layers.read.keeping import kept_fields
from layers.read.points import PointColumns, read_points
from layers.read.refusals import SystemNeeded, UnreadableFile
from layers.read.rows import columns_of, row_chunks

#: Under the column's name with this ending stands how many cells its outline takes.
CELLS = "_cells"
#: Columns that hold an outline as text, as QGIS and our own exports write it.
OUTLINES = ("wkt", "geometry", "geom", "the_geom")


def read_points_table(
    path: Path,
    *,
    lon: str,
    lat: str,
    crs: str | None,
    has_datum: bool,
    encoding: str | None = None,
    sheet: str | None = None,
    keep: Sequence[str] = (),
) -> FeatureTable:
    """Read a table whole; a row without a position that can be read keeps its place with the reason.

    Raises:
        SystemNeeded: neither a datum nor a system says what the numbers refer to.
        UnreadableFile, WrongEncoding, TooManyFields, FieldNeeded: as for `columns_of` and `kept_fields`.
    """
    if crs is None and not has_datum:
        raise SystemNeeded(
            f"{path.name} does not say what its {lon} and {lat} refer to; a wrong guess moves every point by 500 m.",
            field="datum",
            remedy="Add --datum wgs84 | cgcs2000 | gcj02 | bd09, or --crs EPSG:n for metres or feet.",
        )
    table = rows_as_fields(path, encoding=encoding, sheet=sheet, keep=[*keep, lon, lat] if keep else ())
    rows = [dict(zip((lon, lat), pair, strict=True)) for pair in zip(table.fields[lon], table.fields[lat], strict=True)]
    points = read_points(rows, PointColumns(lon, lat, accuracy=None, datum=Datum.WGS84, is_degrees=crs is None))
    reasons = tuple(surplus or reason for surplus, reason in zip(table.reasons, points.reasons, strict=True))
    geometry = np.full(len(rows), None, dtype=object)
    here = np.array([not reason for reason in reasons], dtype=bool)
    geometry[here] = shapely.points(points.lon[here], points.lat[here])
    fields = {name: column for name, column in table.fields.items() if name not in {lon, lat}}
    return FeatureTable(path.name, fields, geometry, crs or STORAGE_CRS.to_wkt(), reasons, is_untyped=True)


def read_outlines_table(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, keep: Sequence[str] = ()
) -> FeatureTable:
    """Read a table with a column of outlines as WKT, in a sheet also in several; it declares no system.

    Raises:
        FieldNeeded: no column is named as outlines are, or several are.
        UnreadableFile: an outline that goes on in further columns is not whole.
    """
    table = rows_as_fields(path, encoding=encoding, sheet=sheet, keep=keep)
    named = [name for name in table.fields if name.lower() in OUTLINES]
    column = named[0] if len(named) == 1 else require_field(named, "outline", None)
    columns = [column, *_continued(column, table.fields)]
    cells = list(zip(*(table.fields[name] for name in columns), strict=True))
    _require_whole(path, cells, table.fields.get(f"{column}{CELLS}"))
    shapes = shapely.from_wkt(np.array(["".join(row) for row in cells], dtype=object), on_invalid="ignore")
    fields = {name: values for name, values in table.fields.items() if name not in {*columns, f"{column}{CELLS}"}}
    return FeatureTable(path.name, fields, shapes, None, is_untyped=True)


def _require_whole(path: Path, cells: Sequence[tuple[str, ...]], stated: NDArray[np.generic] | None) -> None:
    """Refuse outlines that have lost a part: what is left of one may be an outline too."""
    for row, (parts, number) in enumerate(zip(cells, () if stated is None else stated, strict=False), 1):
        if str(number) != str(sum(map(bool, parts))):
            raise UnreadableFile(
                f"{path.name}, row {row}: of the {number} cells of its outline {sum(map(bool, parts))} are there.",
                field="WKT",
                value=row,
                remedy="Export it again, and leave the columns of the outline together.",
            )


def _continued(column: str, present: Collection[str]) -> Iterator[str]:
    """The columns that go on with a text too long for one cell: WKT_2, WKT_3 and so on."""
    names = (f"{column}_{place}" for place in count(2))
    return takewhile(lambda name: name in present, names)


def rows_as_fields(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, keep: Sequence[str] = ()
) -> FeatureTable:
    """The table's columns as fields without positions; `reasons` names rows with more cells than columns."""
    header = [name for name in columns_of(path, encoding=encoding, sheet=sheet) if name]
    columns = kept_fields(path.name, header, keep)
    rows = list(chain.from_iterable(row_chunks(path, encoding=encoding, sheet=sheet)))
    fields = {name: np.array([row[name] for row in rows], dtype=object) for name in columns}
    refuse_damaged_text(path.name, fields)
    reasons = tuple("it has more cells than the table has columns" if SURPLUS in row else "" for row in rows)
    nothing = np.full(len(rows), None, dtype=object)
    return FeatureTable(path.name, fields, nothing, None, reasons, is_untyped=True)
