import csv
import gzip
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geo.crs import STORAGE_CRS, plane_for, plane_from_srid, read_crs, to_crs, to_storage
from geo.crs_proposals import impossible_reason, propose_crs
from geo.distance import geodesic_m
from geo.errors import CrsError
from geo.positions import Bounds

JINPU = Bounds(121.4, 38.9, 122.3, 39.5)
BOSTON = Bounds(-71.1917, 42.2276, -70.9863, 42.3969)
BOSTON_FEET = Bounds(739594.1, 2908187.3, 803687.5, 2970072.8)
ST_LOUIS = Bounds(-90.3228, 38.5294, -90.1665, 38.7774)


@pytest.mark.parametrize(
    ("bounds", "srid"),
    [
        (JINPU, 4550),
        (Bounds(120.0, 39.0, 120.4, 39.5), 4549),
        (Bounds(73.7, 39.0, 73.9, 39.2), 4534),
        (Bounds(134.5, 48.0, 134.6, 48.2), 4554),
        (BOSTON, 32619),
        (ST_LOUIS, 32615),
        (Bounds(151.0, -34.0, 151.3, -33.7), 32756),
        (Bounds(179.9, 10.0, 180.0, 10.1), 32660),
    ],
)
def test_plane_is_gauss_krueger_in_china_and_utm_elsewhere(bounds: Bounds, srid: int) -> None:
    plane = plane_for(bounds)
    assert plane.srid == srid
    assert plane_from_srid(srid) == plane


def test_plane_gives_metres_and_comes_back() -> None:
    plane = plane_for(JINPU)
    line = np.array([shapely.LineString([(121.5, 39.0), (121.51, 39.0)])], dtype=object)
    assert abs(plane.lengths_m(line)[0] / geodesic_m(121.5, 39.0, 121.51, 39.0) - 1) < 3e-4
    assert shapely.equals_exact(plane.to_storage(plane.to_plane(line)), line, tolerance=1e-11).all()
    box = np.array([shapely.box(121.5, 39.0, 121.51, 39.01)], dtype=object)
    assert abs(plane.areas_m2(box)[0] / 960_800 - 1) < 2e-3


@pytest.mark.parametrize("bounds", [Bounds(0, 85, 1, 86), Bounds(500_000, 0, 500_001, 1), Bounds(2, 0, 1, 1)])
def test_plane_needs_degrees_below_eighty(bounds: Bounds) -> None:
    with pytest.raises(CrsError, match="bounds is"):
        plane_for(bounds)


@pytest.mark.parametrize("srid", [4326, 2249])
def test_plane_must_be_in_metres(srid: int) -> None:
    with pytest.raises(CrsError, match=f"srid is {srid}"):
        plane_from_srid(srid)


@pytest.mark.parametrize("text", ["EPSG:4549", "4549", " epsg:4549 ", STORAGE_CRS.to_wkt()])
def test_declared_systems_are_read(text: str) -> None:
    assert read_crs(text).is_projected or read_crs(text) == STORAGE_CRS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "crs is missing"),
        ("  ", "crs is missing"),
        ("EPSG:99999999", "PROJ does not know it"),
        ("nonsense", "PROJ does not know it"),
        ("GCJ-02", "shifted datum"),
        ("bd09", "shifted datum"),
    ],
)
def test_unusable_declarations_say_why(text: str | None, says: str) -> None:
    with pytest.raises(CrsError, match=says):
        read_crs(text)


def test_north_first_systems_are_read_east_first() -> None:
    point = np.array([shapely.Point(121.5, 39.0)], dtype=object)
    there = to_crs(point, 4549)
    assert abs(there[0].x - 500_000 - geodesic_m(120.0, 39.0, 121.5, 39.0)) < 50
    back = to_storage(there, read_crs("EPSG:4549"))
    assert shapely.equals_exact(back, point, tolerance=1e-10).all()
    assert shapely.equals_identical(to_storage(point, read_crs("EPSG:4490")), point).all()


