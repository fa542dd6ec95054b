"""Features of a Shapefile (also zipped), a GeoPackage or a GeoJSON file, as columns."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from geo.positions import Geometries
from layers.read.archives import unpacked
from layers.read.encodings import damage_in
from layers.read.keeping import kept_fields
from layers.read.refusals import UnreadableFile, WrongEncoding
from layers.read.shapefiles import require_whole, text_encoding

ARCHIVE = ".zip"
MAPS = (".shp", ".gpkg", ".geojson", ".json")
FORMATS = (*MAPS, ARCHIVE)
#: How pyogrio says that it drops measures.
MEASURED = "Measured (M)"


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """What a file holds: its fields as columns and its geometries, all of one length, in the file's own units.

    `declared_crs` is the system the file names, as text that `geo.crs.read_crs` understands, or None. `reasons` says
    of each row why it has no position, '' where it has one; empty when the file says nothing. `notes` tell a person
    what was left out. `is_untyped`: all values are text, whatever they mean.
    """

    source: str
    fields: Mapping[str, NDArray[np.generic]]
    geometry: Geometries
    declared_crs: str | None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_untyped: bool = False

    def __len__(self) -> int:
        return len(self.geometry)


def read_features(
    path: Path, *, layer: str | None = None, encoding: str | None = None, keep: Sequence[str] = ()
) -> FeatureTable:
    """Read a file whole; with `keep` only these fields of it.

    Raises:
        UnreadableFile: no such file, no such format, damaged, or several layers and none named.
        SuspiciousArchive: unpacking it would do harm.
        TooManyFields: more fields than can be kept, and none named.
        WrongEncoding: the text cannot be read in this encoding, or reads as mojibake.
    """
    if not path.is_file():
        raise UnreadableFile(
            f"There is no file {path}.", field="file", value=str(path), remedy="Check its name and folder."
        )
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UnreadableFile(
            f"{path.name} is no file of features.",
            field="file",
            value=str(path),
            remedy=f"Give one of: {', '.join(FORMATS)}.",
        )
    if ending != ARCHIVE:
        return _read(path, layer=layer, encoding=encoding, keep=keep)
    with unpacked(path) as folder:
        member, layer = _member(path, folder, layer)
        return _read(member, layer=layer, encoding=encoding, keep=keep)


def _member(path: Path, folder: Path, layer: str | None) -> tuple[Path, str | None]:
    """The one file of features in an archive, or the one that is named as `layer`; and the layer to read in it."""
    found = sorted(one for one in folder.rglob("*") if one.suffix.lower() in MAPS and one.is_file())
    named = [one for one in found if one.stem == layer]
    if not found:
        raise UnreadableFile(f"{path.name} holds no file of features.", field="file", value=str(path))
    if len(found) == 1:
        return found[0], None if named else layer
    if len(named) == 1:
        return named[0], None
    names = " | ".join(one.stem for one in found)
    raise UnreadableFile(
        f"{path.name} holds {len(found)} layers.", field="layer", value=layer, remedy=f"Name one: --layer {names}."
    )


def _read(path: Path, *, layer: str | None, encoding: str | None, keep: Sequence[str]) -> FeatureTable:
    if path.suffix.lower() == ".shp":
        require_whole(path)
        encoding = text_encoding(path, encoding)
    elif path.suffix.lower() == ".gpkg":
        require_sound(path)
    with _gdal_speaks(path, encoding) as heard:
        layer = _layer(path, layer)
        here = pyogrio.read_info(path, layer=layer, encoding=encoding)["fields"]
        columns = kept_fields(path.name, [str(name) for name in here], keep)
        meta, _, wkb, values = pyogrio.raw.read(
            path, layer=layer, encoding=encoding, columns=columns, datetime_as_string=True, **_options(path)
        )
    if wkb is None:
        raise UnreadableFile(
            f"{path.name} holds no geometries.",
            field="file",
            value=str(path),
            remedy="Give the layer that is drawn, or the table as CSV or XLSX with the columns of its positions.",
        )
    fields = dict(zip(meta["fields"], values, strict=True))
    refuse_damaged_text(path.name, fields)
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    notes = _left_out(shapes, heard)
    return FeatureTable(path.name, fields, shapes, meta["crs"], notes=notes)


def _options(path: Path) -> dict[str, str]:
    """GDAL takes texts of GeoJSON that look like days for days, and writes them otherwise; they are texts."""
    return {"DATE_AS_STRING": "YES"} if path.suffix.lower() in {".geojson", ".json"} else {}


def refuse_damaged_text(source: str, fields: Mapping[str, NDArray[np.generic]]) -> None:
    """Refuse names that were read wrongly long ago and saved so: no option can bring them back.

    Raises:
        WrongEncoding: naming field, row and value.
    """
    for name, column in fields.items():
        texts = [(row, str(value)) for row, value in enumerate(column, 1) if isinstance(value, str)]
        foreign = [(row, text) for row, text in texts if not text.isascii()]
        damaged = [(row, text, damage) for row, text in foreign if (damage := damage_in(text))]
        if 2 * len(damaged) > len(foreign):
            row, text, damage = damaged[0]
            raise WrongEncoding(
                f"{source}, field {name}, row {row}: {text[:20]!r} makes no sense: {damage}.",
                field=name,
                value=text[:20],
                remedy="Take the file it was made from, or leave this field out: --keep FIELD,FIELD with the others.",
            )


@contextmanager
def _gdal_speaks(path: Path, encoding: str | None) -> Iterator[list[warnings.WarningMessage]]:
    """What GDAL cannot read is a refusal that names the file; what it warns of is heard, to be told."""
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield heard
    except (DataSourceError, DataLayerError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read: {str(error).replace(str(path), path.name)}.",
            field="file",
            value=str(path),
            remedy="Copy or download it again; when that does not help, ask whoever made it.",
        ) from error
    except (UnicodeDecodeError, LookupError) as error:
        raise WrongEncoding(
            f"The text of {path.name} is not in {encoding or 'the encoding the file states'}.",
            field="encoding",
            value=encoding,
            remedy="Name it: --encoding UTF-8, or --encoding GB18030.",
        ) from error


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


def require_sound(path: Path) -> None:
    """Refuse a damaged GeoPackage: GDAL reads it as far as it goes and says nothing.

    Raises:
        UnreadableFile: SQLite's own check finds fault with it.
    """
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True) as database:
            found = database.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise UnreadableFile(
            f"{path.name} is damaged: {found.splitlines()[-1]}.",
            field="file",
            value=str(path),
            remedy="Copy or download it again.",
        )


def _left_out(shapes: Geometries, heard: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    """Heights and measures are of no use on a map of areas, and do not go without a word; nor does what GDAL says."""
    said = list(dict.fromkeys(str(one.message) for one in heard))
    found = {"heights (Z)": shapely.has_z(shapes).any(), "measures (M)": any(MEASURED in one for one in said)}
    dropped = [name for name, is_there in found.items() if is_there]
    notes = [f"Its {' and '.join(dropped)} are left out."] if dropped else []
    return (*notes, *(f"GDAL says: {one}" for one in said if MEASURED not in one))
