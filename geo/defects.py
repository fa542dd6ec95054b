"""What can be wrong with a layer of polygons, each defect with its place, its size and the areas concerned."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DECIMALS
from geo.positions import LonLat


class DefectKind(StrEnum):
    """Kinds of defects; the tolerable ones may be how things are (a lake, a creek), the others must be mended."""

    EMPTY_CODE = "empty_code"
    DUPLICATE_CODE = "duplicate_code"
    EMPTY_GEOMETRY = "empty_geometry"
    NOT_POLYGON = "not_polygon"
    INVALID_RING = "invalid_ring"
    OVERLAP = "overlap"
    SLIVER = "sliver"
    UNMATCHED_BORDER = "unmatched_border"
    GAP = "gap"
    NARROW_INLET = "narrow_inlet"
    NO_PARENT = "no_parent"
    OUTSIDE_PARENT = "outside_parent"
    CROSSES_PARENT = "crosses_parent"

    @property
    def is_tolerable(self) -> bool:
        """Whether a layer with this defect may still be put in force, once a person has looked at it."""
        return self in (DefectKind.GAP, DefectKind.NARROW_INLET)


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect: `geometry` in degrees (None where there is none), sizes where they mean something."""

    kind: DefectKind
    codes: tuple[str, ...]
    message: str
    place: LonLat | None = None
    geometry: BaseGeometry | None = None
    size_m2: float | None = None
    width_m: float | None = None


def must_be_mended(defects: Iterable[Defect]) -> list[Defect]:
    """The defects that keep a layer from being put in force."""
    return [defect for defect in defects if not defect.kind.is_tolerable]


def place_of(geometry: BaseGeometry) -> LonLat | None:
    """A position upon the geometry, None for an empty one."""
    point = shapely.point_on_surface(geometry)
    return None if point is None or point.is_empty else LonLat(point.x, point.y)


def defects_to_geojson(defects: Iterable[Defect]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, one feature a defect, coordinates with seven decimals."""
    return {"type": "FeatureCollection", "features": [_feature(defect) for defect in defects]}


def _feature(defect: Defect) -> dict[str, Any]:
    properties = {
        "kind": defect.kind.value,
        "codes": list(defect.codes),
        "message": defect.message,
        "tolerable": defect.kind.is_tolerable,
        "lon": None if defect.place is None else round(defect.place.lon, PRECISION_DECIMALS),
        "lat": None if defect.place is None else round(defect.place.lat, PRECISION_DECIMALS),
        "size_m2": _rounded(defect.size_m2),
        "width_m": _rounded(defect.width_m),
    }
    geometry = None if defect.geometry is None else rounded(mapping(defect.geometry), PRECISION_DECIMALS)
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def rounded(part: Any, decimals: int) -> Any:
    """GeoJSON with every number in it rounded."""
    if isinstance(part, float):
        return round(part, decimals)
    if isinstance(part, dict):
        return {name: rounded(value, decimals) for name, value in part.items()}
    return [rounded(value, decimals) for value in part] if isinstance(part, list | tuple) else part


def _rounded(size: float | None) -> float | None:
    return None if size is None else round(size, 4)
