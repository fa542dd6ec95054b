"""The levels of a draft edition in memory: what is checked and compared before a row is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import shapely

from geo.crs import Plane, plane_for, plane_from_srid
from geo.positions import Bounds, Geometries
from layers.districts.records import District


@dataclass(frozen=True, slots=True)
class LevelDraft:
    """The areas of one level, sorted by code; all columns have one length.

    `parents` holds the code of the area directly above, '' at the root or where it is not known. Polygons are
    normalised, in degrees of the storage system.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    polygons: Geometries
    attributes: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def places(self) -> dict[str, int]:
        """The index of each code."""
        return {code: index for index, code in enumerate(self.codes)}

    def digests(self) -> list[str]:
        """What makes a version of an area: its name, its parent, its polygon and its attributes."""
        return [
            sha256(
                json.dumps([name, parent, facts], ensure_ascii=False, sort_keys=True).encode() + b"\0" + outline
            ).hexdigest()
            for name, parent, facts, outline in zip(
                self.names, self.parents, self.attributes, shapely.to_wkb(self.polygons), strict=True
            )
        ]


#: The levels of a draft by depth; a level that was never imported is absent.
DraftLevels = Mapping[int, LevelDraft]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An area whose polygon was replaced by the union of the areas below it."""

    depth: int
    code: str
    name: str
    gained_m2: float
    lost_m2: float


def sorted_level(level: LevelDraft) -> LevelDraft:
    """The level sorted by code, polygons normalised, so that equal shapes are equal bytes."""
    order = sorted(range(len(level)), key=level.codes.__getitem__)
    return LevelDraft(
        codes=tuple(level.codes[i] for i in order),
        names=tuple(level.names[i] for i in order),
        parents=tuple(level.parents[i] for i in order),
        polygons=normalised(level.polygons[order]),
        attributes=tuple(level.attributes[i] for i in order),
    )


def normalised(polygons: Geometries) -> Geometries:
    """Polygons in one order of rings and vertices; a multi-polygon of one part becomes that part."""
    shapes = np.asarray(shapely.normalize(polygons), dtype=object)
    single = (shapely.get_type_id(shapes) == shapely.GeometryType.MULTIPOLYGON) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes


def district_plane(district: District, levels: DraftLevels) -> Plane:
    """The plane that areas are measured in: the district's own, else the one that fits its polygons."""
    if district.plane_srid:
        return plane_from_srid(district.plane_srid)
    bounds = levels_bounds(levels)
    assert bounds is not None, "a level with polygons is there before anything is measured"
    return plane_for(bounds)


def levels_bounds(levels: DraftLevels) -> Bounds | None:
    """The box around every polygon, in degrees; None without any."""
    boxes = [shapely.total_bounds(level.polygons) for level in levels.values() if len(level)]
    if not boxes:
        return None
    west, south, east, north = np.array(boxes).T
    return Bounds(float(west.min()), float(south.min()), float(east.max()), float(north.max()))


def redraw_upward(
    district: District, levels: DraftLevels, plane: Plane, *, deepest: int
) -> tuple[DraftLevels, list[Redrawn]]:
    """Every area above the level `deepest` as the exact union of those below it, the district's own made when missing.

    Areas without any below them keep their polygon.
    """
    drawn = dict(levels)
    changes: list[Redrawn] = []
    for depth in range(deepest, 0, -1):
        if depth in drawn and depth == 1 and 0 not in drawn:
            drawn[0] = _root(district, drawn[1])
        if depth in drawn and depth - 1 in drawn:
            drawn[depth - 1], changed = _redrawn(drawn[depth - 1], drawn[depth], depth=depth - 1, plane=plane)
            changes += changed
    return drawn, changes


def _root(district: District, below: LevelDraft) -> LevelDraft:
    whole = normalised(np.array([shapely.coverage_union_all(below.polygons)], dtype=object))
    return LevelDraft((district.code,), (district.name,), ("",), whole, ({},))


def _redrawn(upper: LevelDraft, below: LevelDraft, *, depth: int, plane: Plane) -> tuple[LevelDraft, list[Redrawn]]:
    unions = unions_by_parent(below)
    polygons = normalised(
        np.array([unions.get(code, old) for code, old in zip(upper.codes, upper.polygons, strict=True)], dtype=object)
    )
    moved = np.flatnonzero(~shapely.equals_exact(polygons, upper.polygons, tolerance=0.0))
    before, after = plane.to_plane(upper.polygons[moved]), plane.to_plane(polygons[moved])
    gained, lost = areas_between(before, after), areas_between(after, before)
    changes = [
        Redrawn(depth, upper.codes[place], upper.names[place], float(more), float(less))
        for place, more, less in zip(moved, gained, lost, strict=True)
    ]
    return replace(upper, polygons=polygons), changes


def unions_by_parent(below: LevelDraft) -> dict[str, Any]:
    """The exact union of the areas below each parent, by the parent's code."""
    parents = np.array(below.parents, dtype=object)
    return {
        parent: shapely.coverage_union_all(below.polygons[parents == parent]) for parent in sorted(set(below.parents))
    }


def areas_between(before: Geometries, after: Geometries) -> Geometries:
    """How much each of `after` has beyond `before`: the area in squares of their unit, invalid rings mended first."""
    return np.asarray(shapely.area(shapely.difference(shapely.make_valid(after), shapely.make_valid(before))))
