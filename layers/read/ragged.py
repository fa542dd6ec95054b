"""Tables as people keep them: titles above the header, merged cells, headers of two rows and repeated ones, footnotes.

1 │ 部件清单（2026）                        ← titles: left out, and said so
2 │ 大类   │ 代码  │ 名称 │ 处置时限        ← the header: the row with most names that are known,
3 │        │       │      │ 一般 │ 紧急    ←   with the rows its cells are merged into
4 │ 公用   │ 01001 │ 井盖 │ …               a merged cell stands in each of its rows
5 │   〃   │ 01002 │ 路灯 │ …
6 │ 注：…                                   ← a row with a single text is refused with it
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from layers.read.csv_rows import checked_header, csv_lines
from layers.read.grids import MOST_COLUMNS, MOST_ROWS, Grid, too_large, trimmed
from layers.read.rows import SHEETS, RefusedRow, require_table
from layers.read.xlsx_grids import xlsx_grid

#: The header stands among the first rows, names at least so many known things, and has so many rows.
LAST_HEADER, LEAST_KNOWN, HIGHEST_HEADER = 30, 2, 3
NumberedRow = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class RaggedTable:
    """A table with its rows by column, each with its number as the sheet or the lines count them from 1.

    `refused` are rows that cannot be a row at all, `notes` says what was left out, `words` are the names of the sheet,
    the titles and the columns, for whoever asks what the table is about.
    """

    columns: tuple[str, ...]
    rows: tuple[NumberedRow, ...]
    refused: tuple[RefusedRow, ...]
    notes: tuple[str, ...]
    words: tuple[str, ...]


def read_ragged(
    path: Path, *, known: Collection[str], encoding: str | None = None, sheet: str | None = None
) -> RaggedTable:
    """Read a table whole; `known` are the names, as `plain_name` gives them, that its header may use.

    Raises:
        UnreadableFile: no such file, no table, no header, too large, or a damaged file.
        SuspiciousArchive: a workbook that would do harm.
        WrongEncoding: the text is not in this encoding.
    """
    require_table(path)
    grid = xlsx_grid(path, sheet=sheet) if path.suffix.lower() in SHEETS else _lines(path, encoding)
    header = _header_rows(grid, known)
    columns = checked_header(path, _names(grid, header))
    titles = [text for row in grid.rows[: header.start] for text in dict.fromkeys(row) if text]
    notes = [f"Above the header, left out: {' / '.join(titles)}."] if titles else []
    rows, refused, repeated = _below(grid, header, columns)
    if repeated:
        notes.append(f"The header again, left out: row {', '.join(map(str, repeated))}.")
    return RaggedTable(tuple(columns), rows, refused, tuple(notes), (grid.name, *titles, *columns))


def plain_name(name: str) -> str:
    """A column's name without spaces, line breaks and brackets behind it: 处置时限（工作日） → 处置时限."""
    joined = "".join(name.split()).replace("（", "(").replace("）", ")").lower()
    return joined.partition("(")[0] or joined


def _lines(path: Path, encoding: str | None) -> Grid:
    rows = [
        trimmed([cell.strip() for cell in row]) for row in islice(csv_lines(path, encoding=encoding), MOST_ROWS + 1)
    ]
    if len(rows) > MOST_ROWS:
        raise too_large(path, f"more than {MOST_ROWS:,} rows")
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise too_large(path, f"more than {MOST_COLUMNS} columns")
    return Grid(path.name, rows)


def _header_rows(grid: Grid, known: Collection[str]) -> range:
    """The rows of the header: the one that names most known things, and those its cells are merged down into."""
    counts = [len({plain_name(cell) for cell in row} & set(known)) for row in grid.rows[:LAST_HEADER]]
    best = max(counts, default=0)
    first = next((place for place, row in enumerate(grid.rows) if any(row)), 0)
    top = counts.index(best) if best >= LEAST_KNOWN else first
    below = [block.bottom for block in grid.merged if block.top == top and block.bottom < top + HIGHEST_HEADER]
    return range(top, max([top, *below]) + 1)


def _names(grid: Grid, header: range) -> list[str]:
    """The columns' names, those of several rows joined by a stroke; a name merged over columns is numbered in them."""
    rows = [
        list(grid.rows[row]) + [""] * (MOST_COLUMNS - len(grid.rows[row])) for row in header if row < len(grid.rows)
    ]
    for top, left, bottom, right in grid.merged:
        for row in range(top, bottom + 1):
            if row in header:
                rows[row - header.start][left : right + 1] = [grid.text(top, left)] * (right + 1 - left)
    names = ["/".join(dict.fromkeys(filter(None, column))) for column in zip(*rows, strict=True)]
    for block in grid.merged:
        if block.top in header:
            names[block.left : block.right + 1] = _numbered(names[block.left : block.right + 1])
    return trimmed(names)


def _numbered(names: Sequence[str]) -> list[str]:
    """The names with numbers behind repeated ones: 大类, 大类 2."""
    again = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name} {before + 1}" if name and before else name for name, before in zip(names, again, strict=True)]


def _below(
    grid: Grid, header: range, columns: Sequence[str]
) -> tuple[tuple[NumberedRow, ...], tuple[RefusedRow, ...], list[int]]:
    """The rows below the header, those that cannot be one, and the numbers of those that are the header again."""
    rows: list[NumberedRow] = []
    refused: list[RefusedRow] = []
    repeated: list[int] = []
    across = _across(grid, columns)
    for place, cells in _filled_down(grid, header.stop):
        if list(cells) == list(grid.rows[header.start]):
            repeated.append(place + 1)
            continue
        row = {name: cells[column] if column < len(cells) else "" for column, name in enumerate(columns) if name}
        why = _unusable(cells, columns) or across.get(place)
        if why:
            refused.append(RefusedRow(place + 1, why, row))
        else:
            rows.append((place + 1, row))
    return tuple(rows), tuple(refused), repeated


def _filled_down(grid: Grid, start: int) -> Iterator[tuple[int, list[str]]]:
    """The rows from `start` that are not empty, the text of each merged block in all its rows, in its first column."""
    rows = [list(row) for row in grid.rows]
    for top, left, bottom, _ in grid.merged:
        for place in range(top, bottom + 1):
            rows[place] += [""] * (left + 1 - len(rows[place]))
            rows[place][left] = grid.text(top, left)
    return ((place, row) for place, row in enumerate(rows) if place >= start and any(row))


def _unusable(cells: Sequence[str], columns: Sequence[str]) -> str | None:
    texts = [cell for cell in cells if cell]
    if len(texts) == 1 and len(columns) > LEAST_KNOWN:
        return f"it says only {texts[0][:60]!r}"
    surplus = [cell for cell in cells[len(columns) :] if cell]
    return f"it has more cells than the table has columns: {surplus[0][:60]!r}" if surplus else None


def _across(grid: Grid, columns: Sequence[str]) -> Mapping[int, str]:
    """Rows in which one cell is merged over several columns, so that nobody knows whose text it is."""
    return {
        row: f"one cell stands for {' and '.join(named)}; write each by itself"
        for block in grid.merged
        if len(named := [name for name in columns[block.left : block.right + 1] if name]) > 1
        for row in range(block.top, block.bottom + 1)
    }
