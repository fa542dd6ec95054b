"""A simulated district led in parts by several processes at once, each the homes between two meridians.

Within a part lives go on as they come; before and after each sweep of the clock all parts meet, so that none is ahead
of it. People who answer for homes of two parts may then be chosen in another order than by one process alone: only a
simulation in one part is the same one for the same seed.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from layers.reports.simulation import Arrival, Home


@dataclass(frozen=True, slots=True)
class Part:
    """The homes from one meridian to before another; `sweeps`: whether the clock's sweeps are this part's to do."""

    west: float
    east: float
    sweeps: bool
    meet: Callable[[], object]

    def has(self, arrival: Arrival) -> bool:
        """Whether a report is this part's to file."""
        return self.west <= arrival.home.lon < self.east


WHOLE = Part(-math.inf, math.inf, sweeps=True, meet=lambda: None)


def meridians(homes: Sequence[Home], parts: int) -> list[float]:
    """The `parts` + 1 meridians between which about as many people live each."""
    lons = np.array([one.position.lon for one in homes])
    order = np.argsort(lons)
    people = np.cumsum([homes[one].residents + 2.0 for one in order])
    after = np.searchsorted(people, people[-1] * np.arange(1, parts) / parts) + 1
    return [-math.inf, *lons[order[np.minimum(after, len(homes) - 1)]].tolist(), math.inf]


class Coming:
    """Arrivals of a part, one after another; those since the last `mark` can be taken back."""

    def __init__(self, arrivals: Iterable[Arrival], part: Part) -> None:
        self._arrivals = filter(part.has, arrivals)
        self._again: deque[Arrival] = deque()
        self._since: list[Arrival] = []

    def next(self) -> Arrival | None:
        """The next one, None after the last."""
        one = self._again.popleft() if self._again else next(self._arrivals, None)
        if one is not None:
            self._since.append(one)
        return one

    def mark(self) -> None:
        """What came until now has come for good."""
        self._since.clear()

    def back(self) -> None:
        """What came since the last mark comes again."""
        self._again.extendleft(reversed(self._since))
        self._since.clear()
