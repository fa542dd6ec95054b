"""Coordinate reference systems: the storage system, the plane of a district, reading what a file declares.

The only place with EPSG numbers, and every transformation is longitude (or easting) first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import floor

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError as ProjCrsError

from geo.errors import CrsError
from geo.positions import Bounds, Floats, Geometries, LonLat

STORAGE_SRID = 4326
STORAGE_CRS = pyproj.CRS.from_epsg(STORAGE_SRID)
PRECISION_DEG = 1e-7
PRECISION_DECIMALS = 7

_CGCS2000_SRID = 4490
# CGCS2000 / 3-degree Gauss-Kruger with central meridian, from 75 to 135 degrees east in steps of three.
_FIRST_GAUSS_KRUGER_SRID = 4534
_FIRST_MERIDIAN_DEG = 75
_LAST_MERIDIAN_DEG = 135
# CGCS2000 / 3-degree Gauss-Kruger zones that write the zone's number before the easting.
NUMBERED_ZONES = range(25, 46)
FIRST_NUMBERED_ZONE_SRID = 4513
WEB_MERCATOR = "EPSG:3857"
_UTM_NORTH_SRID = 32600
_UTM_SOUTH_SRID = 32700
_UTM_LIMIT_DEG = 80
_SHIFTED_NAMES = ("GCJ02", "GCJ-02", "BD09", "BD-09", "MARS", "火星")


@dataclass(frozen=True)
class Plane:
    """The plane of a district: a projected system in metres for areas and lengths."""

    srid: int

    @property
    def name(self) -> str:
        """The system's name in the EPSG register."""
        return str(_crs(self.srid).name)

    def to_plane(self, geoms: Geometries) -> Geometries:
        """Stored geometries (degrees) in metres of the plane; any shape, kept."""
        return _transformed(geoms, _transformer(STORAGE_SRID, self.srid))

    def to_storage(self, geoms: Geometries) -> Geometries:
        """Geometries of the plane (metres) in degrees; any shape, kept."""
        return _transformed(geoms, _transformer(self.srid, STORAGE_SRID))

    def areas_m2(self, geoms: Geometries) -> Floats:
        """Areas of stored geometries in square metres."""
        return np.asarray(shapely.area(self.to_plane(geoms)), np.float64)

    def lengths_m(self, geoms: Geometries) -> Floats:
        """Lengths of stored geometries (of polygons: the perimeter) in metres."""
        return np.asarray(shapely.length(self.to_plane(geoms)), np.float64)


