"""`bench locate`: the compiled locator beside its peers, and every answer beside shapely's."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
import shapely

from api.bench.locating_layers import Layer, demo_cells, every_layer
from api.bench.locating_peers import Method, oracle, peers
from api.bench.locating_points import Points, delicate, mixed
from api.bench.outcome import Outcome, Rate
from api.bench.rounds import ratio, seconds_each
from geo.locate import Locator
from geo.positions import LonLat

ONE, TWO = "wangge, one thread", "wangge, two threads"
ORACLE = "STRtree.query(intersects)"
MEGABYTE = 1_000_000


class Sizes(NamedTuple):
    """How many points: located at once in two sizes, one by one, and compared."""

    timed: int
    large: int
    single: int
    compared: int
    delicate: int
    rounds: int


FULL = Sizes(1_000_000, 10_000_000, 20_000, 5_000_000, 1_000_000, 5)
QUICK = Sizes(20_000, 0, 500, 20_000, 20_000, 1)


def bench_locate(*, quick: bool) -> Outcome:
    """Run it; the real layers are compared only where they are there."""
    sizes = QUICK if quick else FULL
    layer = demo_cells()
    locator = Locator.build(layer.codes, layer.polygons)
    others = peers(layer.polygons)
    rows, judged = _bulk(layer, locator, others, sizes)
    if sizes.large:
        rows += _large(layer, locator, others, sizes)
    singles, single_ratio = _singles(layer, locator, sizes)
    judged |= {"single_to_strtree": single_ratio, "index_mb": locator.index_bytes / MEGABYTE}
    differences = sum(_differences(one, sizes) for one in every_layer())
    return Outcome("locate", (*rows, *singles), judged, differences)


def _methods(locator: Locator, others: dict[str, Method], points: Points) -> dict[str, Callable[[], object]]:
    ours: dict[str, Callable[[], object]] = {
        ONE: lambda: locator.indices(*points),
        TWO: lambda: locator.indices(*points, threads=2),
    }
    return ours | {name: _bound(method, points) for name, method in others.items()}


def _bound(method: Method, points: Points) -> Callable[[], object]:
    return lambda: method(points)


def _bulk(
    layer: Layer, locator: Locator, others: dict[str, Method], sizes: Sizes
) -> tuple[list[Rate], dict[str, float]]:
    points = mixed(layer.polygons, sizes.timed, seed=1)
    methods = _methods(locator, {**others, ORACLE: oracle(layer.polygons)}, points)
    methods["build"] = lambda: Locator.build(layer.codes, layer.polygons)
    times = seconds_each(methods, rounds=sizes.rounds)
    fastest = min(others, key=lambda name: median(times[name]))
    rows = [
        Rate(name, sizes.timed / median(taken), "points/s", ratio(times, fastest, name), fastest)
        for name, taken in times.items()
        if name != "build"
    ]
    judged = {
        "one_thread_to_fastest_peer": ratio(times, fastest, ONE),
        "two_threads_to_one": ratio(times, ONE, TWO),
        "build_to_strtree_query_of_a_million": ratio(times, "build", ORACLE) * sizes.timed / FULL.timed,
    }
    return rows, judged


def _large(layer: Layer, locator: Locator, others: dict[str, Method], sizes: Sizes) -> list[Rate]:
    """The same once with ten times as many."""
    points = mixed(layer.polygons, sizes.large, seed=2)
    times = seconds_each(_methods(locator, others, points), rounds=1, warm=False)
    fastest = min(others, key=lambda name: median(times[name]))
    return [
        Rate(f"{name}, {sizes.large:,} points", sizes.large / taken, "points/s", ratio(times, fastest, name), fastest)
        for name, [taken] in times.items()
    ]


def _singles(layer: Layer, locator: Locator, sizes: Sizes) -> tuple[list[Rate], float]:
    """One point after the other, in this process."""
    points = mixed(layer.polygons, sizes.single, seed=3)
    positions = [LonLat(lon, lat) for lon, lat in zip(points.lon.tolist(), points.lat.tolist(), strict=True)]
    tree = locator.tree

    def ours() -> None:
        for position in positions:
            locator.index(position)

    def theirs() -> None:
        for position in positions:
            found = tree.query(shapely.Point(position), predicate="intersects")
            found.min() if len(found) else -1

    mine, other = "wangge, one point at a time", "STRtree.query, one point at a time"
    times = seconds_each({mine: ours, other: theirs}, rounds=sizes.rounds)
    rows = [
        Rate(name, sizes.single / median(taken), "points/s", ratio(times, other, name), other)
        for name, taken in times.items()
    ]
    return rows, ratio(times, mine, other)


def _differences(layer: Layer, sizes: Sizes) -> int:
    """How many answers, at once and with two threads, are not shapely's."""
    locator = Locator.build(layer.codes, layer.polygons)
    if not locator.exact_coverage:
        raise AssertionError(f"{layer.name} is not compiled: {locator.why_slow}")
    ask = oracle(locator.polygons)
    differing = 0
    for points in (
        mixed(layer.polygons, sizes.compared, seed=4),
        delicate(layer.polygons, sizes.delicate, seed=5),
    ):
        right = ask(points)
        for threads in (1, 2):
            differing += int(np.count_nonzero(locator.indices(*points, threads=threads) != right))
    return differing
