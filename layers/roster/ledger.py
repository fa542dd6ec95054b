"""The ledger of grids (网格台账): each cell with its borders in words, its size, who lives there and who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geo.four_bounds import Side


@dataclass(frozen=True, slots=True)
class Answers:
    """Someone who answers for a cell: rank, number and role."""

    rank: str
    number: str
    role: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One cell. `parents` are the names of what it lies in, from below the district down to the area above it.

    `bounds` (四至) names the neighbours on each side, largest share first, None for the district's edge. Households
    and people are None where nobody counted them.
    """

    code: str
    name: str
    parents: tuple[str, ...]
    bounds: Mapping[Side, tuple[str | None, ...]]
    area_m2: float
    households: int | None
    residents: int | None
    people: tuple[Answers, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The cells of an edition by code, as of a day."""

    district_name: str
    level_name: str
    level_name_en: str
    edition_number: int
    on: date
    rows: tuple[LedgerRow, ...]
