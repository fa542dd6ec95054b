"""XLSX, written row by row: codes are cells of text, so that no spreadsheet eats their zeros."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from layers.write.naming import cut, free_name
from layers.write.refusals import UnfitValue
from layers.write.streams import Drawn, FeatureStream, Rows
from layers.write.systems import System
from layers.write.text_files import point_columns

Write = Callable[[Rows], None]
AppendRow = Callable[[Iterable[Any]], None]

MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
COLUMN_WIDTH = 16


@contextmanager
def xlsx_file(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A workbook with one sheet; points as two columns, and of areas a point inside each: no cell holds an outline.

    Raises:
        UnfitValue: more rows than a sheet has, or a text that no cell holds.
    """
    if stream.count >= MOST_ROWS:
        raise UnfitValue(
            f"{stream.name} has {stream.count:,} rows, and a sheet {MOST_ROWS:,}.",
            field="to",
            value=str(path),
            remedy="Write to .csv or .gpkg.",
        )
    names = [field.name for field in stream.fields]
    places = [] if stream.drawn is Drawn.NOTHING else [free_name(axis, names) for axis in system.axes]
    with sheet(path, stream.name, [*names, *places]) as append:

        def write(rows: Rows) -> None:
            drawn = [] if rows.geometry is None else point_columns(_points(system, rows))
            for row in zip(*rows.columns, *drawn, strict=True):
                append(row)

        yield write


@contextmanager
def sheet(path: Path, title: str, names: Sequence[str], *, widths: Sequence[float] = ()) -> Iterator[AppendRow]:
    """A workbook with one sheet under its bold, frozen heading; call what comes out with the cells of each row."""
    book = Workbook(write_only=True)
    table = book.create_sheet(cut(re.sub(r"[\\/?*\[\]:']", " ", title), LONGEST_TITLE) or "1")
    table.freeze_panes = "A2"
    for place, _ in enumerate(names):
        width = widths[place] if place < len(widths) else COLUMN_WIDTH
        table.column_dimensions[get_column_letter(place + 1)].width = width
    table.append([_bold(table, name) for name in names])
    try:
        yield lambda row: table.append([_cell(table, value) for value in row])
    finally:
        book.save(path)


def _points(system: System, rows: Rows) -> Any:
    shapes = system.geometries(rows.geometry) if rows.geometry is not None else None
    return shapely.point_on_surface(shapes)


def _bold(table: Any, name: str) -> WriteOnlyCell:
    cell = _cell(table, name)
    cell.font = Font(bold=True)
    return cell


def _cell(table: Any, value: Any) -> Any:
    """Text is text for good, whatever it looks like: neither a number nor a formula."""
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_TEXT or ILLEGAL_CHARACTERS_RE.search(value):
        raise UnfitValue(
            f"A text of {len(value):,} characters ({value[:20]!r}) fits in no cell of a sheet.",
            field="to",
            value=value[:40],
            remedy="Write to .csv or .gpkg.",
        )
    cell = WriteOnlyCell(table, value)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
