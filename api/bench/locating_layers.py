"""The layers that locating is measured and compared on: the demo's cells, and where they are there, real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from api.demo import FOLDER
from api.settings import CHECKOUT
from geo.crs import plane_for, read_crs, to_storage
from geo.positions import Bounds, Geometries
from geo.repairs import repair, snap
from layers.read.features import read_features

PUBLIC = CHECKOUT.parent / "shared" / "data" / "polygons"
#: Boston's precincts come in feet and without saying so.
FEET = "NAD83 / Massachusetts Mainland (ftUS)"


@dataclass(frozen=True, slots=True)
class Layer:
    """Polygons in degrees under codes."""

    name: str
    codes: list[str]
    polygons: Geometries


def demo_cells() -> Layer:
    """The demo district's cells."""
    table = read_features(FOLDER / "grids.shp")
    crs = read_crs(table.declared_crs)
    return Layer("demo district", _numbered(table.geometry), snap(to_storage(table.geometry, crs)))


def every_layer() -> Iterator[Layer]:
    """The demo's, then the Shenzhen lattice and Boston's mended precincts if ../shared/data is beside the checkout."""
    yield demo_cells()
    if PUBLIC.is_dir():
        lattice = read_features(PUBLIC / "shenzhen_grid500_noprj" / "grid.shp").geometry
        yield Layer("Shenzhen lattice", _numbered(lattice), lattice)
        yield _boston(PUBLIC / "boston" / "Precincts_255_NO_CRS_feet2249.geojson")


def _boston(path: Path) -> Layer:
    polygons = to_storage(read_features(path).geometry, read_crs(FEET))
    codes = _numbered(polygons)
    mended = repair(codes, polygons, plane_for(Bounds(*shapely.total_bounds(polygons).tolist()))).polygons
    return Layer("Boston precincts", codes, snap(mended))


def _numbered(polygons: Geometries) -> list[str]:
    return [f"{number:06d}" for number in np.arange(len(polygons))]
