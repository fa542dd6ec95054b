"""What an edition must hold before it may come into force."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import shapely

from geo.crs import Plane
from layers.areas.defects import DefectsFound, Finding
from layers.areas.drafts import DraftLevels, redraw_upward
from layers.areas.importing_checks import coverage_findings, parent_findings
from layers.districts.records import District
from layers.refusals import Refusal


class LevelMissing(Refusal):
    """A level of the district has no areas in the draft."""


def require_levels(district: District, levels: DraftLevels) -> None:
    """Every level of the district must be there; the district's own area is made by itself.

    Raises:
        LevelMissing: it names the levels that are not.
    """
    missing = [level.key for level in district.levels if not len(levels.get(level.depth, ()))]
    if missing:
        raise LevelMissing(
            f"The draft has no areas of the level {', '.join(missing)}.",
            field="level",
            value=missing,
            remedy=f"Import it: ./wangge import FILE --as {missing[-1]} --commit.",
        )


def whole_check(district: District, levels: DraftLevels, plane: Plane) -> tuple[Finding, ...]:
    """Check every level as a coverage, and that each is the exact union of the one below; gives the warnings back.

    Raises:
        DefectsFound: errors keep the edition out of force.
    """
    cells = levels[district.cell_depth]
    findings = coverage_findings(district.levels[-1], cells.codes, cells.polygons, plane)
    findings += [
        replace(one, kind="uncovered") if one.kind == "childless" else one
        for depth in range(1, len(district.levels))
        for one in parent_findings(district, levels, depth)
    ]
    if not any(one.is_error for one in findings):
        findings += _not_unions(district, levels, plane)
    if any(one.is_error for one in findings):
        raise DefectsFound(findings, remedy="Import the level anew, with --repair if its borders are to be mended.")
    return tuple(findings)


def _not_unions(district: District, levels: DraftLevels, plane: Plane) -> list[Finding]:
    _, differing = redraw_upward(district, levels, plane, deepest=district.cell_depth)
    return [
        Finding(
            level=district.levels[one.depth].key,
            kind="not_union",
            codes=(one.code,),
            message=f"{one.code} {one.name} is not the exact union of what lies below it.",
            size_m2=one.gained_m2 + one.lost_m2,
        )
        for one in differing
    ]


def edition_digest(levels: DraftLevels) -> str:
    """The fingerprint of an edition: SHA-256 over every level's codes, parents and polygons, in order of code."""
    whole = sha256()
    for depth in sorted(levels):
        level = levels[depth]
        for code, parent, outline in zip(level.codes, level.parents, shapely.to_wkb(level.polygons), strict=True):
            whole.update(f"{depth}\t{code}\t{parent}\t{sha256(outline).hexdigest()}\n".encode())
    return whole.hexdigest()
