import json
from pathlib import Path

import numpy as np
import pytest

from geo.datum import FADE_DEG, SHIFTED_BOX, from_storage, position_from_storage, position_to_storage, to_storage
from geo.distance import geodesic_m
from geo.positions import Datum, LonLat

SHIFTED = [Datum.GCJ02, Datum.BD09]
# A pair from the test table of eviltransform.
SHANGHAI_WGS84 = LonLat(121.5272106, 31.1774276)
SHANGHAI_GCJ02 = LonLat(121.531541859215, 31.17530398364597)


def apart_m(a: LonLat, b: LonLat) -> float:
    return float(geodesic_m(*a, *b))


def converted(position: LonLat, source: Datum, target: Datum) -> LonLat:
    return position_from_storage(position_to_storage(position, source), target)


def test_published_pair() -> None:
    assert apart_m(position_from_storage(SHANGHAI_WGS84, Datum.GCJ02), SHANGHAI_GCJ02) < 0.1
    assert apart_m(position_to_storage(SHANGHAI_GCJ02, Datum.GCJ02), SHANGHAI_WGS84) < 0.1


def test_all_published_vectors(shared_data: Path) -> None:
    groups = json.loads((shared_data / "datum" / "vectors.json").read_text())
    checked = 0
    for row in (row for rows in groups.values() if isinstance(rows, list) for row in rows):
        if "op" in row:
            source, target = map(Datum, row["op"].split("_to_"))
            given, wanted = LonLat(*row["in"]), LonLat(*row["out"])
        else:
            source, target, given, wanted = Datum.WGS84, Datum.GCJ02, LonLat(*row["wgs84"]), LonLat(*row["gcj02"])
        tolerance_m = 0.05 if {source, target} == {Datum.GCJ02, Datum.BD09} else 1.0
        if given.lon > 180:
            assert converted(given, source, target) == wanted
        else:
            assert apart_m(converted(given, source, target), wanted) < tolerance_m, row
        checked += 1
    assert checked == 12


@pytest.mark.parametrize("datum", SHIFTED)
def test_there_and_back_stays_below_a_tenth_of_a_millimetre_box_edges_included(datum: Datum) -> None:
    rng = np.random.default_rng(1)
    edge_lon = np.concatenate([np.full(2000, SHIFTED_BOX.west), np.full(2000, SHIFTED_BOX.east)])
    lon = np.concatenate([rng.uniform(70, 140, 20_000), edge_lon + rng.normal(0, 0.01, 4000)])
    lat = np.concatenate([rng.uniform(-1, 58, 20_000), rng.uniform(1, 55, 4000)])
    for first, second in ((from_storage, to_storage), (to_storage, from_storage)):
        back_lon, back_lat = second(*first(lon, lat, datum), datum)
        assert geodesic_m(lon, lat, back_lon, back_lat).max() < 1e-4


@pytest.mark.parametrize("datum", SHIFTED)
def test_outside_the_box_and_its_rim_nothing_moves(datum: Datum) -> None:
    lon = np.array([0.0, SHIFTED_BOX.west - FADE_DEG, 183.0, 121.0, -70.0])
    lat = np.array([51.0, 40.0, 45.0, SHIFTED_BOX.north + FADE_DEG, 90.0])
    for convert in (to_storage, from_storage):
        there_lon, there_lat = convert(lon, lat, datum)
        assert there_lon.tolist() == lon.tolist()
        assert there_lat.tolist() == lat.tolist()


def test_a_wrong_guess_over_liaoning_is_hundreds_of_metres() -> None:
    given = LonLat(121.78, 39.05)
    assert 400 < apart_m(position_to_storage(given, Datum.GCJ02), given) < 600
    assert 900 < apart_m(position_to_storage(given, Datum.BD09), given) < 1500


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.CGCS2000])
def test_storage_datums_are_untouched(datum: Datum) -> None:
    assert position_to_storage(LonLat(121.123456789, 39.1), datum) == LonLat(121.123456789, 39.1)


def test_arrays_keep_their_shape_and_their_holes() -> None:
    lon, _ = to_storage(np.array([[121.0, np.nan]]), np.array([[39.0, 39.0]]), Datum.GCJ02)
    assert lon.shape == (1, 2)
    assert np.isfinite(lon[0, 0])
    assert np.isnan(lon[0, 1])
    assert np.isinf(to_storage([np.inf], [1.0], Datum.BD09)[0][0])
