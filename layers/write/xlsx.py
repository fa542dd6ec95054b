"""XLSX, written row by row: codes are cells of text, so that no spreadsheet eats their zeros."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from layers.write.naming import cut, free_name
from layers.write.refusals import UnfitValue
from layers.write.streams import Drawn, FeatureStream, Rows
from layers.write.systems import System
from layers.write.text_files import OUTLINE, outline_texts, point_columns

Write = Callable[[Rows], None]
AppendRow = Callable[[Iterable[Any]], None]

MOST_ROWS = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
#: From here on a number loses its last digits.
FIRST_INEXACT = 2**53
COLUMN_WIDTH = 16


@contextmanager
def xlsx_file(path: Path, stream: FeatureStream, system: System) -> Iterator[Write]:
    """A workbook with one sheet; points as two columns, areas as WKT, over several cells where one is too short.

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
    if stream.drawn is Drawn.AREAS:
        with _outlines_file(path, stream.name, names, system) as write:
            yield write
        return
    places = [] if stream.drawn is Drawn.NOTHING else [free_name(axis, names) for axis in system.axes]
    with sheet(path, stream.name, [*names, *places]) as append:

        def write(rows: Rows) -> None:
            drawn = [] if rows.geometry is None else point_columns(system.geometries(rows.geometry))
            for row in zip(*rows.columns, *drawn, strict=True):
                append(row)

        yield write


@contextmanager
def _outlines_file(path: Path, title: str, names: Sequence[str], system: System) -> Iterator[Write]:
    """Rows are kept until the last one: only then is it known how many cells the longest outline takes.

    In front of each outline stands how many cells it takes: who reads it can tell whether it is whole, and GDAL takes
    the first row for a heading only where a column below it holds numbers.
    """
    kept: list[tuple[Sequence[Any], list[str]]] = []

    def write(rows: Rows) -> None:
        assert rows.geometry is not None
        outlines = map(in_cells, outline_texts(system.geometries(rows.geometry)))
        kept.extend(zip(zip(*rows.columns, strict=True), outlines, strict=True))

    yield write
    widest = max((len(cells) for _, cells in kept), default=1)
    first = free_name(OUTLINE, names)
    columns = [f"{first}_cells", first, *(f"{first}_{place}" for place in range(2, widest + 1))]
    with sheet(path, title, [*names, *columns]) as append:
        for row, cells in kept:
            append([*row, len(cells), *cells])


def in_cells(outline: str) -> list[str]:
    """An outline as texts that fit into cells; cut before commas, because sheets trim the white space of a cell."""
    cells = []
    while len(outline) > LONGEST_TEXT:
        cut_at = outline.rindex(",", 1, LONGEST_TEXT)
        cells.append(outline[:cut_at])
        outline = outline[cut_at:]
    return [*cells, outline]


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
        yield lambda row: table.append(_cells(table, list(row)))
    finally:
        book.save(path)


def _bold(table: Any, name: str) -> WriteOnlyCell:
    cell = _cell(table, name)
    cell.font = Font(bold=True)
    return cell


def _cells(table: Any, row: Sequence[Any]) -> list[Any]:
    for value in row:
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or ILLEGAL_CHARACTERS_RE.search(value)):
            raise UnfitValue(
                f"{row[0]}: a text of {len(value):,} characters ({value[:20]!r}) fits in no cell of a sheet, "
                f"which holds {LONGEST_TEXT:,} printable ones.",
                field="to",
                value=value[:40],
                remedy="Write to .csv or .gpkg.",
            )
    return [_cell(table, value) for value in row]


def _cell(table: Any, value: Any) -> Any:
    """Text is text for good, whatever it looks like: neither a number nor a formula; so are numbers no sheet keeps."""
    if isinstance(value, int) and abs(value) >= FIRST_INEXACT:
        value = str(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(table, value)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
