"""Rows of a sheet of an XLSX workbook, in pieces, each cell as the text a person sees."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from layers.read.archives import require_harmless
from layers.read.csv_rows import checked_header
from layers.read.refusals import UnreadableFile

#: From here on a spreadsheet's numbers lose their last digits.
FIRST_INEXACT = 2**53
_ZEROS = re.compile(r"0+")


def xlsx_header(path: Path, *, sheet: str | None = None) -> list[str]:
    """The names of the columns, from the first row that is not empty."""
    with _rows(path, sheet) as rows:
        return checked_header(path, _trimmed(next(rows, [])))


def xlsx_chunks(path: Path, *, sheet: str | None, size: int) -> Iterator[list[dict[str, str]]]:
    """The rows below the header as mappings from column to text, `size` at a time; rows without any text are left out.

    Row numbers count what is given back: a sheet's empty rows are no rows.
    """
    with _rows(path, sheet) as rows:
        header = _trimmed(next(rows, []))
        chunk: list[dict[str, str]] = []
        for cells in rows:
            row: dict[Any, Any] = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
            if any(cells[len(header) :]):
                row[None] = [cell for cell in cells[len(header) :] if cell]
            chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


@contextmanager
def opened_sheet(path: Path, sheet: str | None) -> Iterator[tuple[str, Callable[[int | None], Iterator[list[str]]]]]:
    """The sheet's name, and its rows as texts, empty ones too, of so many columns at most (None: of all).

    Raises:
        UnreadableFile: no workbook, a damaged one, or one without such a sheet.
        SuspiciousArchive: unpacking it would do harm.
    """
    require_harmless(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, SyntaxError, OSError) as error:
        raise UnreadableFile(
            f"{path.name} is no workbook, or a damaged one: {error}.",
            field="file",
            value=str(path),
            remedy="Open it in a spreadsheet and save it as .xlsx again, or as CSV (UTF-8).",
        ) from error
    try:
        name = _sheet(path, book.sheetnames, sheet)
        table = book[name]
        # Some programs state a wrong extent, and everything beyond it would be lost.
        table.reset_dimensions()
        yield name, lambda columns: ([_text(cell) for cell in row] for row in table.iter_rows(max_col=columns))
    finally:
        book.close()


@contextmanager
def _rows(path: Path, sheet: str | None) -> Iterator[Iterator[list[str]]]:
    """The rows of the sheet that are not empty, as texts."""
    with opened_sheet(path, sheet) as (_, texts):
        yield (row for row in texts(None) if any(row))


def _sheet(path: Path, names: Sequence[str], sheet: str | None) -> str:
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet in names:
        return str(sheet)
    said = f"has no sheet {sheet!r}" if sheet else f"has {len(names)} sheets"
    raise UnreadableFile(
        f"{path.name} {said}.", field="layer", value=sheet, remedy=f"Name one: --layer {' | '.join(names)}."
    )


def _trimmed(header: list[str]) -> list[str]:
    while header and not header[-1]:
        header = header[:-1]
    return header


def _text(cell: Any) -> str:
    """The cell's text; a number that is shown with leading zeros has them, and one beyond exactness shows that."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _number(value: float, number_format: str) -> str:
    if abs(value) >= FIRST_INEXACT:
        return f"{value:.14E}"
    if float(value).is_integer():
        digits = str(int(value))
        return digits.zfill(len(number_format)) if _ZEROS.fullmatch(number_format) else digits
    return repr(float(value))
