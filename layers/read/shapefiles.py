"""The parts of a Shapefile before it is read: all there, none cut off, and text in the encoding that they declare."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from layers.read.encodings import makes_sense, not_ascii, read_as, readings, shown
from layers.read.refusals import UnreadableFile, WrongEncoding

NEEDED_PARTS = (".shx", ".dbf")
#: What GDAL takes the text for when neither a .cpg nor the .dbf says it.
UNDECLARED = "ISO-8859-1"
#: Bytes in a .dbf that name the encoding of Chinese and Western text.
LANGUAGES: Mapping[int, str] = {
    0x03: "windows-1252",
    0x4D: "GBK",
    0x4F: "Big5",
    0x57: "windows-1252",
    0x78: "Big5",
    0x7A: "GBK",
}
#: What a .cpg may say, as Python names it.
CODE_PAGES: Mapping[str, str] = {
    "936": "GBK",
    "950": "Big5",
    "65001": "UTF-8",
    "1252": "windows-1252",
    "88591": "ISO-8859-1",
}
_SHP_HEADER = 100
_DBF_FIELD = 32


class _Table(NamedTuple):
    """The head of a .dbf: how many rows of which length begin where, its language byte, and its fields of text."""

    rows: int
    header_bytes: int
    row_bytes: int
    language: int
    texts: tuple[tuple[str, int, int], ...]


def require_whole(path: Path) -> None:
    """Refuse a Shapefile that misses a part, or of which a part is cut off.

    Raises:
        UnreadableFile: naming the part and what is wrong with it.
    """
    missing = [ending for ending in NEEDED_PARTS if part(path, ending) is None]
    if missing:
        raise UnreadableFile(
            f"{path.name} lacks its {' and '.join(missing)}.",
            field="file",
            value=str(path),
            remedy="A Shapefile is several files of one name: give .shp, .shx, .dbf (and .prj, .cpg) together.",
        )
    for ending in (".shp", ".shx"):
        _require_length(part(path, ending) or path, _stated_bytes(part(path, ending) or path))
    table = part(path, ".dbf") or path
    head = _head(table)
    _require_length(table, head.header_bytes + head.rows * head.row_bytes)
    shapes = (_size(part(path, ".shx") or path) - _SHP_HEADER) // 8
    if shapes != head.rows:
        raise UnreadableFile(
            f"{path.name} has {shapes:,} shapes, and its table {head.rows:,} rows.",
            field="file",
            value=str(table),
            remedy="The parts are of different files: copy all of them again together.",
        )


def text_encoding(path: Path, given: str | None) -> str | None:
    """The encoding to read the Shapefile's text in: as `given`, else as declared; None for plain ASCII.

    Raises:
        WrongEncoding: the text makes no sense so, naming a field, a row, and the encoding in which it does.
    """
    table = part(path, ".dbf") or path
    samples = not_ascii(value for _, _, value in _cells(table, _head(table)))
    if not samples:
        return given
    declared, says = _declared(path, given)
    best = readings(samples)[0]
    as_declared = read_as(samples, declared)
    if as_declared.sense >= 0 and (given is not None or makes_sense(as_declared, best)):
        return declared
    field, row = next((name, number) for name, number, value in _cells(table, _head(table)) if value == samples[0])
    nonsense = samples[0].decode(declared, "replace") if _is_known(declared) else samples[0].decode("latin-1")
    raise WrongEncoding(
        f"{path.name}, field {field}, row {row}: the text is not in {declared}, which {says}; it reads {nonsense!r}.",
        field="encoding",
        value=declared,
        remedy=f"It reads well as {best.encoding} ({shown(best.texts)}): add --encoding {best.encoding}."
        if best.sense > 0
        else "Ask whoever made it for its encoding, and name it: --encoding NAME.",
    )


def part(path: Path, ending: str) -> Path | None:
    """The file beside `path` with another ending, whatever its case; None when there is none."""
    beside = (path.with_suffix(one) for one in (ending, ending.upper()))
    return next((one for one in beside if one.is_file()), None)


def _declared(path: Path, given: str | None) -> tuple[str, str]:
    """The encoding that is declared, and who declares it."""
    if given is not None:
        return given, "--encoding names"
    page = part(path, ".cpg")
    stated = page.read_text(encoding="latin-1").strip() if page else ""
    if stated:
        digits = "".join(one for one in stated if one.isdigit())
        name = CODE_PAGES.get(digits) or stated
        return name, f"its .cpg names ({stated})"
    language = LANGUAGES.get(_head(part(path, ".dbf") or path).language)
    if language is not None:
        return language, "the language byte of its .dbf names"
    return UNDECLARED, "stands where neither a .cpg nor the .dbf names one"


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _head(table: Path) -> _Table:
    with table.open("rb") as file:
        start = file.read(_DBF_FIELD)
        if len(start) < _DBF_FIELD:
            raise _cut_off(table, _DBF_FIELD)
        rows, header_bytes, row_bytes = struct.unpack("<IHH", start[4:12])
        described = file.read(max(header_bytes - _DBF_FIELD, 0))
    texts, offset = [], 1
    for place in range(0, len(described) - _DBF_FIELD + 1, _DBF_FIELD):
        field = described[place : place + _DBF_FIELD]
        if field[:1] == b"\r":
            break
        if field[11:12] == b"C":
            texts.append((field[:11].split(b"\0")[0].decode("latin-1"), offset, field[16]))
        offset += field[16]
    return _Table(rows, header_bytes, row_bytes, start[29], tuple(texts))


def _cells(table: Path, head: _Table) -> Iterator[tuple[str, int, bytes]]:
    """Field, row number and raw text of every cell of text."""
    with table.open("rb") as file:
        file.seek(head.header_bytes)
        for number in range(1, head.rows + 1):
            row = file.read(head.row_bytes)
            for name, offset, length in head.texts:
                yield name, number, row[offset : offset + length].rstrip(b" \0")


def _stated_bytes(path: Path) -> int:
    """How long a .shp or .shx says it is."""
    with path.open("rb") as file:
        head = file.read(_SHP_HEADER)
    if len(head) < _SHP_HEADER or head[:4] != b"\x00\x00\x27\x0a":
        raise UnreadableFile(
            f"{path.name} does not begin as a Shapefile does.",
            field="file",
            value=str(path),
            remedy="Copy or download it again; when that does not help, ask whoever made it.",
        )
    return int(struct.unpack(">I", head[24:28])[0]) * 2


def _require_length(path: Path, stated_bytes: int) -> None:
    if _size(path) < stated_bytes:
        raise _cut_off(path, stated_bytes)


def _cut_off(path: Path, stated_bytes: int) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name} is cut off: it has {_size(path):,} bytes and should have {stated_bytes:,}.",
        field="file",
        value=str(path),
        remedy="Copy or download it again.",
    )


def _size(path: Path) -> int:
    return path.stat().st_size
