"""Checks of a draft's levels: each as a coverage, and each against the level above."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geo.coverage import check
from geo.crs import Plane
from geo.defects import DefectKind
from geo.nesting import check_nesting
from geo.positions import Geometries, LonLat
from layers.areas.defects import Finding, from_coverage
from layers.areas.drafts import DraftLevels, LevelDraft, unions_by_parent
from layers.districts.records import District, Level

#: Borders of two levels that stay this close to each other are the same border.
TOLERANCE_M = 0.05
#: Codes are checked where the rows are known, which these do not name.
CODE_DEFECTS = frozenset({DefectKind.EMPTY_CODE, DefectKind.DUPLICATE_CODE})


def coverage_findings(level: Level, codes: Sequence[str], polygons: Geometries, plane: Plane) -> list[Finding]:
    """Rings, overlaps, gaps and slivers of one level."""
    return from_coverage(level.key, (one for one in check(codes, polygons, plane) if one.kind not in CODE_DEFECTS))


def fit_findings(
    district: District, levels: DraftLevels, depth: int, plane: Plane, *, is_mending: bool
) -> list[Finding]:
    """How the level at `depth` fits the one above it; borders are not compared where mending redraws them."""
    findings = parent_findings(district, levels, depth)
    if not is_mending and not any(one.is_error for one in findings):
        findings += nesting_findings(district, levels, depth, plane)
    return findings


def pending_finding(level: Level, unfit: Sequence[Finding]) -> Finding:
    """One warning for a level that no longer fits the one above it."""
    return Finding(
        level=level.key,
        kind="pending",
        codes=tuple(dict.fromkeys(code for one in unfit for code in one.codes[:1])),
        message=f"{level.key} no longer fits ({unfit[0].message.rstrip('.')}): import it before publishing.",
        place=unfit[0].place,
    )


def parent_findings(district: District, levels: DraftLevels, depth: int) -> list[Finding]:
    """Areas at `depth` without a parent and areas above with nothing below them, where both levels are there."""
    above, below = levels.get(depth - 1), levels.get(depth)
    if below is None or depth == 0:
        return []
    known = (district.code,) if depth == 1 else None if above is None else above.codes
    orphans = _orphans(district.levels[depth], below, known)
    return orphans if above is None else [*orphans, *_childless(district.levels[depth - 1], above, below)]


def _orphans(level: Level, below: LevelDraft, known: tuple[str, ...] | None) -> list[Finding]:
    return [
        Finding(level.key, "no_parent", (code,), _orphan_message(code, parent), _inside(shape))
        for code, parent, shape in zip(below.codes, below.parents, below.polygons, strict=True)
        if not parent or (known is not None and parent not in known)
    ]


def _orphan_message(code: str, parent: str) -> str:
    return (
        f"{code} hangs below {parent}, which is not in the level above."
        if parent
        else f"{code} has no parent: say --under {code}=PARENT."
    )


def _childless(level: Level, above: LevelDraft, below: LevelDraft) -> list[Finding]:
    parents = set(below.parents)
    return [
        Finding(level.key, "childless", (code,), f"{code} {name} has nothing below it.", _inside(shape))
        for code, name, shape in zip(above.codes, above.names, above.polygons, strict=True)
        if code not in parents
    ]


def nesting_findings(district: District, levels: DraftLevels, depth: int, plane: Plane) -> list[Finding]:
    """Areas at `depth` that cross their parent's border, and parts of a parent that nothing below it covers."""
    above, below = levels.get(depth - 1), levels.get(depth)
    if depth == 0 or above is None or below is None:
        return []
    crossing = check_nesting(
        below.codes,
        below.polygons,
        below.parents,
        parent_codes=above.codes,
        parents=above.polygons,
        plane=plane,
        crossing_width_m=2 * TOLERANCE_M,
    )
    found = from_coverage(district.levels[depth].key, crossing)
    return [*found, *_uncovered(district.levels[depth - 1], above, below, plane)]


def _uncovered(level: Level, above: LevelDraft, below: LevelDraft, plane: Plane) -> list[Finding]:
    unions = unions_by_parent(below)
    held = [place for place, code in enumerate(above.codes) if code in unions]
    covered = np.array([unions[above.codes[place]] for place in held], dtype=object)
    bare = shapely.difference(plane.to_plane(shapely.make_valid(above.polygons[held])), plane.to_plane(covered))
    wide = ~shapely.is_empty(shapely.buffer(bare, -TOLERANCE_M, join_style="mitre"))
    return [
        Finding(
            level=level.key,
            kind="uncovered",
            codes=(above.codes[place],),
            message=f"{above.codes[place]} {above.names[place]} is not covered by what lies below it.",
            place=_inside(shape),
            size_m2=float(size),
            geometry=shape,
        )
        for place, shape, size in zip(
            np.array(held, int)[wide], plane.to_storage(bare[wide]), shapely.area(bare[wide]), strict=True
        )
    ]


def _inside(shape: shapely.Geometry | None) -> LonLat | None:
    point = None if shape is None else shapely.point_on_surface(shape)
    return None if point is None or point.is_empty else LonLat(point.x, point.y)
