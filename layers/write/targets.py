"""Files that appear whole or not at all: written beside their target, then moved onto it."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.write.refusals import UnwritableTarget

#: Indexes that other programs lay beside a Shapefile: wrong as soon as it is replaced.
STALE = (".qix", ".sbn", ".sbx", ".idm", ".ind")
#: A GeoPackage with one of these beside it is open elsewhere.
OPEN_ELSEWHERE = ("-wal", "-journal")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write to instead of `target`; when the `with` ends well, it and all that lies beside it are moved.

    An existing target stays as it is until then, and for good when anything fails.

    Raises:
        UnwritableTarget: the target cannot be made or replaced.
    """
    target = Path(os.path.realpath(target))
    check_target(target)
    with _folder_beside(target) as folder:
        yield folder / target.name
        _move(folder, target.parent, last=target.name)


@contextmanager
def filling(target: Path) -> Iterator[Path]:
    """A folder to write files to; when the `with` ends well, they are moved into `target`, made when missing.

    Other files in the target stay.

    Raises:
        UnwritableTarget: the target cannot be made or written to.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_dir():
        raise _refused(target, "is no folder", "Name another folder.")
    _check_folder(target if target.exists() else target.parent)
    with _folder_beside(target) as folder:
        yield folder
        for file in folder.iterdir():
            check_target(target / file.name, is_folder_checked=True)
        target.mkdir(exist_ok=True)
        _move(folder, target)


@contextmanager
def packing(archive: Path) -> Iterator[Path]:
    """A folder to write files to; when the `with` ends well, they lie in the archive, flat."""
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        yield Path(folder)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(Path(folder).iterdir()):
                packed.write(file, file.name)


def check_target(target: Path, *, is_folder_checked: bool = False) -> None:
    """Refuse a target that could not be replaced, before anything is written."""
    if not is_folder_checked:
        _check_folder(target.parent)
    if target.is_dir():
        raise _refused(target, "is a folder", "Name a file in it.")
    if target.exists() and not target.is_file():
        raise _refused(target, "is no file", "Name a file.")
    if target.exists() and not os.access(target, os.W_OK):
        raise _refused(target, "is write-protected", "Change its rights, or name another file.")
    if any(target.with_name(target.name + ending).exists() for ending in OPEN_ELSEWHERE):
        raise _refused(target, "is open in another program", "Close it there, then run again.")


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise _refused(folder, "is no folder", "Make it first, or name another.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(folder, "may not be written to by this user", "Name another folder, or change its rights.")


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent))
    except OSError as error:
        raise _refused(target, f"cannot be made ({error.strerror})", "Name another folder.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(written: Path, into: Path, *, last: str = "") -> None:
    """Move every file of `written` into a folder, the one named `last` last: what belongs to it is there by then."""
    for file in sorted(written.iterdir(), key=lambda file: (file.name == last, file.suffix == ".shp", file.name)):
        if file.suffix == ".shp":
            for ending in STALE:
                (into / file.name).with_suffix(ending).unlink(missing_ok=True)
        file.replace(into / file.name)


def _refused(path: Path, why: str, remedy: str) -> UnwritableTarget:
    return UnwritableTarget(f"{path} {why}.", field="to", value=str(path), remedy=remedy)
