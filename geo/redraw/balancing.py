"""Balance cells: several honest options between evenness, change and compactness, each as operations of a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.positions import Floats
from geo.redraw.annealing import Wish, annealed
from geo.redraw.applying import apply
from geo.redraw.cells import Coverage
from geo.redraw.drawn import cell_of
from geo.redraw.metres import Frame
from geo.redraw.noding import joined
from geo.redraw.operations import Transfer
from geo.redraw.refused import Refused
from geo.redraw.tiling import Tiling, tiled

CHANGE_WEIGHTS = (0.0, 0.02, 0.1)
MOVES = 12_000


@dataclass(frozen=True, slots=True)
class Measures:
    """How balanced cells are: the largest deviation from equal weights and the moved weight, both as shares.

    `walk_m`: how far, as the crow flies, a weight is from the middle of all weights of its cell, on average.
    """

    largest_deviation: float
    moved_share: float
    compactness: float
    walk_m: float
    weights: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """Transfers that balance the cells, in an order in which each holds, and what is measured after the last."""

    operations: tuple[Transfer, ...]
    measures: Measures


def balance(
    coverage: Coverage,
    codes: Sequence[str],
    weights_at: Sequence[tuple[float, float, float]] | Floats,
    *,
    locks: Iterable[str] = (),
    barriers: Iterable[BaseGeometry] = (),
    change_weights: Sequence[float] = CHANGE_WEIGHTS,
    seed: int = 0,
) -> list[Option]:
    """Options to even out the weight (any measure) of these cells, none of them worse than another in everything.

    `weights_at` holds (lon, lat, weight) for each building. Locked cells stay as they are; nothing goes over a
    barrier (lines in degrees). Measures are taken of the coverage after the operations, not of the search. Raises
    `Refused` for an unknown code, fewer than two free cells, or no weight in them. Same arguments, same options.
    """
    rows = np.asarray(weights_at, np.float64).reshape(-1, 3)
    fixed = set(locks)
    free = sorted(code for code in {cell_of(coverage, code).code for code in codes} if code not in fixed)
    if len(free) < 2:
        raise Refused("same_cell", f"{len(free)} cells are free to change", remedy="name two or more unlocked cells")
    tiling = tiled(coverage, free, rows)
    if not sum(tiling.weights):
        raise Refused("nothing_moves", "there is no weight in these cells", remedy="give the buildings' weights")
    doors = _doors(tiling, list(barriers))
    options = []
    for row, change in enumerate(change_weights):
        owners = annealed(tiling, doors, Wish(change, MOVES, seed + row))
        operations, after = _carried_out(coverage, tiling, owners)
        options.append(Option(operations, measured(coverage, after, free, rows)))
    return _undominated(options)


def measured(before: Coverage, after: Coverage, codes: Sequence[str], weights_at: Floats) -> Measures:
    """The measures of the cells in `after`; what moved is compared with `before`. Compactness is Polsby-Popper's."""
    polygons = [np.array([side[code].polygon for code in codes], dtype=object) for side in (before, after)]
    points = shapely.points(weights_at[:, :2])
    homes = np.full((2, len(points)), -1)
    for side, shapes in enumerate(polygons):
        place, cell = shapely.STRtree(shapes).query(points, predicate="within")
        homes[side, place] = cell
    sums = np.bincount(homes[1][homes[1] >= 0], weights_at[homes[1] >= 0, 2], len(codes))
    moved = weights_at[(homes[0] != homes[1]) & (homes[1] >= 0), 2].sum() / sums.sum()
    flat = Frame.around(shapely.GeometryCollection(list(polygons[1]))).metres(polygons[1])
    round_share = 4 * np.pi * shapely.area(flat) / shapely.length(flat) ** 2
    deviation = float(np.abs(sums / sums.mean() - 1).max())
    weights = tuple(zip(codes, sums.tolist(), strict=True))
    return Measures(deviation, float(moved), float(round_share.mean()), _walk_m(homes[1], weights_at), weights)


def _walk_m(homes: NDArray[np.int64], weights_at: Floats) -> float:
    held = homes >= 0
    cell, weight = homes[held], weights_at[held, 2]
    frame = Frame.around(shapely.multipoints(weights_at[held, :2]))
    places = weights_at[held, :2] * frame.scale
    totals = np.maximum(np.bincount(cell, weight), np.finfo(float).tiny)
    middles = np.column_stack([np.bincount(cell, weight * places[:, axis]) / totals for axis in (0, 1)])
    away = np.hypot(*(places - middles[cell]).T)
    return float((away * weight).sum() / weight.sum())


def _doors(tiling: Tiling, barriers: list[BaseGeometry]) -> list[tuple[int, int]]:
    """Pairs of tiles that share a border without a barrier between them."""
    pairs = [(tile, near) for tile, row in enumerate(tiling.beside) for near in row]
    if not barriers or not pairs:
        return pairs
    middles = shapely.get_coordinates(shapely.point_on_surface(np.array(tiling.polygons, dtype=object)))
    walls = shapely.union_all(barriers)
    shapely.prepare(walls)
    closed = shapely.intersects(walls, shapely.linestrings(middles[np.array(pairs)]))
    return [pair for pair, shut in zip(pairs, closed, strict=True) if not shut]


def _carried_out(coverage: Coverage, tiling: Tiling, owners: list[int]) -> tuple[tuple[Transfer, ...], Coverage]:
    """The transfers that hold one after the other; what is refused waits for the next round, at last it is left."""
    waiting, done = _transfers(tiling, owners), list[Transfer]()
    while waiting:
        refused = []
        for operation in waiting:
            try:
                coverage = coverage.replaced(apply(coverage, operation))
                done.append(operation)
            except Refused:
                refused.append(operation)
        if len(refused) == len(waiting):
            break
        waiting = refused
    return tuple(done), coverage


def _transfers(tiling: Tiling, owners: list[int]) -> list[Transfer]:
    """One transfer for each patch of tiles that go from one cell to the same other one."""
    moved = {tile for tile, owner in enumerate(owners) if owner != tiling.owners[tile]}
    transfers = []
    while moved:
        patch = [min(moved)]
        way = (tiling.owners[patch[0]], owners[patch[0]])
        moved.remove(patch[0])
        for tile in patch:
            more = [near for near in tiling.beside[tile] if near in moved]
            more = [near for near in more if (tiling.owners[near], owners[near]) == way]
            moved.difference_update(more)
            patch += more
        area = joined([tiling.polygons[tile] for tile in patch])
        transfers.append(Transfer(tiling.codes[way[0]], tiling.codes[way[1]], area))
    return transfers


def _undominated(options: list[Option]) -> list[Option]:
    """The options that no other one beats in evenness, change and compactness at once, the most even first."""
    scores = [(o.measures.largest_deviation, o.measures.moved_share, -o.measures.compactness) for o in options]
    kept = {
        score: option
        for option, score in zip(options, scores, strict=True)
        if not any(other != score and all(a <= b for a, b in zip(other, score, strict=True)) for other in scores)
    }
    return [kept[score] for score in sorted(kept)]
