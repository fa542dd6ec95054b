"""Timing alike: every method warmed up once, then all of them in turn, round after round, and the median of each."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Work = Callable[[], object]


def seconds_each(methods: Mapping[str, Work], *, rounds: int, warm: bool = True) -> dict[str, list[float]]:
    """The times of every method, one for each round."""
    for work in methods.values() if warm else ():
        work()
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(rounds):
        for name, work in methods.items():
            times[name].append(seconds(work))
    return times


def seconds(work: Work) -> float:
    """How long one call takes, without waiting for rubbish that others left."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratio(times: Mapping[str, list[float]], slower: str, faster: str) -> float:
    """How many times faster one is than the other: the median over the rounds, each of which saw the same load."""
    return median(s / f for s, f in zip(times[slower], times[faster], strict=True))
