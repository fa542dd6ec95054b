"""Why an operation was refused: a reason as a slug, the detail, the place as GeoJSON, and what helps."""

from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.crs import PRECISION_DECIMALS
from geo.defects import rounded
from geo.errors import GeoError


class Refused(GeoError):  # noqa: N818 - the name says what happened to the operation
    """An operation that would break the coverage or means nothing; `docs/redraw.md` lists every `reason`."""

    def __init__(self, reason: str, detail: str, *, remedy: str, where: BaseGeometry | None = None) -> None:
        super().__init__(f"{detail}: {remedy}")
        self.reason = reason
        self.detail = detail
        self.remedy = remedy
        self.where = None if where is None or where.is_empty else geojson(where)


def geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """The GeoJSON geometry, coordinates with seven decimals."""
    shape: dict[str, Any] = rounded(mapping(geometry), PRECISION_DECIMALS)
    return shape
