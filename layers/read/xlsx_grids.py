"""A sheet as its cells stand, with what is merged; for tables made by hand, read whole and therefore bounded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries

from layers.read.grids import MOST_COLUMNS, MOST_ROWS, Block, Grid, too_large, trimmed
from layers.read.xlsx_rows import opened_sheet

#: Of a sheet and its texts, unpacked.
MOST_BYTES = 64 * 1024**2
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')


def xlsx_grid(path: Path, *, sheet: str | None = None) -> Grid:
    """The cells of a sheet as texts, row by row from its first, and the blocks that are merged.

    Raises:
        UnreadableFile: no workbook, a damaged one, without such a sheet, or larger than a table made by hand.
        SuspiciousArchive: unpacking it would do harm.
    """
    rows: list[list[str]] = []
    with opened_sheet(path, sheet) as (name, texts):
        _require_bounded(path)
        for place, row in enumerate(texts(MOST_COLUMNS)):
            if not any(row):
                continue
            if place >= MOST_ROWS:
                raise too_large(path, f"rows beyond {MOST_ROWS:,}")
            rows += [[] for _ in range(place - len(rows))]
            rows.append(trimmed(row))
    return Grid(name, rows, tuple(_blocks(path, name, len(rows))))


def _require_bounded(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        texts = sum(one.file_size for one in archive.infolist() if one.filename.endswith(".xml"))
    if texts > MOST_BYTES:
        raise too_large(path, f"{texts / 1e6:,.0f} MB of cells, more than {MOST_BYTES / 1e6:,.0f} MB")


def _blocks(path: Path, sheet: str, rows: int) -> Iterator[Block]:
    """The merged blocks of a sheet, cut to its rows.

    Read from the sheet itself: openpyxl makes a cell for each place in a merged block, and one may span the sheet.
    """
    with zipfile.ZipFile(path) as archive:
        for ref in _MERGED.findall(archive.read(_member(path, sheet))):
            left, top, right, bottom = range_boundaries(ref.decode())
            if top <= rows and left <= MOST_COLUMNS:
                yield Block(top - 1, left - 1, min(bottom, rows) - 1, min(right, MOST_COLUMNS) - 1)


def _member(path: Path, sheet: str) -> str:
    """Where in the workbook a sheet lies."""
    reader: Any = ExcelReader(path, read_only=True, data_only=True)
    try:
        reader.read_manifest()
        reader.read_workbook()
        return next(str(link.target) for one, link in reader.parser.find_sheets() if one.name == sheet)
    finally:
        reader.archive.close()
