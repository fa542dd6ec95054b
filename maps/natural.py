"""Natural breaks in one dimension, exactly: dynamic programming over distinct values, with monotone split points.

The best start of the last class never moves down as more values join (the cost satisfies the quadrangle inequality), so
the split points of a row bound those between them: O(k m log m) for k classes of m distinct values.
Source: W. D. Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958); H. Wang and M. Song, "Ckmeans.1d.dp",
The R Journal 3 (2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def natural_limits(distinct: Floats, counts: Ints, classes: int) -> tuple[float, ...]:
    """The upper limits of all classes but the last.

    `distinct` ascending, shape (m,), of which value i occurs `counts[i]` times. min(classes, m) classes.
    """
    wanted = min(classes, distinct.size)
    if wanted < 2:
        return ()
    sums = _Sums(distinct, counts)
    first = np.zeros(distinct.size, dtype=np.int64)
    cost = sums.deviation(first, np.arange(distinct.size))
    starts = []
    for _ in range(1, wanted):
        cost, first = _next_class(cost, sums)
        starts.append(first)
    return _walk_back(distinct, starts)


def _walk_back(distinct: Floats, starts: list[Ints]) -> tuple[float, ...]:
    limits: list[float] = []
    last = distinct.size - 1
    for first in reversed(starts):
        last = int(first[last]) - 1
        limits.append(float(distinct[last]))
    return tuple(reversed(limits))


class _Sums:
    """Prefix sums, from which the squared deviation of any run of values follows in one step."""

    def __init__(self, distinct: Floats, counts: Ints) -> None:
        # Centred and scaled, or the squares of large equal-looking values would cancel.
        centred = distinct - np.average(distinct, weights=counts)
        centred /= np.abs(centred).max()
        self.weight = np.concatenate(([0.0], np.cumsum(counts, dtype=np.float64)))
        self.first = np.concatenate(([0.0], np.cumsum(counts * centred)))
        self.second = np.concatenate(([0.0], np.cumsum(counts * centred**2)))

    def deviation(self, start: Ints, end: Ints) -> Floats:
        """Sum of squared deviations from the mean of the values start … end, both included."""
        total = self.first[end + 1] - self.first[start]
        weight = self.weight[end + 1] - self.weight[start]
        squares: Floats = np.maximum(self.second[end + 1] - self.second[start] - total**2 / weight, 0.0)
        return squares


def _next_class(before: Floats, sums: _Sums) -> tuple[Floats, Ints]:
    """Cost of the best division with one class more, for values 0 … i, and where its last class starts."""
    size = before.size
    cost = np.full(size, np.inf)
    start = np.zeros(size, dtype=np.int64)
    step = 1 << (size.bit_length() - 1)
    while step:
        ends = np.arange(step - 1, size, 2 * step)
        low = np.where(ends >= step, start[ends - step], 1)
        above = ends + step
        high = np.where(above < size, start[np.minimum(above, size - 1)], ends)
        low = np.maximum(low, 1)
        high = np.minimum(np.where(high == 0, ends, high), ends)
        usable = ends >= 1
        if usable.any():
            cost[ends[usable]], start[ends[usable]] = _best(before, sums, ends[usable], low[usable], high[usable])
        step >>= 1
    return cost, start


def _best(before: Floats, sums: _Sums, ends: Ints, low: Ints, high: Ints) -> tuple[Floats, Ints]:
    """For every end the best start within low … high, the lowest of equals."""
    lengths = high - low + 1
    offsets = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    tried = np.arange(lengths.sum()) - np.repeat(offsets - low, lengths)
    costs = before[tried - 1] + sums.deviation(tried, np.repeat(ends, lengths))
    least = np.minimum.reduceat(costs, offsets)
    tried[costs > np.repeat(least, lengths)] = np.iinfo(np.int64).max
    return least, np.minimum.reduceat(tried, offsets)
