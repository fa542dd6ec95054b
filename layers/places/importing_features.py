"""From a file's features to rows of buildings or service points, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from geo.positions import Geometries
from layers.read.codes import lost_digits, padded
from layers.read.columns import ColumnMap, map_columns
from layers.read.features import FeatureTable
from layers.read.rows import RefusedRow
from layers.read.values import storable, text, whole_number

TEXTS: Mapping[str, tuple[str, ...]] = {
    "buildings": ("address", "kind"),
    "service-points": ("kind", "name", "address", "hours", "offers"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {"buildings": ("address",), "service-points": ("kind", "name")}
COUNTS: Mapping[str, tuple[str, ...]] = {"buildings": ("households", "residents", "over_60"), "service-points": ()}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as a file states it: its position in the storage system, the columns it fills, and everything else."""

    code: str
    lon: float
    lat: float
    texts: Mapping[str, str]
    counts: Mapping[str, int]
    attributes: Mapping[str, Any]


class _BadRow(Exception):  # noqa: N818 - never leaves this module
    """Why a row cannot be used."""


def place_columns(present: Iterable[str], kind: str, given: Mapping[str, str]) -> ColumnMap:
    """Which column holds what of 'buildings' or 'service-points'.

    Raises:
        FieldNeeded: a field is missing, or several could be meant.
    """
    needed = ("code", *NEEDED[kind])
    optional = [name for name in (*TEXTS[kind], *COUNTS[kind]) if name not in needed]
    return map_columns(present, needed=needed, optional=optional, given=given)


def read_places(
    table: FeatureTable, points: Geometries, *, kind: str, columns: Mapping[str, str], code_digits: int | None
) -> tuple[list[PlaceRow], list[RefusedRow]]:
    """The rows of a table of 'buildings' or 'service-points'; `points` holds their positions."""
    reader = _Reader(table, points, kind, columns, code_digits)
    rows, refused, seen = [], [], dict[str, int]()
    for number in range(len(table)):
        try:
            rows.append(reader.row(number, seen))
        except _BadRow as bad:
            cells = {name: text(values[number]) for name, values in table.fields.items()}
            refused.append(RefusedRow(number + 1, str(bad), cells))
    return rows, refused


@dataclass(frozen=True, slots=True)
class _Reader:
    table: FeatureTable
    points: Geometries
    kind: str
    columns: Mapping[str, str]
    code_digits: int | None

    def row(self, number: int, seen: dict[str, int]) -> PlaceRow:
        cells = {name: self.table.fields[column][number] for name, column in self.columns.items()}
        code = padded(text(cells["code"]), self.code_digits)
        if not code:
            raise _BadRow("it has no code")
        if lost_digits(code):
            raise _BadRow(f"the code {code} lost its digits in a spreadsheet; take it as text from its source")
        if seen.setdefault(code, number) != number:
            raise _BadRow(f"the code {code} stands in row {seen[code] + 1} already")
        point = self.points[number]
        if point is None or point.is_empty:
            raise _BadRow(self._why_nowhere(number))
        return PlaceRow(
            code=code,
            lon=float(shapely.get_x(point)),
            lat=float(shapely.get_y(point)),
            texts={name: self._text(name, cells) for name in TEXTS[self.kind]},
            counts={name: self._count(name, cells) for name in COUNTS[self.kind]},
            attributes=self._attributes(number),
        )

    def _why_nowhere(self, number: int) -> str:
        return (self.table.reasons and self.table.reasons[number]) or "it has no position"

    def _text(self, name: str, cells: Mapping[str, object]) -> str:
        value = text(cells.get(name))
        if not value and name in NEEDED[self.kind]:
            raise _BadRow(f"its {name} is empty")
        return value

    def _count(self, name: str, cells: Mapping[str, object]) -> int:
        try:
            return whole_number(cells.get(name)) or 0
        except ValueError as error:
            raise _BadRow(f"{name}: {error}") from error

    def _attributes(self, number: int) -> dict[str, Any]:
        taken = set(self.columns.values())
        further = {name: storable(values[number]) for name, values in self.table.fields.items() if name not in taken}
        return {name: value for name, value in further.items() if value is not None}
