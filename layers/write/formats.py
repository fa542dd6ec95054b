"""Which ending of a file's name means which format, and a layer written in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from layers.write.gdal_files import geopackage, shapefile
from layers.write.streams import FeatureStream, Rows
from layers.write.systems import System
from layers.write.text_files import csv_file, geojson
from layers.write.xlsx import xlsx_file

Format = Callable[[Path, FeatureStream, System], AbstractContextManager[Callable[[Rows], None]]]

FORMATS: Mapping[str, Format] = {
    ".gpkg": geopackage,
    ".shp": shapefile,
    ".geojson": geojson,
    ".csv": csv_file,
    ".xlsx": xlsx_file,
}


async def write_stream(
    stream: FeatureStream, path: Path, system: System, *, ending: str, step: Callable[[int], None]
) -> int:
    """Write a layer in the format of `ending`; how many rows it had. `step` hears of every piece."""
    rows_written = 0
    with FORMATS[ending](path, stream, system) as write:
        async for rows in stream.pieces:
            write(rows)
            rows_written += len(rows)
            step(len(rows))
    return rows_written
