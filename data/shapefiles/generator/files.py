"""Writes shapefiles and tables so that the same content always gives the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

CRS = "EPSG:4490"
# The header of a .dbf holds a date: a fixed one keeps rebuilt files equal.
_LAYER_OPTIONS = {"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": "2025-01-01"}


def write_shapefile(
    path: Path, geometries: Sequence[shapely.Geometry], geometry_type: str, fields: Mapping[str, Sequence[str | int]]
) -> None:
    """Write one layer; text and whole numbers only."""
    columns = [np.array(values, dtype=object if isinstance(values[0], str) else np.int32) for values in fields.values()]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=columns,
        fields=list(fields),
        geometry_type=geometry_type,
        crs=CRS,
        driver="ESRI Shapefile",
        encoding="UTF-8",
        layer_options=_LAYER_OPTIONS,
    )


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table with plain line ends."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_grids(folder: Path) -> tuple[list[str], list[shapely.Polygon]]:
    """Codes and polygons of a written grid layer, in its order."""
    _, _, wkb, columns = pyogrio.raw.read(folder / "grids.shp", columns=["code"])
    return [str(code) for code in columns[0]], list(shapely.normalize(shapely.from_wkb(wkb)))
