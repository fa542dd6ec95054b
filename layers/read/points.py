"""Positions in the rows of a table, and why a row has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.datum import to_storage
from geo.grid_codes import normalise_digits
from geo.positions import Datum, Floats
from layers.read.csv_rows import SURPLUS

#: No projected system reaches farther, in whatever unit.
FARTHEST = 1e9


@dataclass(frozen=True, slots=True)
class PointColumns:
    """The columns that hold a position, and the datum it is given in; `accuracy` holds metres.

    Without `is_degrees` the numbers are of a projected system, and only read.
    """

    lon: str
    lat: str
    accuracy: str | None
    datum: Datum
    is_degrees: bool = True


@dataclass(frozen=True, slots=True)
class Points:
    """Positions of n rows in the storage datum, NaN where a row has none; `reasons` then says why, else it is ''."""

    lon: Floats
    lat: Floats
    accuracy_m: Floats
    reasons: tuple[str, ...]


def read_points(rows: Sequence[Mapping[str, Any]], columns: PointColumns) -> Points:
    """The positions of the rows; a row whose cells cannot be read keeps its place with a reason."""
    reasons = ["it has more cells than the table has columns" if SURPLUS in row else "" for row in rows]
    east, north = (180.0, 90.0) if columns.is_degrees else (FARTHEST, FARTHEST)
    lon = _numbers(rows, columns.lon, reasons, low=-east, high=east)
    lat = _numbers(rows, columns.lat, reasons, low=-north, high=north)
    accuracy_m = np.full(len(rows), np.nan)
    if columns.accuracy is not None:
        accuracy_m = _numbers(rows, columns.accuracy, reasons, low=0, high=np.inf, needed=False)
    bad = np.array([bool(reason) for reason in reasons], dtype=bool)
    lon[bad] = lat[bad] = np.nan
    stored_lon, stored_lat = to_storage(lon, lat, columns.datum)
    return Points(stored_lon, stored_lat, accuracy_m, tuple(reasons))


def _written(cell: object) -> str:
    """A cell as it would be written: tables of typed columns hold numbers and nothing at all."""
    return "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN is not itself


def _numbers(
    rows: Sequence[Mapping[str, Any]], name: str, reasons: list[str], *, low: float, high: float, needed: bool = True
) -> Floats:
    """A column as numbers; what is missing, no number or out of range is NaN and gets a reason."""
    numbers = np.full(len(rows), np.nan)
    for place, row in enumerate(rows):
        cell = normalise_digits(_written(row[name]))
        if not cell:
            reasons[place] = reasons[place] or (f"{name} is empty" if needed else "")
            continue
        try:
            number = float(cell)
        except ValueError:
            reasons[place] = reasons[place] or f"{name} is {cell!r}, no number"
            continue
        if low <= number <= high and np.isfinite(number):
            numbers[place] = number
        else:
            reasons[place] = reasons[place] or f"{name} is {cell}, not between {low:g} and {high:g}"
    return numbers
