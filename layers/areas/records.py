"""Areas and editions as the rest of the service sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.crs import Plane
from geo.locate import Locator
from geo.positions import LonLat
from layers.districts.records import District


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition (版本) of a district's boundaries."""

    id: int
    district_id: int
    number: int
    status: str
    note: str
    made_by: str
    made_at: datetime
    published_by: str | None
    effective_at: datetime | None
    retired_at: datetime | None
    digest: str | None
    row_version: int


@dataclass(frozen=True, slots=True)
class Area:
    """An area in an edition, without its polygon. `path` holds the ids from the root to itself: '1.5.23.'."""

    id: int
    depth: int
    code: str
    name: str
    path: str
    parent_id: int | None
    label: LonLat
    area_m2: float
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Population:
    """Who lives in an area: `basis` says whether it was summed from buildings or stated by the layer."""

    buildings: int
    households: int
    residents: int
    over_60: int
    basis: str


@dataclass(frozen=True, slots=True)
class CompiledEdition:
    """An edition ready for locating: the index over its cells, and every area by id and by level and code."""

    district: District
    edition: Edition
    plane: Plane
    locator: Locator
    areas: Mapping[int, Area]
    by_code: Mapping[tuple[int, str], Area]

    def cell(self, code: str) -> Area:
        """The cell with this code."""
        return self.by_code[self.district.cell_depth, code]

    def chain(self, area: Area) -> tuple[Area, ...]:
        """The area and everything it lies in, from itself up to the district."""
        return tuple(self.areas[int(step)] for step in reversed(area.path.rstrip(".").split(".")))
