"""Grouping cells into compact, connected areas of given size."""

from __future__ import annotations

import numpy as np
from cells import Cells
from plane import Floats, Ints, distances_m
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

_ROUNDS = 80
_FEWEST_CELLS = 7


def _spread_seeds(xy_m: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Starting points far from one another, more of them where cells are dense."""
    chosen = [int(rng.integers(len(xy_m)))]
    gap = distances_m(xy_m, xy_m[chosen[0]])
    for _ in range(count - 1):
        reach = np.cumsum(gap * gap)
        chosen.append(int(np.searchsorted(reach, rng.random() * reach[-1], side="right")))
        gap = np.minimum(gap, distances_m(xy_m, xy_m[chosen[-1]]))
    return xy_m[chosen]


def balanced_groups(xy_m: Floats, sizes: Floats, rng: np.random.Generator, core: Floats | None = None) -> Ints:
    """A group for every point so that group sizes come near the wanted ones, as a power diagram.

    With a core, the first groups lie nearest to it.
    """
    goal = sizes / sizes.sum() * len(xy_m)
    seeds = _settled(xy_m, _spread_seeds(xy_m, len(sizes), rng))
    if core is not None:
        seeds = seeds[np.argsort(distances_m(seeds, core), kind="stable")]
    lead = np.zeros(len(sizes))
    best, least_off = np.zeros(len(xy_m), dtype=np.int64), np.inf
    for turn in range(_ROUNDS):
        squared = _squared(xy_m, seeds)
        group = np.argmin(squared - lead, axis=1)
        found = np.bincount(group, minlength=len(sizes))
        off = float(np.abs(found / goal - 1.0).max())
        if off < least_off:
            best, least_off = group, off
        own = np.bincount(group, squared[np.arange(len(group)), group], minlength=len(sizes))
        spread = np.where(found > 0, own / np.maximum(found, 1), squared.min(axis=0) + 1.0)
        lead += (0.8 if turn < _ROUNDS // 2 else 0.3) * np.clip((goal - found) / goal, -1, 1) * spread
        if turn < _ROUNDS // 2:
            seeds = seeds * 0.5 + 0.5 * _centroids(xy_m, group, seeds)
    return best


def _squared(xy_m: Floats, seeds: Floats) -> Floats:
    step = xy_m[:, None] - seeds[None]
    return step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1]


def _settled(xy_m: Floats, seeds: Floats) -> Floats:
    for _ in range(5):
        seeds = _centroids(xy_m, np.argmin(_squared(xy_m, seeds), axis=1), seeds)
    return seeds


def _centroids(xy_m: Floats, group: Ints, otherwise: Floats) -> Floats:
    found = np.bincount(group, minlength=len(otherwise))
    sums = np.column_stack([np.bincount(group, xy_m[:, axis], minlength=len(otherwise)) for axis in (0, 1)])
    return np.where(found[:, None] > 0, sums / np.maximum(found, 1)[:, None], otherwise)


def joined(label: Ints, parent: Ints, cells: Cells, least_m: Floats) -> Ints:
    """Give every part that is cut off from its area's main part to the neighbour it shares most border with.

    Only ridges longer than `least_m` join cells, and only neighbours under the same parent receive a part.
    """
    label = label.copy()
    inner = cells.inner()
    inner = inner[cells.length_m[inner] > least_m[inner]]
    a, b = cells.sides[inner].T
    siblings = parent[a] == parent[b]
    a, b, length = a[siblings], b[siblings], cells.length_m[inner][siblings]
    for _ in range(40):
        stray = _strays(label, a, b, cells.count)
        if not stray.any():
            return label
        _give_away(label, stray, a, b, length)
    raise RuntimeError("cells stay cut off from their area after 40 rounds: change the seed of the partition")


def _strays(label: Ints, a: Ints, b: Ints, count: int) -> Ints:
    same = label[a] == label[b]
    graph = coo_matrix((np.ones(int(same.sum())), (a[same], b[same])), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    size = np.bincount(part)
    biggest = np.zeros(label.max() + 1, dtype=np.int64)
    np.maximum.at(biggest, label, size[part])
    first = np.full(label.max() + 1, len(size), dtype=np.int64)
    main = size[part] == biggest[label]
    np.minimum.at(first, label[main], part[main])
    return np.asarray(part != first[label])


def _give_away(label: Ints, stray: Ints, a: Ints, b: Ints, length: Floats) -> None:
    """Each stray cell on the rim of its part goes to the settled neighbour with the longest common border."""
    best: dict[tuple[int, int], float] = {}
    for here, there in ((a, b), (b, a)):
        open_side = stray[here] & ~stray[there]
        for cell, to, shared in zip(here[open_side], label[there[open_side]], length[open_side], strict=True):
            best[int(cell), int(to)] = best.get((int(cell), int(to)), 0.0) + float(shared)
    for (cell, to), _ in sorted(best.items(), key=lambda item: (item[1], -item[0][1])):
        label[cell] = to


def rounded(label: Ints, parent: Ints, cells: Cells, rounds: int) -> Ints:
    """Take away horns: a cell with much more border to one sibling area than to its own goes over."""
    inner = cells.inner()
    a, b = cells.sides[inner].T
    siblings = parent[a] == parent[b]
    a, b, length = a[siblings], b[siblings], cells.length_m[inner][siblings]
    for _ in range(rounds):
        ends = np.concatenate([np.stack([a, label[b]]), np.stack([b, label[a]])], axis=1)
        border = coo_matrix((np.concatenate([length, length]), ends), shape=(cells.count, label.max() + 1)).tocsr()
        own = np.asarray(border[np.arange(cells.count), label]).ravel()
        best = np.asarray(border.argmax(axis=1)).ravel()
        most = np.asarray(border[np.arange(cells.count), best]).ravel()
        turn = (most > 1.6 * own) & (np.bincount(label)[label] > _FEWEST_CELLS)
        settled = turn[a] & turn[b]
        turn[b[settled]] = False
        label = np.where(turn, best, label)
    return label
