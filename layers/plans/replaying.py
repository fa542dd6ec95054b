"""Last year's reports filed again, on the boundaries as they are and as a plan leaves them, by the rule in force.

report, at the moment it was filed ──► the areas of its cell before │ after ──► assignment rule ──► who, load, distance
                                                                      roster as it stands today: duties, shifts, caps

Both sides run the same reports in the same order through `layers/reports/assignment.py`, beginning with nothing in
hand, so that what differs is the boundaries' doing. A report is in hand until it was closed in truth. Absences of the
past are not replayed: they say nothing of the boundaries.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from layers.reports.assignment import Step, assign
from layers.reports.records import Considered
from layers.roster.duty import Shifts, on_duty


class Post(NamedTuple):
    """Someone who answers for an area, as the roster has it."""

    person_id: int
    number: str
    role: str
    rank: str
    shifts: Shifts
    cap: int | None


class Filed(NamedTuple):
    """A report of the past: when it was filed and closed, the areas asked before and after, from its cell upwards, and
    how many metres it lies from the middle of that cell.
    """

    serial: int
    at: datetime
    closed_at: datetime | None
    before: tuple[Step, ...]
    after: tuple[Step, ...]
    before_m: float
    after_m: float


@dataclass(slots=True)
class Side:
    """What one person would have had: reports, the most at once, metres from the middles of their cells on average."""

    reports: int = 0
    most: int = 0
    walk_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Replay:
    """The year replayed. `people`: by number, before and after; `changed`: how many would have had somebody else."""

    reports: int
    changed: int
    nobody_before: int
    nobody_after: int
    people: Mapping[str, tuple[Side, Side]]


@dataclass(slots=True)
class _Course:
    """One side: who has how much in hand as time goes on."""

    posts: Mapping[int, Sequence[Post]]
    zone: ZoneInfo
    open: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    ending: list[tuple[datetime, int]] = field(default_factory=list)
    told: defaultdict[str, Side] = field(default_factory=lambda: defaultdict(Side))

    def file(self, one: Filed, steps: tuple[Step, ...], distance_m: float) -> str | None:
        """Who gets it; None where nobody can."""
        while self.ending and self.ending[0][0] <= one.at:
            self.open[heapq.heappop(self.ending)[1]] -= 1
        taken = assign(self._asked(steps, one.at.astimezone(self.zone)), steps, turn=one.serial).assignee
        if taken is None:
            return None
        self.open[taken.person_id] += 1
        if one.closed_at is not None:
            heapq.heappush(self.ending, (max(one.closed_at, one.at), taken.person_id))
        side = self.told[taken.number]
        side.walk_m = (side.walk_m * side.reports + distance_m) / (side.reports + 1)
        side.reports += 1
        side.most = max(side.most, self.open[taken.person_id])
        return taken.number

    def _asked(self, steps: tuple[Step, ...], local: datetime) -> list[Considered]:
        return [
            Considered(
                person_id=one.person_id,
                number=one.number,
                role=one.role,
                area_id=step.area_id,
                depth=step.depth,
                rank=one.rank,
                on_duty=on_duty(one.shifts, local),
                absent=False,
                open=self.open[one.person_id],
                cap=one.cap,
                verdict="",
            )
            for step in steps
            for one in self.posts.get(step.area_id, ())
        ]


def replay_year(filed: Iterable[Filed], posts: Mapping[int, Sequence[Post]], zone: ZoneInfo) -> Replay:
    """File the reports again on both sides. `posts`: who answers for an area, by its id; a new cell's under its own."""
    before, after = _Course(posts, zone), _Course(posts, zone)
    reports = changed = nobody_before = nobody_after = 0
    for one in sorted(filed, key=lambda one: (one.at, one.serial)):
        had, would = before.file(one, one.before, one.before_m), after.file(one, one.after, one.after_m)
        reports += 1
        changed += had != would
        nobody_before += had is None
        nobody_after += would is None
    numbers = sorted({*before.told, *after.told})
    people = {number: (before.told[number], after.told[number]) for number in numbers}
    return Replay(reports, changed, nobody_before, nobody_after, people)
