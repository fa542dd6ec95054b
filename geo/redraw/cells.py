"""A coverage of cells that is never changed in place, and what one operation changes of it.

    former --replaced(change)--> present --replaced(change.inverse)--> former, bit for bit

Polygons are in degrees on the precision grid of 1e-7; neighbours share their borders vertex for vertex.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import LayerError

_MOST_MOVED = 300


@dataclass(frozen=True, slots=True)
class Cell:
    """One grid: its code, the code of its community, its polygon (of one part or several)."""

    code: str
    parent: str
    polygon: BaseGeometry


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation does: cells that come, codes that go, cells that stay with another polygon or parent.

    `touched` are the codes among `changed` that only received a node on their border: the cell covers what it
    covered and keeps its version. `before` holds the former cells of everything retired or changed.
    """

    created: tuple[Cell, ...] = ()
    retired: tuple[str, ...] = ()
    changed: tuple[Cell, ...] = ()
    touched: tuple[str, ...] = ()
    before: tuple[Cell, ...] = ()

    @property
    def inverse(self) -> "Change":
        """The change that leads back."""
        gone = set(self.retired)
        return Change(
            created=tuple(cell for cell in self.before if cell.code in gone),
            retired=tuple(cell.code for cell in self.created),
            changed=tuple(cell for cell in self.before if cell.code not in gone),
            touched=self.touched,
            before=(*self.created, *self.changed),
        )


class Coverage(Mapping[str, Cell]):
    """Cells by code, with an index of their boxes."""

    def __init__(self, cells: dict[str, Cell], indexed: tuple[str, ...], tree: shapely.STRtree) -> None:
        self._cells = cells
        self._indexed = indexed
        self._tree = tree
        self._moved: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cells: Iterable[Cell]) -> Self:
        """A coverage of these cells; raises `LayerError` when a code occurs twice. Whether it is clean: `check`."""
        rows = list(cells)
        named = {cell.code: cell for cell in rows}
        if len(named) != len(rows):
            raise LayerError(f"{len(rows) - len(named)} codes occur more than once: give each cell its own")
        return cls(named, tuple(named), shapely.STRtree([cell.polygon for cell in rows]))

    def __getitem__(self, code: str) -> Cell:
        return self._cells[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, ordered by code."""
        return tuple(self._cells[code] for code in sorted(self._cells))

    @property
    def parents(self) -> frozenset[str]:
        """The communities that have a cell here."""
        return frozenset(cell.parent for cell in self._cells.values())

    def meeting(self, geometry: BaseGeometry) -> set[str]:
        """Codes of the cells that meet the geometry, by a point at least."""
        box = shapely.box(*geometry.bounds)
        near = {self._indexed[row] for row in self._tree.query(box)} - self._moved
        codes = [code for code in (*near, *self._moved) if code in self._cells]
        if not codes:
            return set()
        shapely.prepare(geometry)
        meets = shapely.intersects(geometry, np.array([self._cells[code].polygon for code in codes]))
        return {code for code, meet in zip(codes, meets, strict=True) if meet}

    def ring(self, codes: Iterable[str]) -> set[str]:
        """These cells and everything that meets them."""
        return {near for code in codes for near in self.meeting(self._cells[code].polygon)}

    def neighbours(self, code: str) -> tuple[str, ...]:
        """Codes of the cells that meet this one, in order."""
        return tuple(sorted(self.ring([code]) - {code}))

    def replaced(self, change: Change) -> "Coverage":
        """The coverage after the change; this one stays as it is."""
        cells = dict(self._cells)
        for code in change.retired:
            del cells[code]
        cells.update({cell.code: cell for cell in (*change.created, *change.changed)})
        moved = self._moved | {cell.code for cell in (*change.created, *change.changed)} | set(change.retired)
        if len(moved) > _MOST_MOVED:
            return Coverage.of(cells.values())
        after = Coverage(cells, self._indexed, self._tree)
        after._moved = frozenset(moved)
        return after
