"""What is wrong with the levels of a draft, and which of it keeps them out.

Errors refuse the levels. Warnings are shown and let them pass:
- `narrow_inlet`: a creek may be as thin as a sliver, but it is open to the outside;
- `gap`: a hole inside a level may be water or a neighbour's exclave. Where the level above claims the place the hole is
  an error all the same, as `uncovered`; a hole too thin to be a place is a `sliver`, an error;
- `weak_parent`: a parent chosen by overlap that holds less than 60 % of the area;
- `pending`: the level below does not fit any more. It may be the next file to come; until then nothing is published;
- `childless`: an area with nothing below it, while its neighbours have. It can be drafted, not published;
- `mixed_collection`: lines and points that came with polygons, and are left out;
- `same_name`: names that several areas have; the code is the key;
- `reuse_confirmed`: a code for another place than before, which a person has confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from geo.crs import PRECISION_DECIMALS
from geo.defects import Defect, rounded
from geo.positions import LonLat
from layers.refusals import Refusal

WARNINGS = frozenset(
    {
        "gap",
        "narrow_inlet",
        "weak_parent",
        "pending",
        "childless",
        "mixed_collection",
        "same_name",
        "reuse_confirmed",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect: its kind, the level and areas concerned, where it is and how large."""

    level: str
    kind: str
    codes: tuple[str, ...]
    message: str
    place: LonLat | None = None
    size_m2: float | None = None
    width_m: float | None = None
    geometry: Any = None
    is_mended: bool = False

    @property
    def severity(self) -> str:
        """'mended' by the repair, else 'warning', or 'error': only errors keep the level out."""
        if self.is_mended:
            return "mended"
        return "warning" if self.kind in WARNINGS else "error"

    @property
    def is_error(self) -> bool:
        """Whether it keeps the level out."""
        return self.severity == "error"


class DefectsFound(Refusal):
    """Levels that cannot be taken as they are; `findings` holds every defect."""

    def __init__(self, findings: Sequence[Finding], *, remedy: str) -> None:
        errors = [one for one in findings if one.is_error]
        super().__init__(
            f"{len(errors)} defects keep the layer out: {counted(errors)}. First: {errors[0].message.rstrip('.')}.",
            field="file",
            remedy=remedy,
        )
        self.findings = tuple(findings)


def from_coverage(level: str, defects: Iterable[Defect]) -> list[Finding]:
    """Defects of geometry as findings of a level."""
    return [
        Finding(
            level=level,
            kind=str(one.kind),
            codes=tuple(one.codes),
            message=one.message,
            place=one.place,
            size_m2=one.size_m2,
            width_m=one.width_m,
            geometry=one.geometry,
        )
        for one in defects
    ]


def counted(findings: Iterable[Finding]) -> str:
    """How many of each kind, as text: '44 overlap, 2 invalid_ring'."""
    kinds = [one.kind for one in findings]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds), key=lambda kind: -kinds.count(kind)))


def findings_geojson(findings: Iterable[Finding]) -> dict[str, Any]:
    """The findings as a GeoJSON FeatureCollection, positions with 7 decimals."""
    return {"type": "FeatureCollection", "features": [_feature(one) for one in findings]}


def _feature(finding: Finding) -> dict[str, Any]:
    shape = finding.geometry
    if shape is None and finding.place is not None:
        shape = shapely.Point(finding.place)
    return {
        "type": "Feature",
        "geometry": None
        if shape is None or shape.is_empty
        else rounded(shapely.geometry.mapping(shape), PRECISION_DECIMALS),
        "properties": {
            "kind": finding.kind,
            "severity": finding.severity,
            "level": finding.level,
            "codes": list(finding.codes),
            "message": finding.message,
            "lon": finding.place and round(finding.place.lon, PRECISION_DECIMALS),
            "lat": finding.place and round(finding.place.lat, PRECISION_DECIMALS),
            "size_m2": finding.size_m2,
            "width_m": finding.width_m,
        },
    }
