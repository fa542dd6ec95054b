import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geo.coverage import check
from geo.crs import plane_for, read_crs, to_storage
from geo.defects import Defect, DefectKind, defects_to_geojson, must_be_mended
from geo.errors import LayerError
from geo.positions import Bounds, Geometries
from tests.geo.coverages import TOWN, codes_for, grid, voronoi

PLANE = plane_for(TOWN)
STEP = 1e-5


def checked(polygons: Geometries, codes: list[str | None] | None = None) -> list[Defect]:
    return check(codes or codes_for(polygons), polygons, PLANE, gap_width_m=2.0)


def layer(*polygons: object) -> Geometries:
    return np.array(polygons, dtype=object)


def kinds(defects: list[Defect]) -> list[str]:
    return [defect.kind.value for defect in defects]


@pytest.mark.parametrize("polygons", [voronoi(60, bends=4), grid(7, 5), grid(1, 1), layer()])
def test_clean_coverages_have_no_defect(polygons: Geometries) -> None:
    assert checked(polygons) == []


def test_overlap_is_reported_once_with_its_size() -> None:
    west, east = shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1 - STEP, 39, 121.2, 39.1)
    (overlap,) = checked(layer(west, east))
    assert overlap.kind is DefectKind.OVERLAP
    assert overlap.codes == ("00001", "00002")
    assert overlap.size_m2 == pytest.approx(float(PLANE.areas_m2(layer(shapely.intersection(west, east)))[0]))
    assert overlap.width_m == pytest.approx(0.865, abs=0.01)
    assert overlap.place is not None
    assert 121.1 - STEP <= overlap.place.lon <= 121.1
    assert "overlap by" in overlap.message


def test_one_polygon_inside_another_overlaps_it() -> None:
    defects = checked(layer(shapely.box(121, 39, 121.1, 39.1), shapely.box(121.04, 39.04, 121.05, 39.05)))
    assert kinds(defects) == ["overlap"]


def test_closed_gaps_are_slivers_or_gaps_by_their_width() -> None:
    def around(width_deg: float) -> Geometries:
        hole = shapely.box(121.05, 39.05, 121.05 + width_deg, 39.06)
        west, east = shapely.box(121, 39, 121.05, 39.1), shapely.box(121.05, 39, 121.1, 39.1) - hole
        west = shapely.Polygon([*west.exterior.coords[:1], (121.05, 39.05), (121.05, 39.06), *west.exterior.coords[1:]])
        return layer(west, east)

    (sliver,) = checked(around(STEP))
    assert sliver.kind is DefectKind.SLIVER
    assert sliver.codes == ("00001", "00002")
    assert must_be_mended([sliver]) == [sliver]
    (gap,) = checked(around(100 * STEP))
    assert gap.kind is DefectKind.GAP
    assert must_be_mended([gap]) == []


def test_thin_inlet_is_told_and_tolerated() -> None:
    west, east = shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1 + STEP, 39, 121.2, 39.1)
    defects = checked(layer(west, east))
    assert set(kinds(defects)) == {"narrow_inlet"}
    assert must_be_mended(defects) == []


def test_borders_that_lie_upon_each_other_without_shared_vertices_are_unmatched() -> None:
    south = shapely.Polygon([(121, 39), (121.2, 39), (121.2, 39.1), (121, 39.1)])
    north = shapely.Polygon([(121, 39.1), (121.1, 39.1), (121.2, 39.1), (121.2, 39.2), (121, 39.2)])
    assert "unmatched_border" in kinds(checked(layer(south, north)))


def test_codes_and_shapes_are_checked_row_by_row() -> None:
    bow_tie = shapely.Polygon([(122, 39), (122.2, 39.2), (122.2, 39), (122, 39.2)])
    polygons = layer(shapely.box(121, 39, 121.1, 39.1), None, shapely.Point(120, 30), bow_tie, shapely.Polygon())
    defects = checked(polygons, ["a", "a", " ", "b", None])
    assert kinds(defects) == [
        "empty_code", "empty_code", "duplicate_code", "empty_geometry", "empty_geometry", "not_polygon", "invalid_ring",
    ]  # fmt: skip
    assert "row 3" in defects[0].message
    assert defects[2].codes == ("a",)


def test_codes_must_match_polygons() -> None:
    with pytest.raises(LayerError, match="1 codes for 2 polygons"):
        check(["1"], grid(2, 1), PLANE)


def test_defects_travel_as_geojson_with_seven_decimals() -> None:
    west, east = shapely.box(121, 39, 121.1, 39.1), shapely.box(121.1 - 1.23456789e-5, 39, 121.2, 39.1)
    defects = [*checked(layer(west, east)), Defect(DefectKind.EMPTY_CODE, (), "row 1 has no code")]
    collection = json.loads(json.dumps(defects_to_geojson(defects)))
    overlap, empty = collection["features"]
    assert overlap["geometry"]["type"] == "Polygon"
    assert min(lon for lon, _ in overlap["geometry"]["coordinates"][0]) == 121.0999877
    assert overlap["properties"]["kind"] == "overlap"
    assert overlap["properties"]["codes"] == ["00001", "00002"]
    assert overlap["properties"]["tolerable"] is False
    assert empty["geometry"] is None


def test_boston_precincts_have_the_known_troubles(shared_data: Path) -> None:
    table = pyogrio.read_dataframe(shared_data / "polygons/boston/Precincts_255_NO_CRS_feet2249.geojson")
    stored = to_storage(table.geometry.to_numpy(), read_crs("EPSG:2249"))
    plane = plane_for(Bounds(*shapely.total_bounds(stored)))
    found = kinds(check(codes_for(stored), stored, plane))
    assert found.count("invalid_ring") == 2
    assert found.count("overlap") >= 44
    assert found.count("sliver") + found.count("gap") >= 78


def test_shenzhen_cells_have_one_hole(shared_data: Path) -> None:
    cells = pyogrio.read_dataframe(shared_data / "polygons/shenzhen_grid500_noprj/grid.shp").geometry.to_numpy()
    (hole,) = check(codes_for(cells), cells, plane_for(Bounds(*shapely.total_bounds(cells))))
    assert hole.kind is DefectKind.GAP
    assert len(hole.codes) == 8
