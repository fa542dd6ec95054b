"""Rows of a CSV file, in pieces, so that a table of any length takes the same memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.read.refusals import UnreadableFile, WrongEncoding

#: Under this key lie the cells of a row that has more cells than the table has columns.
SURPLUS = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used, with its number in the file (the first row after the header is 1) and why."""

    number: int
    reason: str
    cells: dict[str, str]


def columns_of(path: Path, *, encoding: str | None = None) -> list[str]:
    """The names of the table's columns.

    Raises:
        UnreadableFile: no such file, or no header.
        WrongEncoding: the text is not in this encoding.
    """
    for _ in row_chunks(path, encoding=encoding, size=1):
        break
    with path.open(encoding=encoding or "utf-8-sig", newline="") as file:
        header = next(csv.reader(file), [])
    if not any(header):
        raise UnreadableFile(f"{path.name} has no header row.", field="file", value=str(path))
    return header


def row_chunks(path: Path, *, encoding: str | None = None, size: int = 50_000) -> Iterator[list[dict[str, str]]]:
    """The table's rows as mappings from column to text, `size` at a time; missing cells are ''.

    Raises:
        UnreadableFile: no such file.
        WrongEncoding: the text is not in this encoding.
    """
    if not path.is_file():
        raise UnreadableFile(f"There is no file {path}.", field="file", value=str(path))
    try:
        with path.open(encoding=encoding or "utf-8-sig", newline="") as file:
            chunk = []
            for row in csv.DictReader(file, restval=""):
                chunk.append(row)
                if len(chunk) == size:
                    yield chunk
                    chunk = []
            if chunk:
                yield chunk
    except (UnicodeDecodeError, LookupError) as error:
        raise WrongEncoding(
            f"The text of {path.name} is not in {encoding or 'UTF-8'}.",
            field="encoding",
            value=encoding,
            remedy="Name it: --encoding GB18030, or --encoding UTF-8.",
        ) from error
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is no CSV: {error}.", field="file", value=str(path)) from error


def write_refused(path: Path, refused: Sequence[RefusedRow]) -> None:
    """Write refused rows with their number and reason in front, to be mended and imported again."""
    columns = list(dict.fromkeys(name for row in refused for name in row.cells if name is not SURPLUS))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["row", "reason", *columns], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({"row": one.number, "reason": one.reason, **one.cells} for one in refused)
