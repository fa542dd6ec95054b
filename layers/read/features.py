"""Features of a Shapefile (also zipped), a GeoPackage or a GeoJSON file, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from geo.positions import Geometries
from layers.read.refusals import UnreadableFile, WrongEncoding

FORMATS = (".shp", ".zip", ".gpkg", ".geojson", ".json")


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """What a file holds: its fields as columns and its geometries, all of one length, in the file's own units.

    `declared_crs` is the system the file names, as text that `geo.crs.read_crs` understands, or None.
    """

    source: str
    fields: Mapping[str, NDArray[np.generic]]
    geometry: Geometries
    declared_crs: str | None

    def __len__(self) -> int:
        return len(self.geometry)


def read_features(path: Path, *, layer: str | None = None, encoding: str | None = None) -> FeatureTable:
    """Read a file whole.

    Raises:
        UnreadableFile: no such file, no such format, or several layers and none named.
        WrongEncoding: the text cannot be read in this encoding, or reads as mojibake.
    """
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.", field="file", value=str(path))
    if path.suffix.lower() not in FORMATS:
        raise UnreadableFile(
            f"{path.name} is no file of features.",
            field="file",
            value=str(path),
            remedy=f"Give one of: {', '.join(FORMATS)}.",
        )
    try:
        layer = _layer(path, layer)
        meta, _, wkb, columns = pyogrio.raw.read(path, layer=layer, encoding=encoding, datetime_as_string=True)
    except (DataSourceError, DataLayerError) as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error}.", field="file", value=str(path)) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise _wrong_encoding(path, encoding) from error
    if wkb is None:
        raise UnreadableFile(f"{path.name} holds no geometries.", field="file", value=str(path))
    fields = dict(zip(meta["fields"], columns, strict=True))
    _refuse_mojibake(path, fields, str(meta["encoding"]))
    return FeatureTable(path.name, fields, shapely.from_wkb(wkb, on_invalid="ignore"), meta["crs"])


def _layer(path: Path, layer: str | None) -> str | None:
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is None and len(names) > 1:
        raise UnreadableFile(
            f"{path.name} holds {len(names)} layers.",
            field="layer",
            remedy=f"Name one: --layer {' | '.join(names)}.",
        )
    if layer is not None and layer not in names:
        raise UnreadableFile(
            f"{path.name} has no layer {layer!r}.", field="layer", value=layer, remedy=f"It has: {', '.join(names)}."
        )
    return layer


def _wrong_encoding(path: Path, encoding: str | None) -> WrongEncoding:
    return WrongEncoding(
        f"The text of {path.name} is not in {encoding or 'the encoding the file states'}.",
        field="encoding",
        value=encoding,
        remedy="Name it: --encoding UTF-8, or --encoding GB18030.",
    )


def _refuse_mojibake(path: Path, fields: Mapping[str, NDArray[np.generic]], encoding: str) -> None:
    """UTF-8 text read as Latin-1 gives no error, only nonsense: it is found by reading it back."""
    if encoding.upper() not in {"ISO-8859-1", "LATIN1", "WINDOWS-1252", "CP1252"}:
        return
    texts = [value for column in fields.values() if column.dtype == object for value in column]
    for text in texts:
        if isinstance(text, str) and not text.isascii() and _reads_as_utf8(text, encoding):
            raise WrongEncoding(
                f"The text of {path.name} was read as {encoding} and makes no sense ({text[:12]!r}).",
                field="encoding",
                value=encoding,
                remedy="It reads well as UTF-8: add --encoding UTF-8.",
            )


def _reads_as_utf8(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True
