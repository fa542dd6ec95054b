"""GeoPackage and Shapefile, written by GDAL piece by piece."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from layers.write.naming import free_name
from layers.write.refusals import UnfitValue, UnwritableTarget
from layers.write.streams import Drawn, FeatureStream, Field, FieldKind, Rows
from layers.write.systems import System

Write = Callable[[Rows], None]

#: Bytes of a text in a Shapefile.
LONGEST_TEXT_BYTES = 254
GEOMETRY_TYPES = {Drawn.POINTS: "Point", Drawn.AREAS: "MultiPolygon"}
DTYPES: Mapping[FieldKind, tuple[type, Any]] = {
    FieldKind.TEXT: (object, None),
    FieldKind.WHOLE: (np.int64, 0),
    FieldKind.NUMBER: (np.float64, np.nan),
    FieldKind.FLAG: (np.bool_, False),
}


@contextmanager
def geopackage(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A layer of a GeoPackage; in a file that is there already, one layer more."""
    names = [field.name for field in stream.fields]
    columns = {"FID": free_name("fid", names), "GEOMETRY_NAME": free_name("geom", names)}
    if stream.drawn is Drawn.NOTHING:
        columns.pop("GEOMETRY_NAME")
    with _layer(path, stream, system, driver="GPKG", names=names, layer=stream.name, layer_options=columns) as write:
        yield write


@contextmanager
def shapefile(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A Shapefile with its parts, text in UTF-8.

    Raises:
        UnfitValue: the layer draws nothing, or a text is longer than a Shapefile holds.
    """
    if stream.drawn is Drawn.NOTHING:
        raise UnfitValue(
            f"{stream.name} has no positions, and a Shapefile holds nothing else.",
            field="to",
            value=str(path),
            remedy="Write it to .csv, .xlsx or .gpkg.",
        )
    names = [field.short for field in stream.fields]
    with _layer(path, stream, system, driver="ESRI Shapefile", names=names, encoding="UTF-8") as write:

        def checked(rows: Rows) -> None:
            _refuse_long_texts(stream.fields, rows)
            write(rows)

        yield checked


@contextmanager
def _layer(
    path: Path, stream: FeatureStream, system: System, *, driver: str, names: Sequence[str], **options: Any
) -> Iterator[Write]:
    """A layer that pieces are appended to; it is made at once, so that one without rows is there too."""
    shape = GEOMETRY_TYPES.get(stream.drawn)

    def write(rows: Rows, *, append: bool = True) -> None:
        data, masks = zip(*map(_column, stream.fields, rows.columns), strict=True)
        with _gdal_speaks(path):
            pyogrio.raw.write(
                path,
                None if rows.geometry is None else shapely.to_wkb(system.geometries(rows.geometry)),
                list(data),
                list(names),
                field_mask=list(masks),
                driver=driver,
                geometry_type=shape,
                crs=system.code if shape else None,
                promote_to_multi=stream.drawn is Drawn.AREAS,
                append=append,
                **options,
            )

    write(Rows([[] for _ in names], np.empty(0, dtype=object) if shape else None), append=False)
    yield write


def _column(field: Field, values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The values as GDAL takes them, and which are missing."""
    dtype, filler = DTYPES[field.kind]
    missing = np.array([value is None for value in values], dtype=np.bool_)
    return np.array([filler if value is None else value for value in values], dtype=dtype), missing


@contextmanager
def _gdal_speaks(path: Path) -> Iterator[None]:
    """What GDAL refuses or warns of is a refusal: no value is changed without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        # A number in a Shapefile keeps 24 characters: of long ones the last decimals go, as documented.
        warnings.filterwarnings("ignore", message=".*too larger number with respect to field width.*")
        try:
            yield
        except (RuntimeWarning, DataLayerError, DataSourceError) as error:
            raise UnwritableTarget(
                f"{path.name} cannot be written: {str(error).rstrip('.')}.",
                field="to",
                value=str(path),
                remedy="See whether the disk is full, or name another folder or format.",
            ) from error


def _refuse_long_texts(fields: Sequence[Field], rows: Rows) -> None:
    for field, values in zip(fields, rows.columns, strict=True):
        if field.kind is not FieldKind.TEXT:
            continue
        for place, value in enumerate(values):
            if value is not None and len(value.encode()) > LONGEST_TEXT_BYTES:
                raise UnfitValue(
                    f"{fields[0].key} {rows.columns[0][place]}: {field.key} has {len(value.encode())} bytes, "
                    f"and a Shapefile holds {LONGEST_TEXT_BYTES}.",
                    field=field.key,
                    value=value[:40],
                    remedy="Write to .gpkg, .geojson, .csv or .xlsx.",
                )
