"""Who answers for which area, by role and number only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from district import District
from sources import DISTRICT_CODE, units

GRID_WORKERS, INFORMATION_OFFICERS, DISPATCHERS = 2_905, 2_941, 12
HANDLERS_OF_A_UNIT = 2
VALID_FROM = "2025-01-01"
COLUMNS = ("number", "role", "area", "rank", "cap", "shifts", "valid_from", "valid_to", "unit")

# Hours of grid workers with their chances; the weekdays are filled in around each worker's rest day.
_WORKER_HOURS = (("08:00-17:30", 0.55), ("07:30-16:30", 0.15), ("09:30-18:30", 0.12), ("12:00-21:00", 0.18))
_OFFICER_SHIFTS = (
    "1-5 18:00-21:00;6-7 09:00-18:00",
    "1-7 08:00-20:00",
    "1-7 17:00-22:00",
    "1,3,5 08:00-18:00;6-7 08:00-12:00",
    "2,4,6 08:00-18:00;7 13:00-20:00",
    "1-7 20:00-08:00",
)
# Four officers keep a desk round the clock: days and nights, the first half of the week and the second.
_ROUND_THE_CLOCK = ("1-4 08:00-20:00", "5-7 08:00-20:00", "1-4 20:00-08:00", "5-7 20:00-08:00")


@dataclass(frozen=True)
class Duty:
    """One row of the roster."""

    number: str
    role: str
    area: str
    rank: str
    cap: int
    shifts: str

    def row(self) -> tuple[str, ...]:
        """The values in the order of the columns; no end is set."""
        return (self.number, self.role, self.area, self.rank, str(self.cap), self.shifts, VALID_FROM, "", "")


def _weekdays(rest_day: int) -> str:
    """Six weekdays around a rest day, such as 1-3,5-7."""
    runs = [(1, rest_day - 1), (rest_day + 1, 7)]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs if a <= b)


class _Workers:
    """Which grids have a worker of their own, who stands in for the rest, and who is whose deputy."""

    def __init__(self, district: District, rng: np.random.Generator) -> None:
        self._district = district
        community = district.community_of_grid
        self._siblings = [
            [k for k in around if community[k] == community[grid]] for grid, around in enumerate(district.neighbours)
        ]
        self.stand_in = self._stand_ins(rng)
        position = np.arange(len(district.codes)) - np.searchsorted(community, community)
        self.rest_day = (position * 3 + community) % 7 + 1
        self.deputy = self._deputies()

    def _stand_ins(self, rng: np.random.Generator) -> dict[int, int]:
        """For each grid without a worker, the adjacent grid of the same community whose worker answers for it."""
        without = len(self._siblings) - GRID_WORKERS
        found: dict[int, int] = {}
        burdened: set[int] = set()
        for grid in rng.permutation(len(self._siblings)).tolist():
            free = [k for k in self._siblings[grid] if k not in found and k not in burdened]
            if len(found) < without and grid not in burdened and len(self._own_workers(grid, found)) >= 2 and free:
                found[grid] = free[int(rng.integers(len(free)))]
                burdened.add(found[grid])
        if len(found) < without:
            raise RuntimeError(f"only {len(found)} of {without} grids can do without a worker: change the seed")
        return found

    def _own_workers(self, grid: int, found: dict[int, int]) -> list[int]:
        return [k for k in self._siblings[grid] if k not in found]

    def first(self, grid: int) -> int:
        """The grid whose own worker answers first."""
        return self.stand_in.get(grid, grid)

    def _deputies(self) -> dict[int, int]:
        """For each grid the grid whose own worker answers as deputy.

        Taken from the same community, next door if that can be, else next door but one; if it can be with another rest
        day than the first, and with few deputy's duties so far.
        """
        duties = [0] * len(self._siblings)
        found: dict[int, int] = {}
        for grid in range(len(self._siblings)):
            rest_day = self.rest_day[self.first(grid)]
            able = [(self.rest_day[k] == rest_day, duties[k], k) for k in self._able_deputies(grid)]
            if able:
                found[grid] = min(able)[2]
                duties[found[grid]] += 1
        return found

    def _able_deputies(self, grid: int) -> list[int]:
        next_door = self._siblings[grid]
        next_but_one = {k for sibling in next_door for k in self._siblings[sibling]} - {grid}
        not_able = {self.first(grid), *self.stand_in}
        return [k for k in next_door if k not in not_able] or sorted(next_but_one - not_able)


def grid_worker_duties(district: District) -> list[Duty]:
    """Every grid has a first worker (A角) and, where another of the community can, a deputy (B角)."""
    rng = np.random.default_rng([81])
    workers = _Workers(district, rng)
    own = [grid for grid in range(len(district.codes)) if grid not in workers.stand_in]
    person = {grid: (f"W{k:04d}", *_worker_terms(int(workers.rest_day[grid]), rng)) for k, grid in enumerate(own, 1)}
    duties = []
    for grid, code in enumerate(district.codes):
        number, cap, shifts = person[workers.first(grid)]
        duties.append(Duty(number, "grid_worker", code, "A", cap, shifts))
        if grid in workers.deputy:
            number, cap, shifts = person[workers.deputy[grid]]
            duties.append(Duty(number, "grid_worker", code, "B", cap, shifts))
    return duties


def _worker_terms(rest_day: int, rng: np.random.Generator) -> tuple[int, str]:
    at = float(rng.random())
    hours = _WORKER_HOURS[0][0]
    for candidate, chance in _WORKER_HOURS:
        if at < chance:
            hours = candidate
            break
        at -= chance
    return int(rng.integers(8, 17)), f"{_weekdays(rest_day)} {hours}"


def information_officer_duties(district: District) -> list[Duty]:
    """At most one information officer for a grid."""
    rng = np.random.default_rng([82])
    grids = np.sort(rng.permutation(len(district.codes))[:INFORMATION_OFFICERS]).tolist()
    return [
        Duty(
            f"I{k:04d}",
            "information_officer",
            district.codes[grid],
            "O",
            int(rng.integers(8, 13)),
            _OFFICER_SHIFTS[int(rng.integers(len(_OFFICER_SHIFTS)))],
        )
        for k, grid in enumerate(grids, 1)
    ]


def desk_duties(district: District) -> list[Duty]:
    """The desks of communities by day, of streets and of the district round the clock."""
    communities = [
        Duty(f"C{k:04d}", "community_officer", community.code, "D", 20, ("1-5 08:30-17:00", "1-6 08:30-17:00")[k % 2])
        for k, community in enumerate(district.communities, 1)
    ]
    streets = [
        Duty(f"S{4 * k + turn + 1:04d}", "street_officer", street.code, "D", 40, shifts)
        for k, street in enumerate(district.streets)
        for turn, shifts in enumerate(_ROUND_THE_CLOCK)
    ]
    dispatchers = [
        Duty(f"D{k + 1:04d}", "dispatcher", DISTRICT_CODE, "D", 20, _ROUND_THE_CLOCK[k % 4]) for k in range(DISPATCHERS)
    ]
    return communities + streets + dispatchers


def handler_rows() -> list[tuple[str, ...]]:
    """Two handlers for each unit by turns of the week's working hours, who answer for no area."""
    codes = sorted(code for code in units() for _ in range(HANDLERS_OF_A_UNIT))
    return [
        (f"U{k:04d}", "department_handler", "", "", "20", ("1-5 08:30-17:00", "1-6 08:00-16:30")[k % 2], "", "", code)
        for k, code in enumerate(codes, 1)
    ]


def roster_rows(district: District) -> list[tuple[str, ...]]:
    """The whole roster, sorted by number and area."""
    duties = grid_worker_duties(district) + information_officer_duties(district) + desk_duties(district)
    return sorted([*(duty.row() for duty in duties), *handler_rows()])
