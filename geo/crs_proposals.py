"""Refuse coordinates that their declared system makes impossible, and propose systems that fit.

A file without a declared system often reads as degrees although its numbers are feet or metres. Nothing is ever
guessed silently: the importer refuses with `impossible_reason`, shows `propose_crs` and waits for a choice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.database import CRSInfo, query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError as ProjCrsError
from pyproj.exceptions import ProjError

from geo.crs import FIRST_NUMBERED_ZONE_SRID, NUMBERED_ZONES, STORAGE_CRS, WEB_MERCATOR
from geo.positions import Bounds, Floats

MOST_PROPOSALS = 5
LEAST_AGREEMENT = 0.05
# Systems for wider areas are for world maps, and other planets' systems claim the whole globe.
_WIDEST_AREA_DEG = 45.0
_NEXT_ZONE_DEG = 3.0
_REGISTERS = ("EPSG", "ESRI")
_ZONE_WIDTH_M = 1_000_000
# Where several datums agree within metres, a layer made today most likely uses one of these.
_DATUMS_IN_USE = ("CGCS2000 /", "WGS 84 /", "NAD83 /", "ETRS89 /")


@dataclass(frozen=True)
class CrsProposal:
    """A system that fits: its code, its name, why, and how well the two boxes agree (0 to 1, None without `near`)."""

    code: str
    name: str
    why: str
    agreement: float | None


def impossible_reason(bounds: Bounds, crs: pyproj.CRS) -> str | None:
    """Why coordinates within `bounds` (units of `crs`) cannot be of this system, or None when they can."""
    if not all(map(isfinite, bounds)):
        return f"bounds {tuple(bounds)} are not finite: the layer is empty or broken"
    if crs.is_geographic:
        return _not_degrees(bounds)
    if _look_like_degrees(bounds) and max(bounds.east - bounds.west, bounds.north - bounds.south) > 0:
        return f"bounds {_text(bounds)} look like degrees, but {crs.name!r} is not in degrees"
    return _outside_area_of_use(bounds, crs)


def propose_crs(bounds: Bounds, near: Bounds | None = None) -> list[CrsProposal]:
    """Systems in which `bounds` (unknown units) make sense, best first, at most five.

    `near` is where the layer is expected, in degrees: the bounds of its district or of a layer already there. Every
    projected system in use there is tried; the rank is how well it puts `bounds` upon `near` (intersection over
    union, to two decimals), then systems on a datum in use today, then EPSG before ESRI, then the lowest number.
    Without `near` only degrees and Gauss-Krüger eastings with a zone number can be recognised.
    """
    if not all(map(isfinite, bounds)):
        return []
    if _look_like_degrees(bounds):
        return _propose_degrees(bounds, near)
    return _propose_zone(bounds) if near is None else _propose_projected(bounds, near)


def _not_degrees(bounds: Bounds) -> str | None:
    if _look_like_degrees(bounds):
        return None
    swapped = Bounds(bounds.south, bounds.west, bounds.north, bounds.east)
    if _look_like_degrees(swapped):
        return f"bounds {_text(bounds)} look like latitude before longitude: longitude comes first"
    return f"bounds {_text(bounds)} cannot be degrees: they look like metres or feet of a projected system"


def _outside_area_of_use(bounds: Bounds, crs: pyproj.CRS) -> str | None:
    area = crs.area_of_use
    try:
        lon, lat = pyproj.Transformer.from_crs(crs, STORAGE_CRS, always_xy=True).transform(*_outline(bounds))
    except ProjError:
        lon = lat = np.array([np.inf])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return f"bounds {_text(bounds)} lie where {crs.name!r} is not defined"
    if area is None:
        return None
    # A district may hang over the edge of the area of use by about its own size, never by hundreds of kilometres.
    margin_deg = 2.0
    fits = (lon > area.west - margin_deg) & (lon < area.east + margin_deg)
    fits &= (lat > area.south - margin_deg) & (lat < area.north + margin_deg)
    if fits.all() or area.west > area.east:
        return None
    return f"bounds {_text(bounds)} in {crs.name!r} lie outside the area where it is used ({area.name})"


def _look_like_degrees(bounds: Bounds) -> bool:
    return -180 <= bounds.west <= bounds.east <= 180 and -90 <= bounds.south <= bounds.north <= 90


def _propose_degrees(bounds: Bounds, near: Bounds | None) -> list[CrsProposal]:
    agreement = None if near is None else _agreement(bounds, near)
    if agreement is not None and agreement < LEAST_AGREEMENT:
        return []
    code = ":".join(STORAGE_CRS.to_authority() or ())
    where = "" if near is None else f" and lie on {_text(near)}"
    return [CrsProposal(code, str(STORAGE_CRS.name), f"the coordinates look like degrees{where}", agreement)]


def _propose_zone(bounds: Bounds) -> list[CrsProposal]:
    zone = int(bounds.west // _ZONE_WIDTH_M)
    is_one_zone = zone == int(bounds.east // _ZONE_WIDTH_M) and zone in NUMBERED_ZONES
    if not is_one_zone or not 1_500_000 < bounds.south <= bounds.north < 6_500_000:
        return []
    code = f"EPSG:{FIRST_NUMBERED_ZONE_SRID + zone - NUMBERED_ZONES.start}"
    why = f"the eastings begin with the zone number {zone} of a 3-degree Gauss-Krüger system"
    return [CrsProposal(code, str(pyproj.CRS(code).name), why, None)]


def _propose_projected(bounds: Bounds, near: Bounds) -> list[CrsProposal]:
    lon, lat = _outline(near)
    ranked = []
    for info in _systems_in_use(near):
        projected = _projected(info, lon, lat)
        agreement = 0.0 if projected is None else round(_agreement(bounds, projected), 2)
        if agreement >= LEAST_AGREEMENT:
            ranked.append(((-agreement, *_preference(info)), info))
    ranked.sort(key=lambda candidate: candidate[0])
    return [_proposal(info, agreement=-rank[0], near=near) for rank, info in ranked[:MOST_PROPOSALS]]


def _proposal(info: CRSInfo, *, agreement: float, near: Bounds) -> CrsProposal:
    why = f"read so, the layer lies on {_text(near)} with an agreement of {agreement:.2f}"
    return CrsProposal(f"{info.auth_name}:{info.code}", info.name, why, agreement)


def _preference(info: CRSInfo) -> tuple[bool, bool, int]:
    return not info.name.startswith(_DATUMS_IN_USE), info.auth_name != "EPSG", int(info.code)


def _systems_in_use(near: Bounds) -> Iterator[CRSInfo]:
    # Layers in the system of the zone next door are common, so the search goes beyond the district.
    west, south = max(near.west - _NEXT_ZONE_DEG, -180), max(near.south - _NEXT_ZONE_DEG, -90)
    spot = AreaOfInterest(west, south, min(near.east + _NEXT_ZONE_DEG, 180), min(near.north + _NEXT_ZONE_DEG, 90))
    for register in _REGISTERS:
        for info in query_crs_info(register, PJType.PROJECTED_CRS, area_of_interest=spot):
            area = info.area_of_use
            is_regional = area is not None and 0 < area.east - area.west <= _WIDEST_AREA_DEG
            if is_regional or f"{info.auth_name}:{info.code}" == WEB_MERCATOR:
                yield info


def _projected(info: CRSInfo, lon: Floats, lat: Floats) -> Bounds | None:
    """The box of a lon/lat outline in the system's units; datum shifts (below 200 m) do not matter for a rank."""
    try:
        x, y = pyproj.Proj(f"{info.auth_name}:{info.code}")(lon, lat)
    except (ProjCrsError, ProjError):
        return None
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    return Bounds(float(np.min(x)), float(np.min(y)), float(np.max(x)), float(np.max(y)))


def _agreement(a: Bounds, b: Bounds) -> float:
    """Intersection over union of two boxes."""
    width = min(a.east, b.east) - max(a.west, b.west)
    height = min(a.north, b.north) - max(a.south, b.south)
    if width <= 0 or height <= 0:
        return 0.0
    union = _area(a) + _area(b) - width * height
    return width * height / union


def _area(box: Bounds) -> float:
    return (box.east - box.west) * (box.north - box.south)


def _outline(bounds: Bounds) -> tuple[Floats, Floats]:
    """Points along the four sides of a box."""
    along = np.linspace(0, 1, 9)
    x = bounds.west + along * (bounds.east - bounds.west)
    y = bounds.south + along * (bounds.north - bounds.south)
    west, east = np.full(9, bounds.west), np.full(9, bounds.east)
    south, north = np.full(9, bounds.south), np.full(9, bounds.north)
    return np.concatenate([x, x, west, east]), np.concatenate([south, north, y, y])


def _text(bounds: Bounds) -> str:
    return "(" + ", ".join(f"{side:.10g}" for side in bounds) + ")"
