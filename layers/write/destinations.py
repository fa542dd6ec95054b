"""Where each layer's file is written: one file, a folder with one for each layer, or an archive of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from layers.write.formats import FORMATS
from layers.write.refusals import UnknownEnding
from layers.write.streams import Drawn, FeatureStream
from layers.write.targets import filling, packing, replacing

GEOPACKAGE, SHAPEFILE, TABLE, ARCHIVE = ".gpkg", ".shp", ".csv", ".zip"
#: Formats that hold features and no plain tables; a layer without positions becomes a table beside them.
FEATURES_ONLY = (SHAPEFILE, ".geojson")


class Destination(NamedTuple):
    """A file to write, and the ending of its format."""

    path: Path
    ending: str


Choose = Callable[[FeatureStream], Destination]


@contextmanager
def for_one(to: Path) -> Iterator[Choose]:
    """The file for a single layer; .zip is a zipped Shapefile. It appears when the `with` ends well.

    Raises:
        UnknownEnding, UnwritableTarget: nothing can be written there.
    """
    ending = require_ending(to, (*FORMATS, ARCHIVE))
    with replacing(to) as path:
        if ending == ARCHIVE:
            with packing(path) as folder:
                yield lambda _: Destination(folder / f"{to.stem}{SHAPEFILE}", SHAPEFILE)
        else:
            yield lambda _: Destination(path, ending)


@contextmanager
def for_all(to: Path, *, each: str) -> Iterator[Choose]:
    """The files for several layers: one GeoPackage, or a folder or archive with one file of format `each` for each.

    Raises:
        UnknownEnding, UnwritableTarget: nothing can be written there.
    """
    require_ending(Path(f"layer{each}"), FORMATS)
    if to.is_dir() or not to.suffix:
        with filling(to) as folder:
            yield lambda stream: _in_folder(folder, stream, each)
    elif require_ending(to, (GEOPACKAGE, ARCHIVE), or_folder=True) == ARCHIVE:
        with replacing(to) as path, packing(path) as folder:
            yield lambda stream: _in_folder(folder, stream, each)
    else:
        with replacing(to) as path:
            yield lambda _: Destination(path, GEOPACKAGE)


def require_ending(path: Path, endings: Iterable[str], *, or_folder: bool = False) -> str:
    """The ending of a file's name, when it is one of `endings`.

    Raises:
        UnknownEnding: it is another.
    """
    known = list(endings)
    ending = path.suffix.lower()
    if ending not in known:
        raise UnknownEnding(
            f"{path.name or path} ends in no format that is written here.",
            field="to",
            value=str(path),
            remedy=f"End it in one of: {', '.join(known)}{'; or name a folder' if or_folder else ''}.",
        )
    return ending


def _in_folder(folder: Path, stream: FeatureStream, each: str) -> Destination:
    ending = TABLE if stream.drawn is Drawn.NOTHING and each in FEATURES_ONLY else each
    return Destination(folder / f"{stream.name}{ending}", ending)
