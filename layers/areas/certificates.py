"""The certificate of an edition (版本证书): what it holds, what was checked, a fingerprint anyone can recompute.

The fingerprint is SHA-256 over one line for each area, level by level from the top, in order of code:

    depth TAB code TAB code of the area above, '' at the top TAB SHA-256 of the polygon LF

The polygon: degrees with seven decimals, normalised (rings and vertices in one order, one part as a polygon), as
little-endian WKB. docs/export.md shows it in twenty lines that need nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely

from layers.areas.defects import DefectsFound, Finding
from layers.areas.drafts import DraftLevels, district_plane
from layers.areas.publishing_checks import edition_digest, whole_check
from layers.areas.records import Edition
from layers.districts.records import District


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """What a level holds: areas, parts of their polygons, vertices, square metres in the district's plane."""

    key: str
    areas: int
    parts: int
    vertices: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """An edition as it was certified. `digest` is computed now, `recorded` when it came into force.

    `findings`: what the check of the whole layer finds now, errors among them by `is_error`; an edition that came into
    force had none.
    """

    district: str
    edition: int
    status: str
    effective_at: datetime | None
    levels: tuple[LevelFacts, ...]
    findings: tuple[Finding, ...]
    digest: str
    recorded: str | None

    @property
    def holds(self) -> bool:
        """Whether the layer is whole, and what was recorded is what is there."""
        return self.recorded in {None, self.digest} and not any(one.is_error for one in self.findings)


def certificate(district: District, edition: Edition, levels: DraftLevels) -> Certificate:
    """The certificate of an edition whose levels were read; takes about two seconds for 3,500 cells."""
    plane = district_plane(district, levels)
    try:
        findings = whole_check(district, levels, plane)
    except DefectsFound as found:
        findings = tuple(found.findings)
    facts = []
    for depth in sorted(levels):
        polygons = levels[depth].polygons
        facts.append(
            LevelFacts(
                key=district.levels[depth].key,
                areas=len(levels[depth]),
                parts=int(shapely.get_num_geometries(polygons).sum()),
                vertices=int(shapely.get_num_coordinates(polygons).sum()),
                area_m2=round(float(np.sum(plane.areas_m2(polygons))), 1),
            )
        )
    return Certificate(
        district=district.code,
        edition=edition.number,
        status=edition.status,
        effective_at=edition.effective_at,
        levels=tuple(facts),
        findings=findings,
        digest=edition_digest(levels),
        recorded=edition.digest,
    )
