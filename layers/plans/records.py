"""Plans as the rest of the service sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.positions import LonLat
from layers.plans.lifecycle import State

#: What is counted in a cell.
COUNTED = (
    *("buildings", "households", "residents", "over_60", "service_points", "open_reports", "reports_year"),
    *("offers", "deadlines"),
)
#: Everything the sheet tells of one cell. `walk_m`: from its middle to the reports of a year, on average; `deviation`:
#: of its households from the mean of its community, as a share. Compactness is Polsby-Popper's, reock the share of the
#: smallest circle.
MEASURES = (*COUNTED, "walk_m", "deviation", "area_m2", "compactness", "reock", "parts")


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan (方案). `taken` of its `operations` count, the others can be redone; `area_path`: where it may change
    cells. `base`, `restores` and `edition` are numbers of editions: what it stands on, which one it puts in force
    again, which one it became; their ids beside them.
    """

    id: int
    district_id: int
    name: str
    reason: str
    document: str
    area_code: str
    area_path: str
    base_id: int
    base: int
    restores_id: int | None
    restores: int | None
    state: State
    version: int
    taken: int
    operations: int
    made_by: str
    made_at: datetime
    effective_at: datetime | None
    edition: int | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step that was taken with a plan."""

    step: str
    state: str
    note: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """What someone said of a plan, of a place or of the whole."""

    id: int
    text: str
    at: LonLat | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedOperation:
    """One operation of a plan; not `counts` when it was undone."""

    place: int
    facts: Mapping[str, Any]
    made_by: str
    made_at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class CellLock:
    """A cell that stays as it is by order."""

    code: str
    reason: str
    made_by: str
    made_at: datetime
