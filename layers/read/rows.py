"""Rows of a table, in pieces, so that one of any length takes the same memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.read.csv_rows import SURPLUS, csv_chunks, csv_header
from layers.read.refusals import UnreadableFile
from layers.read.xlsx_rows import xlsx_chunks, xlsx_header

CSV = (".csv", ".csv.gz", ".txt", ".tsv")
SHEETS = (".xlsx", ".xlsm")
TABLES = (*CSV, *SHEETS)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used, with its number in the file and why.

    The first row after the header is 1; in tables as people keep them (ragged.py) rows count from the top of the sheet.
    """

    number: int
    reason: str
    cells: dict[str, str]


def is_table(path: Path) -> bool:
    """Whether the file's name says that it is a table of rows."""
    return path.name.lower().endswith(TABLES)


def columns_of(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> list[str]:
    """The names of the table's columns.

    Raises:
        UnreadableFile: no such file, no table, no header, or a damaged file.
        SuspiciousArchive: a workbook that would do harm.
        WrongEncoding: the text is not in this encoding.
    """
    require_table(path)
    if path.suffix.lower() in SHEETS:
        return xlsx_header(path, sheet=sheet)
    for _ in csv_chunks(path, encoding=encoding, size=1):
        break
    return csv_header(path, encoding=encoding)


def row_chunks(
    path: Path, *, encoding: str | None = None, sheet: str | None = None, size: int = 50_000
) -> Iterator[list[dict[str, str]]]:
    """The table's rows as mappings from column to text, `size` at a time; missing cells are ''.

    Raises:
        UnreadableFile: no such file, no table, or a damaged one.
        SuspiciousArchive: a workbook that would do harm.
        WrongEncoding: the text is not in this encoding.
    """
    require_table(path)
    if path.suffix.lower() in SHEETS:
        yield from xlsx_chunks(path, sheet=sheet, size=size)
    else:
        yield from csv_chunks(path, encoding=encoding, size=size)


def write_refused(path: Path, refused: Sequence[RefusedRow]) -> None:
    """Write refused rows with their number and reason in front, to be mended and imported again."""
    columns = list(dict.fromkeys(name for row in refused for name in row.cells if name is not SURPLUS))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["row", "reason", *columns], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({"row": one.number, "reason": one.reason, **one.cells} for one in refused)


def require_table(path: Path) -> None:
    """Refuse what is no file, or by its name no table of rows."""
    if not path.is_file():
        raise UnreadableFile(
            f"There is no file {path}.", field="file", value=str(path), remedy="Check its name and folder."
        )
    if not is_table(path):
        raise UnreadableFile(
            f"{path.name} is no table of rows.",
            field="file",
            value=str(path),
            remedy=f"Give one of: {', '.join(TABLES)}; save an .xls or .ods as .xlsx or CSV first.",
        )
