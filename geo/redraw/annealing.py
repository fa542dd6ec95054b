"""Annealed local search: tiles on a border change sides, so that the cells' weights come out equal.

Starts from the present cells, so that what need not move stays. Every cell stays in one piece and keeps a tile.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from geo.redraw.tiling import Tiling

_FIRST_HEAT = 4e-4
_SHAPE = 0.0075


@dataclass(frozen=True, slots=True)
class Wish:
    """How much moved weight counts against evenness, how many moves are tried, and where chance begins."""

    change: float
    moves: int
    seed: int


class _State:
    """Who owns each tile, and the sums that a move changes."""

    def __init__(self, tiling: Tiling, change: float) -> None:
        self.tiling, self.change = tiling, change
        self.owner = list(tiling.owners)
        self.total = sum(tiling.weights)
        self.target = self.total / len(tiling.codes)
        self.load = [0.0] * len(tiling.codes)
        self.count = [0] * len(tiling.codes)
        for tile, owner in enumerate(self.owner):
            self.load[owner] += tiling.weights[tile]
            self.count[owner] += 1
        pairs = ((tile, near, length) for tile, row in enumerate(tiling.beside) for near, length in row.items())
        cut = sum(length for tile, near, length in pairs if self.owner[tile] != self.owner[near]) / 2
        self.shape = _SHAPE / max(cut, 1.0)

    def cost_of(self, tile: int, to: int) -> float:
        """What the cost changes by when the tile goes over."""
        start, weight = self.owner[tile], self.tiling.weights[tile]
        even = sum(
            ((self.load[cell] + moved) / self.target - 1) ** 2 - (self.load[cell] / self.target - 1) ** 2
            for cell, moved in ((start, -weight), (to, weight))
        ) / len(self.load)
        border = sum(
            length * ((self.owner[near] != to) - (self.owner[near] != start))
            for near, length in self.tiling.beside[tile].items()
        )
        home = self.tiling.owners[tile]
        moved = ((to != home) - (start != home)) * weight / self.total
        return even + self.shape * border + self.change * moved

    def holds_without(self, tile: int) -> bool:
        """Whether the tile's cell stays in one piece without it."""
        cell, beside = self.owner[tile], self.tiling.beside
        wanted = {near for near in beside[tile] if self.owner[near] == cell}
        if len(wanted) < 2:
            return self.count[cell] > 1
        start = min(wanted)
        reached, waiting = {start}, [start]
        while waiting and not wanted <= reached:
            new = [near for near in beside[waiting.pop()] if near not in reached and self.owner[near] == cell]
            new = [near for near in new if near != tile]
            reached.update(new)
            waiting += new
        return wanted <= reached

    def move(self, tile: int, to: int) -> None:
        start, weight = self.owner[tile], self.tiling.weights[tile]
        self.load[start] -= weight
        self.load[to] += weight
        self.count[start] -= 1
        self.count[to] += 1
        self.owner[tile] = to


def annealed(tiling: Tiling, doors: Sequence[tuple[int, int]], wish: Wish) -> list[int]:
    """The owner of each tile after the search; a tile goes over only through a door, a pair of tiles that meet."""
    chance = random.Random(wish.seed)  # noqa: S311 - repeatable on purpose # nosec B311
    state = _State(tiling, wish.change)
    if not doors or state.total <= 0:
        return state.owner
    cost, best, kept = 0.0, 0.0, list(state.owner)
    for turn in range(wish.moves):
        tile, near = doors[chance.randrange(len(doors))]
        to = state.owner[near]
        if state.owner[tile] == to:
            continue
        step = state.cost_of(tile, to)
        heat = _FIRST_HEAT * (1 - turn / wish.moves) ** 2
        if step > 0 and chance.random() >= math.exp(-step / heat):
            continue
        if not state.holds_without(tile):
            continue
        state.move(tile, to)
        cost += step
        if cost < best - 1e-12:
            best, kept = cost, list(state.owner)
    return kept