def test_heights_and_measures_are_dropped_and_missing_stays_missing() -> None:
    with_z = np.array([shapely.from_wkt("POINT ZM (121 39 5 7)"), None], dtype=object)
    stored = to_storage(with_z, STORAGE_CRS)
    assert stored[0].wkt == "POINT (121 39)"
    assert stored[1] is None


def test_coordinates_beyond_the_system_are_refused() -> None:
    far = np.array([shapely.Point(1e12, 1e12)], dtype=object)
    with pytest.raises(CrsError, match="coordinates lie where it is not defined"):
        to_storage(far, read_crs("EPSG:4549"))


@pytest.mark.parametrize(
    ("bounds", "crs", "says"),
    [
        (BOSTON_FEET, "EPSG:4326", "metres or feet"),
        (Bounds(39.0, 121.0, 39.5, 122.0), "EPSG:4326", "latitude before longitude"),
        (JINPU, "EPSG:4549", "look like degrees"),
        (Bounds(5e6, 5e6, 5.1e6, 5.1e6), "EPSG:2249", "outside the area where it is used"),
        (Bounds(float("nan"), 0, 1, 1), "EPSG:4326", "not finite"),
    ],
)
def test_impossible_coordinates_are_told(bounds: Bounds, crs: str, says: str) -> None:
    assert says in str(impossible_reason(bounds, read_crs(crs)))


@pytest.mark.parametrize(("bounds", "crs"), [(BOSTON_FEET, "EPSG:2249"), (BOSTON, "EPSG:4326"), (JINPU, "EPSG:4490")])
def test_possible_coordinates_pass(bounds: Bounds, crs: str) -> None:
    assert impossible_reason(bounds, read_crs(crs)) is None


def test_feet_near_boston_are_proposed_as_its_state_plane() -> None:
    best = propose_crs(BOSTON_FEET, BOSTON)[0]
    assert best.code == "EPSG:2249"
    assert best.agreement is not None
    assert best.agreement > 0.8


def test_degrees_are_proposed_never_assumed() -> None:
    assert [proposal.code for proposal in propose_crs(JINPU)] == ["EPSG:4326"]
    assert propose_crs(JINPU, BOSTON) == []


def test_eastings_with_a_zone_number_are_recognised_alone() -> None:
    assert [p.code for p in propose_crs(Bounds(40_500_000, 4_300_000, 40_600_000, 4_400_000))] == ["EPSG:4528"]
    assert propose_crs(Bounds(500_000, 4_300_000, 600_000, 4_400_000)) == []
    assert propose_crs(Bounds(float("inf"), 0, 1, 1)) == []


def test_chinese_metres_are_proposed_on_cgcs2000_first() -> None:
    flat = Bounds(*shapely.bounds(to_crs(np.array([shapely.box(*JINPU)], dtype=object), 4549)[0]))
    assert propose_crs(flat, JINPU)[0].code == "EPSG:4549"


def test_real_files_are_refused_and_proposed(shared_data: Path) -> None:
    for name in ("Precincts_255", "Police_Districts"):
        path = shared_data / f"polygons/boston/{name}_NO_CRS_feet2249.geojson"
        info = pyogrio.read_info(path, force_total_bounds=True)
        bounds = Bounds(*info["total_bounds"])
        assert impossible_reason(bounds, read_crs(info["crs"]))
        assert propose_crs(bounds, BOSTON)[0].code == "EPSG:2249"


def test_st_louis_reports_are_proposed_as_its_state_plane(shared_data: Path) -> None:
    with gzip.open(shared_data / "reports/stlouis_csb_2018_01.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    x, y = (np.array([float(row[name] or 0) for row in rows]) for name in ("srx", "sry"))
    held = (x > 0) & (y > 0)
    bounds = Bounds(x[held].min(), y[held].min(), x[held].max(), y[held].max())
    assert propose_crs(bounds, ST_LOUIS)[0].code == "ESRI:102696"
