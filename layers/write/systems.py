"""The coordinate system a file is written in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo.crs import STORAGE_SRID, read_crs, to_crs
from geo.errors import CrsError
from geo.positions import Geometries
from layers.write.refusals import UnusableSystem


@dataclass(frozen=True, slots=True)
class System:
    """A registered system: its EPSG number, its name, and what its axes are called as columns."""

    srid: int
    name: str
    axes: tuple[str, str]

    @property
    def code(self) -> str:
        """How files and programs name it."""
        return f"EPSG:{self.srid}"

    @property
    def urn(self) -> str:
        """How a GeoJSON file names it."""
        return f"urn:ogc:def:crs:EPSG::{self.srid}"

    @property
    def is_storage(self) -> bool:
        """Whether geometries are written as they are stored."""
        return self.srid == STORAGE_SRID

    def geometries(self, stored: Geometries) -> Geometries:
        """Stored geometries in this system; missing ones stay missing.

        Raises:
            UnusableSystem: the system is not defined where they lie.
        """
        if self.is_storage:
            return stored
        moved = to_crs(stored, self.srid)
        if not np.isfinite(shapely.get_coordinates(moved)).all():
            raise UnusableSystem(
                f"{self.name} is not defined where the layer lies.",
                field="crs",
                value=self.code,
                remedy="Name a system whose area of use holds the district, or leave --crs out.",
            )
        return moved


def system_of(text: str | None) -> System:
    """The system that `text` names, such as EPSG:n; None is the storage system.

    Raises:
        UnusableSystem: PROJ does not know it, or it has no EPSG number.
    """
    try:
        crs = read_crs(text or str(STORAGE_SRID))
    except CrsError as error:
        raise UnusableSystem(f"{error}.", field="crs", value=text) from error
    authority = crs.to_authority()
    if authority is None or authority[0] != "EPSG" or not (crs.is_projected or crs.is_geographic):
        raise UnusableSystem(
            f"{text} is no plane or geographic system with an EPSG number.",
            field="crs",
            value=text,
            remedy="Write --crs EPSG:n.",
        )
    return System(int(authority[1]), str(crs.name), ("x", "y") if crs.is_projected else ("lon", "lat"))
