"""Rows of a CSV file, compressed or not, in pieces."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from layers.read.encodings import CANDIDATES, not_ascii, readings, shown
from layers.read.refusals import UnreadableFile, WrongEncoding

#: Under this key lie the cells of a row that has more cells than the table has columns.
SURPLUS = None
COMPRESSED = ".gz"
SEPARATORS = ",;\t|"
#: An outline as text may be as long as this.
LONGEST_CELL = 64 * 1024**2
_SAMPLE_BYTES = 1024**2
_FIRST_LINES = 20


def csv_header(path: Path, *, encoding: str | None = None) -> list[str]:
    """The names of the columns, as the first line gives them.

    Raises:
        UnreadableFile: no header, or one that names two columns alike.
        WrongEncoding: the text is not in this encoding.
    """
    with _table_speaks(path, encoding), _opened(path, encoding) as file:
        return checked_header(path, next(csv.reader(file, delimiter=_separator(path, encoding)), []))


def csv_chunks(path: Path, *, encoding: str | None, size: int) -> Iterator[list[dict[str, str]]]:
    """The rows as mappings from column to text, `size` at a time; missing cells are ''."""
    with _table_speaks(path, encoding), _opened(path, encoding) as file:
        chunk: list[dict[str, str]] = []
        for row in csv.DictReader(file, restval="", delimiter=_separator(path, encoding)):
            chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def csv_lines(path: Path, *, encoding: str | None = None) -> Iterator[list[str]]:
    """The lines as cells, whatever stands in them; the separator is the mark that the first lines have most of."""
    with _table_speaks(path, encoding):
        with _opened(path, encoding) as file:
            first = "".join(islice(file, _FIRST_LINES))
        with _opened(path, encoding) as file:
            yield from csv.reader(file, delimiter=max(SEPARATORS, key=first.count))


def checked_header(path: Path, header: list[str]) -> list[str]:
    """The header, when it names anything, and nothing twice."""
    if not any(header):
        raise UnreadableFile(
            f"{path.name} has no header row.",
            field="file",
            value=str(path),
            remedy="Write the columns' names into its first row.",
        )
    named = [name for name in header if name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise UnreadableFile(
            f"{path.name} has two columns named {twice!r}.",
            field=twice,
            value=str(path),
            remedy="Name each column once: of two alike one would be lost.",
        )
    return header


def _separator(path: Path, encoding: str | None) -> str:
    """What stands between the cells: the mark that the first line has most of."""
    with _opened(path, encoding) as file:
        first = file.readline()
    return max(SEPARATORS, key=first.count)


def _opened(path: Path, encoding: str | None) -> IO[str]:
    csv.field_size_limit(LONGEST_CELL)
    name = encoding or "utf-8-sig"
    if path.suffix.lower() == COMPRESSED:
        return gzip.open(path, "rt", encoding=name, newline="")
    return path.open(encoding=name, newline="")


@contextmanager
def _table_speaks(path: Path, encoding: str | None) -> Iterator[None]:
    try:
        yield
    except (UnicodeError, LookupError) as error:
        raise _wrong_encoding(path, encoding) from error
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(
            f"{path.name} is no CSV, or a damaged one: {str(error).rstrip('.')}.",
            field="file",
            value=str(path),
            remedy="Copy or download it again, or save it as CSV (UTF-8).",
        ) from error


def _wrong_encoding(path: Path, encoding: str | None) -> WrongEncoding:
    start = _first_bytes(path)
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        remedy = "It begins as UTF-16 does: add --encoding UTF-16."
    else:
        samples = not_ascii(start.splitlines())
        best = next((one for one in readings(samples) if one.encoding != encoding and one.sense > 0), None)
        # Named all the same where only a later part of the file holds the letters.
        likely = best.encoding if best and samples else CANDIDATES[1]
        sample = f" ({shown(best.texts, 2)[:80]})" if best and samples else ""
        remedy = f"It reads well as {likely}{sample}: add --encoding {likely}."
    return WrongEncoding(
        f"The text of {path.name} is not in {encoding or 'UTF-8'}.", field="encoding", value=encoding, remedy=remedy
    )


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        content = gzip.GzipFile(fileobj=file) if path.suffix.lower() == COMPRESSED else file
        return content.read(_SAMPLE_BYTES)
