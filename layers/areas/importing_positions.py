"""Where a file's polygons lie: in which system and datum, and which parts of them are polygons at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from geo.positions import Bounds, Datum, Geometries
from geo.shifts import SHIFTED, Shift, measured_shift, unshifted
from layers.areas.defects import Finding
from layers.areas.drafts import DraftLevels
from layers.districts.records import Level
from layers.read.coordinates import stored_geometry
from layers.read.features import FeatureTable
from layers.refusals import Refusal

_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


class ShiftedLayer(Refusal):
    """The polygons lie beside the known borders as a shifted datum does."""


def placed_polygons(
    table: FeatureTable, *, crs: str | None, datum: Datum | None, near: Bounds | None, known: DraftLevels
) -> Geometries:
    """The table's geometries in the storage system and datum.

    With `datum` named it is believed; else the layer is held against the borders of the `known` levels.

    Raises:
        CrsNeeded: the system is missing or impossible.
        ShiftedLayer: a shifted datum fits the known borders, and the numbers as they are do not.
    """
    given = stored_geometry(table, crs=crs, near=near, must_meet=True)
    if datum in SHIFTED:
        return unshifted(given, datum)
    if datum is None and known:
        shift = measured_shift(given, np.concatenate([level.polygons for level in known.values()]))
        if shift is not None:
            raise _shifted(table.source, shift)
    return given


def polygonal(level: Level, codes: Sequence[str], shapes: Geometries) -> tuple[Geometries, list[Finding]]:
    """Collections as the polygons in them, and a warning for each that held more; what has none stays as it is."""
    polygons, findings = shapes.copy(), []
    for row in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION).tolist():
        parts = shapely.get_parts(shapes[row])
        while (shapely.get_type_id(parts) == _COLLECTION).any():
            parts = shapely.get_parts(parts)
        areal = np.isin(shapely.get_type_id(parts), _POLYGONS)
        if not areal.any():
            continue
        polygons[row] = shapely.multipolygons(shapely.get_parts(parts[areal]))
        if not areal.all():
            message = f"{codes[row]}: {int((~areal).sum())} lines or points of its collection are left out."
            findings.append(Finding(level.key, "mixed_collection", (codes[row],), message))
    return polygons, findings


def _shifted(source: str, shift: Shift) -> ShiftedLayer:
    east = f"{abs(shift.east_m):,.0f} m {'east' if shift.east_m > 0 else 'west'}"
    north = f"{abs(shift.north_m):,.0f} m {'north' if shift.north_m > 0 else 'south'}"
    return ShiftedLayer(
        f"{source} lies {east} and {north} of the borders that are known: of its corners {shift.share_given:.0%} lie "
        f"on them as given, {shift.share_read:.0%} when read as {shift.datum}.",
        field="datum",
        value=str(shift.datum),
        remedy=f"Add --datum {shift.datum}; or --datum wgs84 if it is right as it is, and the borders did move.",
    )
