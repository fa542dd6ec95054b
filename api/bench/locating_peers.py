"""Other ways to the same answers, each from coordinate arrays to the position of the cell in the codes, -1 for none."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from api.bench.locating_points import Points
from geo.crs import STORAGE_CRS
from geo.edges import lowest_intersecting
from geo.positions import Geometries

Method = Callable[[Points], NDArray[np.int32]]
_NONE = np.iinfo(np.int32).max


def peers(polygons: Geometries) -> dict[str, Method]:
    """Every peer by name, made ready on the polygons; polars-st only where it is installed."""
    found = {"geopandas.sjoin": _sjoin(polygons), "STRtree + prepared contains_xy": _contains(polygons)}
    if importlib.util.find_spec("polars_st") is not None:
        found["polars-st"] = _polars(polygons)
    return found


def oracle(polygons: Geometries) -> Method:
    """shapely's `STRtree.query(intersects)`, ties to the lowest: what all answers are held against."""
    tree = shapely.STRtree(polygons)
    return lambda points: lowest_intersecting(tree, points.lon, points.lat)


def _lowest(count: int, point: NDArray[np.int64], polygon: NDArray[np.int64]) -> NDArray[np.int32]:
    lowest = np.full(count, _NONE, np.int32)
    np.minimum.at(lowest, point, polygon.astype(np.int32))
    lowest[lowest == _NONE] = -1
    return lowest


def _sjoin(polygons: Geometries) -> Method:
    cells = geopandas.GeoDataFrame(geometry=polygons, crs=STORAGE_CRS)
    cells.sindex  # noqa: B018 - built here, as every peer's index is

    def locate(points: Points) -> NDArray[np.int32]:
        given = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points.lon, points.lat), crs=STORAGE_CRS)
        joined = geopandas.sjoin(given, cells, predicate="intersects")
        return _lowest(len(points.lon), joined.index.to_numpy(), joined["index_right"].to_numpy())

    return locate


def _contains(polygons: Geometries) -> Method:
    tree = shapely.STRtree(polygons)
    shapely.prepare(polygons)

    def locate(points: Points) -> NDArray[np.int32]:
        point, polygon = tree.query(shapely.points(points.lon, points.lat))
        held = shapely.contains_xy(polygons[polygon], points.lon[point], points.lat[point])
        return _lowest(len(points.lon), point[held], polygon[held])

    return locate


def _polars(polygons: Geometries) -> Method:
    import polars
    import polars_st

    numbers = polars.Series("cell", np.arange(len(polygons), dtype=np.int64))
    cells = polars_st.GeoDataFrame({"geometry": shapely.to_wkb(polygons).tolist(), "cell": numbers})

    def locate(points: Points) -> NDArray[np.int32]:
        given = polars.DataFrame({"lon": points.lon, "lat": points.lat}).with_row_index("row")
        made = given.select("row", geometry=polars_st.point(polars.concat_list("lon", "lat")))
        joined = polars_st.GeoDataFrame(made).st.sjoin(cells, predicate="intersects")
        return _lowest(len(points.lon), joined["row"].to_numpy().astype(np.int64), joined["cell"].to_numpy())

    return locate
