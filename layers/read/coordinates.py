"""A file's geometries in the storage system; a missing or impossible system is refused with a proposal."""

from __future__ import annotations

import numpy as np
import shapely

from geo.crs import read_crs, to_storage
from geo.crs_proposals import impossible_reason, propose_crs
from geo.errors import CrsError
from geo.positions import Bounds, Geometries
from layers.read.features import FeatureTable
from layers.read.refusals import CrsNeeded


def stored_geometry(
    table: FeatureTable, *, crs: str | None = None, near: Bounds | None = None, must_meet: bool = False
) -> Geometries:
    """The table's geometries as longitude and latitude; `crs` overrules what the file declares.

    `near` is where the layer should lie, in degrees: with it a projected system can be proposed. With
    `must_meet` a layer that lies wholly beside it is refused.

    Raises:
        CrsNeeded: no system is declared, it is unknown, or the coordinates cannot be in it.
    """
    declared = crs or table.declared_crs
    bounds = bounds_of(table.geometry)
    if bounds is None:
        return table.geometry
    if declared is None:
        raise _refused(f"{table.source} declares no coordinate system.", bounds, near)
    try:
        system = read_crs(declared)
        reason = impossible_reason(bounds, system)
        if reason is None:
            stored = to_storage(table.geometry, system)
            reason = _elsewhere(bounds_of(stored), near, system.name) if must_meet else None
        if reason is None:
            return stored
    except CrsError as error:
        raise _refused(f"{table.source}: {error}.", bounds, near) from error
    raise _refused(f"{table.source}: {reason}.", bounds, near)


def _elsewhere(bounds: Bounds | None, near: Bounds | None, system: str) -> str | None:
    """Why a layer cannot belong here, when it lies wholly beside the box it should lie in."""
    if bounds is None or near is None or shapely.box(*bounds).intersects(shapely.box(*near)):
        return None
    return f"read as {system} it lies at {_degrees(bounds)}, the district's other layers at {_degrees(near)}"


def _degrees(bounds: Bounds) -> str:
    return ", ".join(f"{side:.4f}" for side in bounds)


def bounds_of(geometry: Geometries) -> Bounds | None:
    """The box around all geometries, None when there is nothing."""
    sides = [float(side) for side in shapely.total_bounds(geometry)]
    return Bounds(*sides) if np.isfinite(sides).all() else None


def _refused(message: str, bounds: Bounds, near: Bounds | None) -> CrsNeeded:
    proposals = propose_crs(bounds, near)
    if not proposals:
        remedy = "Name the system: --crs EPSG:n (for a projected one, import a layer with a known system first)."
    else:
        best, *others = proposals
        remedy = f"Probably {best.name}: add --crs {best.code} ({best.why})."
        if others:
            remedy += " Also possible: " + ", ".join(f"{one.code} ({one.name})" for one in others) + "."
    return CrsNeeded(message, field="crs", value=tuple(bounds), remedy=remedy)
