"""Cells as they stand in a sheet or in lines, before anything is known of a header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from layers.read.refusals import UnreadableFile

#: A table made by hand has a few hundred rows.
MOST_ROWS, MOST_COLUMNS = 20_000, 256


class Block(NamedTuple):
    """Merged cells, both ends included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet called `name`, row by row from its first; the text of a merged block stands in its first."""

    name: str
    rows: Sequence[Sequence[str]]
    merged: tuple[Block, ...] = ()

    def text(self, row: int, column: int) -> str:
        """The text of a cell, '' beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""


def trimmed(row: list[str]) -> list[str]:
    """The row without the empty cells at its end."""
    while row and not row[-1]:
        row = row[:-1]
    return row


def too_large(path: Path, what: str) -> UnreadableFile:
    """The refusal of a file that is no table made by hand."""
    return UnreadableFile(
        f"{path.name} has {what}, and this is read whole.",
        field="file",
        value=str(path),
        remedy="Leave in it what is meant: one sheet with its rows, without what lies below and beside them.",
    )
