"""Archives are looked through before a byte is unpacked: bombs, links and paths that lead outside are refused."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from layers.read.refusals import SuspiciousArchive, UnreadableFile

MOST_MEMBERS = 2_000
MOST_BYTES = 4 * 1024**3
#: Text compresses to a twentieth, an empty sheet to a hundredth; bombs to less than a thousandth.
WIDEST_RATIO = 250
#: Members below this may be as dense as they like: many empty files are no bomb.
SMALL_BYTES = 1024**2


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A folder with what the archive holds, for as long as the `with` lasts.

    Raises:
        UnreadableFile: it is no archive, or a damaged one.
        SuspiciousArchive: unpacking it would do harm.
    """
    require_harmless(path)
    with TemporaryDirectory(prefix="wangge-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise _damaged(path, error) from error
        yield Path(folder)


def require_harmless(path: Path) -> None:
    """Refuse an archive that would fill the disk or write outside its folder; nothing is unpacked.

    Raises:
        UnreadableFile: it is no archive, or a damaged one.
        SuspiciousArchive: unpacking it would do harm.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, EOFError) as error:
        raise _damaged(path, error) from error
    if len(members) > MOST_MEMBERS:
        raise _suspicious(path, "", f"holds {len(members):,} files, more than {MOST_MEMBERS:,}")
    total = sum(one.file_size for one in members)
    if total > MOST_BYTES:
        raise _suspicious(path, "", f"would unpack to {total / 1e9:,.1f} GB, more than {MOST_BYTES / 1e9:,.1f} GB")
    for member in members:
        _require_harmless_member(path, member)


def _require_harmless_member(path: Path, member: zipfile.ZipInfo) -> None:
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or ":" in member.filename:
        raise _suspicious(path, member.filename, "would be written outside the folder it is unpacked to")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _suspicious(path, member.filename, "is a link to another place")
    if member.flag_bits & 1:
        raise UnreadableFile(
            f"{path.name}: {member.filename} is locked with a password.",
            field="file",
            value=str(path),
            remedy="Unlock it, then give the files themselves.",
        )
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > SMALL_BYTES and ratio > WIDEST_RATIO:
        raise _suspicious(path, member.filename, f"would grow {ratio:,.0f} times, more than {WIDEST_RATIO}")


def _suspicious(path: Path, member: str, what: str) -> SuspiciousArchive:
    return SuspiciousArchive(
        f"{path.name}: {f'{member} ' if member else 'it '}{what}; nothing was unpacked.",
        field="file",
        value=str(path),
        remedy="Unpack it yourself where you trust it, and give the file that is meant.",
    )


def _damaged(path: Path, error: Exception) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} is no archive, or a damaged one: {str(error).rstrip('.')}.",
        field="file",
        value=str(path),
        remedy="Copy or download it again.",
    )
