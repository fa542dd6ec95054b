"""Lineage (沿革): which areas of an edition came from which of the edition before, and by what share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import Plane
from layers.areas.drafts import LevelDraft

#: A smaller part of both areas is a border that was drawn anew, no transfer.
LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Link:
    """A share (0–1) of an area of the former edition that now lies in another area.

    `relation` is 'transfer' between two areas that both live on, 'split' into new ones, 'merge' into one, 'replaced'
    where one new area takes the place of one old one.
    """

    depth: int
    from_code: str
    to_code: str
    relation: str
    share: float


def lineage(before: LevelDraft, after: LevelDraft, *, depth: int, plane: Plane) -> list[Link]:
    """The links between two editions of a level; areas whose polygon did not change have none."""
    old, new = _changed(before, after), _changed(after, before)
    if not len(old) or not len(new):
        return []
    former, latter = plane.to_plane(before.polygons[old]), plane.to_plane(after.polygons[new])
    pairs = shapely.STRtree(latter).query(former, predicate="intersects")
    overlap = shapely.area(shapely.intersection(former[pairs[0]], latter[pairs[1]]))
    share_of_old = overlap / shapely.area(former[pairs[0]])
    share_of_new = overlap / shapely.area(latter[pairs[1]])
    found = [
        (before.codes[old[i]], after.codes[new[j]], float(share))
        for i, j, share, taken in zip(*pairs, share_of_old, share_of_new, strict=True)
        if max(share, taken) >= LEAST_SHARE and before.codes[old[i]] != after.codes[new[j]]
    ]
    return _related(found, depth=depth, living=set(before.codes) & set(after.codes))


def _changed(areas: LevelDraft, other: LevelDraft) -> NDArray[np.int64]:
    """The places of areas that are not in `other` with the same polygon."""
    places = other.places
    return np.array(
        [
            place
            for place, code in enumerate(areas.codes)
            if code not in places
            or not shapely.equals_exact(areas.polygons[place], other.polygons[places[code]], tolerance=0.0)
        ],
        dtype=np.int64,
    )


def _related(found: Sequence[tuple[str, str, float]], *, depth: int, living: set[str]) -> list[Link]:
    targets = Counter(source for source, _, _ in found)
    sources = Counter(target for _, target, _ in found)

    def relation(source: str, target: str) -> str:
        if source in living and target in living:
            return "transfer"
        if source in living or (target not in living and targets[source] > 1):
            return "split"
        return "replaced" if target not in living and sources[target] == 1 else "merge"

    return [Link(depth, source, target, relation(source, target), min(share, 1.0)) for source, target, share in found]
