"""Files with the faults that real ones have."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas
import shapely

STREETS = ("东街道", "拥政街道", "先进街道", "光中街道", "亮甲店街道")
TAIPEI = ("臺北市", "信義區", "大安區", "內湖區", "松山區")


def boxes(count: int, *, west: float = 121.0, south: float = 39.0, side_deg: float = 0.01) -> list[shapely.Polygon]:
    """Squares in a row, from west to east, edge on edge."""
    return [
        shapely.box(west + place * side_deg, south, west + (place + 1) * side_deg, south + side_deg)
        for place in range(count)
    ]


def shapefile(
    folder: Path, names: Sequence[str] = STREETS, *, encoding: str, cpg: str | None, language: int = 0
) -> Path:
    """A Shapefile whose text is in `encoding`, whatever its .cpg and language byte say; None leaves the .cpg out."""
    path = folder / "streets.shp"
    frame = geopandas.GeoDataFrame(
        {"code": [f"{place:02d}" for place in range(1, len(names) + 1)], "name": list(names)},
        geometry=boxes(len(names)),
        crs=4326,
    )
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
    table = path.with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[29] = language
    table.write_bytes(content)
    return path


def zipped(path: Path, archive: Path) -> Path:
    """All parts of a Shapefile in one archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part.suffix != ".zip":
                target.write(part, part.name)
    return archive


def curved_geopackage(path: Path) -> Path:
    """A GeoPackage with one disc of radius 1 around (1, 0), drawn by arcs of a circle."""
    geopandas.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326).to_file(path, layer="discs")
    corners = ((0, 0), (1, 1), (2, 0), (1, -1), (0, 0))
    arcs = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *corner) for corner in corners)
    disc = b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 10, 1) + arcs
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f'drop trigger "{trigger}"')
        database.execute("update discs set geom = ?", (disc,))
        database.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
    return path