def plane_for(bounds: Bounds) -> Plane:
    """The plane for a district within `bounds` (degrees).

    Inside the box where CGCS2000 is used: the 3-degree Gauss-Krüger zone nearest to the box's middle (areas off by at
    most 0.05 % at 40 degrees north). Elsewhere: the UTM zone of the middle (areas off by at most 0.2 %). Raises
    `CrsError` for bounds that are no degrees or lie beyond 80 degrees of latitude.
    """
    _require_degrees(bounds)
    lon, lat = bounds.centre
    if _uses_cgcs2000(lon, lat):
        meridian = 3 * floor(lon / 3 + 0.5)
        meridian = min(max(meridian, _FIRST_MERIDIAN_DEG), _LAST_MERIDIAN_DEG)
        return Plane(_FIRST_GAUSS_KRUGER_SRID + (meridian - _FIRST_MERIDIAN_DEG) // 3)
    if abs(lat) > _UTM_LIMIT_DEG:
        raise CrsError(f"bounds is {tuple(bounds)}: no plane beyond {_UTM_LIMIT_DEG} degrees of latitude; name one")
    zone = min(int((lon + 180) // 6) + 1, 60)
    return Plane((_UTM_NORTH_SRID if lat >= 0 else _UTM_SOUTH_SRID) + zone)


def plane_from_srid(srid: int) -> Plane:
    """The plane with this EPSG number; raises `CrsError` unless it is a projected system in metres."""
    crs = read_crs(f"EPSG:{srid}")
    if not crs.is_projected or {axis.unit_name for axis in crs.axis_info[:2]} != {"metre"}:
        raise CrsError(f"srid is {srid} ({crs.name}): a district's plane must be a projected system in metres")
    return Plane(srid)


def read_crs(text: str | None) -> pyproj.CRS:
    """Read what a file or a person declares: `EPSG:n`, `ESRI:n`, a bare EPSG number, WKT or a PROJ string.

    Raises `CrsError` for nothing at all, for what PROJ does not know, and for GCJ-02 and BD-09, which are shifts of a
    position and no coordinate reference systems.
    """
    declared = (text or "").strip()
    if not declared:
        raise CrsError("crs is missing: the file declares none, so name it (for example --crs EPSG:n)")
    if any(name in declared.upper() for name in _SHIFTED_NAMES):
        raise CrsError(f"crs is {declared!r}: a shifted datum is no coordinate reference system; unshift it first")
    try:
        return pyproj.CRS.from_user_input(int(declared) if declared.isdecimal() else declared)
    except ProjCrsError as unknown:
        raise CrsError(f"crs is {declared!r}: PROJ does not know it; give EPSG:n, ESRI:n or WKT") from unknown


def to_storage(geoms: Geometries, crs: pyproj.CRS) -> Geometries:
    """Geometries given in `crs`, as longitude and latitude of the storage system; Z and M are dropped.

    Any shape, kept; None stays None. Raises `CrsError` when a coordinate cannot be transformed.
    """
    flat = shapely.force_2d(np.asarray(geoms, dtype=object))
    if _is_storage(crs):
        return np.asarray(flat, dtype=object)
    stored = _transformed(flat, pyproj.Transformer.from_crs(crs, STORAGE_CRS, always_xy=True))
    if not np.isfinite(shapely.get_coordinates(stored)).all():
        raise CrsError(f"crs is {crs.name!r}: some coordinates lie where it is not defined; is it the right one?")
    return stored


def degrees_from(crs: pyproj.CRS) -> Callable[[float, float], LonLat]:
    """A function that brings one coordinate pair (x, y) of `crs` to the storage system.

    It raises `CrsError` for a pair that lies where the system is not defined.
    """
    transformer = pyproj.Transformer.from_crs(crs, STORAGE_CRS, always_xy=True)

    def degrees(x: float, y: float) -> LonLat:
        lon, lat = transformer.transform(x, y)
        if not (np.isfinite(lon) and np.isfinite(lat)):
            raise CrsError(f"position is {x:g}, {y:g}: {crs.name} is not defined there; is it the right system?")
        return LonLat(lon, lat)

    return degrees


def to_crs(geoms: Geometries, srid: int) -> Geometries:
    """Stored geometries in the system with this EPSG number, longitude or easting first, in its own units."""
    crs = read_crs(f"EPSG:{srid}")
    return _transformed(geoms, pyproj.Transformer.from_crs(STORAGE_CRS, crs, always_xy=True))


def _is_storage(crs: pyproj.CRS) -> bool:
    return any(crs.equals(_crs(srid), ignore_axis_order=True) for srid in (STORAGE_SRID, _CGCS2000_SRID))


def _transformed(geoms: Geometries, transformer: pyproj.Transformer) -> Geometries:
    moved = shapely.transform(np.asarray(geoms, dtype=object), transformer.transform, interleaved=False)
    return np.asarray(moved, dtype=object)


def _uses_cgcs2000(lon: float, lat: float) -> bool:
    area = _crs(_CGCS2000_SRID).area_of_use
    return area is not None and area.west <= lon <= area.east and area.south <= lat <= area.north


def _require_degrees(bounds: Bounds) -> None:
    ordered = -180 <= bounds.west <= bounds.east <= 180 and -90 <= bounds.south <= bounds.north <= 90
    if not ordered:
        raise CrsError(f"bounds is {tuple(bounds)}: give degrees as west, south, east, north")


@cache
def _crs(srid: int) -> pyproj.CRS:
    return pyproj.CRS.from_epsg(srid)


@cache
def _transformer(source_srid: int, target_srid: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_crs(source_srid), _crs(target_srid), always_xy=True)
