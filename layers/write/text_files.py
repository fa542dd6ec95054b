"""GeoJSON and CSV, written row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.crs import PRECISION_DECIMALS
from geo.positions import Geometries
from layers.write.naming import free_name
from layers.write.streams import Drawn, FeatureStream, Rows
from layers.write.systems import System

#: GDAL and QGIS know a column of outlines by this name.
OUTLINE = "WKT"
Write = Callable[[Rows], None]


@contextmanager
def geojson(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A FeatureCollection by RFC 7946, seven decimals; a system other than its own stands in a `crs` member.

    Outer rings run counter-clockwise; a row without a position has the geometry null.
    """
    names = [json.dumps(field.name, ensure_ascii=False) for field in stream.fields]
    first = True
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(rows: Rows) -> None:
            nonlocal first
            shapes = [None] * len(rows) if rows.geometry is None else system.geometries(rows.geometry)
            for shape, *values in zip(shapes, *rows.columns, strict=True):
                cells = ", ".join(f"{name}: {_json(value)}" for name, value in zip(names, values, strict=True))
                file.write("\n" if first else ",\n")
                file.write(f'{{"type": "Feature", "properties": {{{cells}}}, "geometry": {_geometry(shape)}}}')
                first = False

        file.write(f'{{"type": "FeatureCollection", "name": {_json(stream.name)}, {_crs(system)}"features": [')
        yield write
        file.write("\n]}\n")


@contextmanager
def csv_file(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A table in UTF-8 with a byte order mark; points as two columns of numbers, areas as WKT, seven decimals."""
    names = [field.name for field in stream.fields]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names + [free_name(column, names) for column in drawn_columns(stream, system)])

        def write(rows: Rows) -> None:
            drawn = _drawn_cells(stream, system, rows)
            writer.writerows([*map(_cell, row)] for row in zip(*rows.columns, *drawn, strict=True))

        yield write


def drawn_columns(stream: FeatureStream, system: System) -> tuple[str, ...]:
    """The columns that say where a row lies."""
    return {Drawn.NOTHING: (), Drawn.POINTS: system.axes, Drawn.AREAS: (OUTLINE,)}[stream.drawn]


def outline_texts(shapes: Geometries) -> list[str]:
    """Outlines as WKT, seven decimals."""
    texts: list[str] = shapely.to_wkt(shapes, rounding_precision=PRECISION_DECIMALS, trim=True).tolist()
    return texts


def point_columns(points: Geometries) -> list[list[float | None]]:
    """Both coordinates of points as columns, seven decimals, None where a point is missing."""
    both = (np.round(axis(points), PRECISION_DECIMALS).tolist() for axis in (shapely.get_x, shapely.get_y))
    return [[value if value == value else None for value in column] for column in both]  # noqa: PLR0124 - NaN


def _drawn_cells(stream: FeatureStream, system: System, rows: Rows) -> Sequence[Sequence[str | None]]:
    if rows.geometry is None:
        return []
    shapes = system.geometries(rows.geometry)
    if stream.drawn is Drawn.AREAS:
        return [outline_texts(shapes)]
    return [[None if value is None else _decimal(value) for value in column] for column in point_columns(shapes)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _crs(system: System) -> str:
    if system.is_storage:
        return ""
    return f'"crs": {{"type": "name", "properties": {{"name": {_json(system.urn)}}}}}, '


def _geometry(shape: Any) -> str:
    if shape is None or shape.is_empty:
        return "null"
    if shape.geom_type == "Point":
        return f'{{"type": "Point", "coordinates": {_positions(shape)[0]}}}'
    parts = [_rings(part) for part in shapely.get_parts(shapely.orient_polygons(shape))]
    if shape.geom_type == "Polygon":
        return f'{{"type": "Polygon", "coordinates": {parts[0]}}}'
    return f'{{"type": "MultiPolygon", "coordinates": [{", ".join(parts)}]}}'


def _rings(polygon: Any) -> str:
    rings = ("[" + ", ".join(_positions(ring)) + "]" for ring in shapely.get_rings(polygon))
    return "[" + ", ".join(rings) + "]"


def _positions(shape: Any) -> list[str]:
    return [f"[{_decimal(x)}, {_decimal(y)}]" for x, y in shapely.get_coordinates(shape).tolist()]


def _decimal(value: float) -> str:
    return f"{value:.{PRECISION_DECIMALS}f}"
