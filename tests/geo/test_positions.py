import pytest

from geo.errors import PositionError
from geo.positions import Bounds, Datum, LonLat


def test_checked_position_is_on_the_globe() -> None:
    assert LonLat.checked(121.5, 39.0) == LonLat(lon=121.5, lat=39.0)


@pytest.mark.parametrize(
    ("lon", "lat", "says"),
    [
        (181.0, 0.0, "lon is 181.0"),
        (float("nan"), 0.0, "lon is nan"),
        (0.0, 121.5, "lat is 121.5"),
        (0.0, float("inf"), "lat"),
    ],
)
def test_position_off_the_globe_is_refused_by_name(lon: float, lat: float, says: str) -> None:
    with pytest.raises(PositionError, match=says):
        LonLat.checked(lon, lat)


def test_bounds_know_their_centre() -> None:
    assert Bounds(120.0, 38.0, 122.0, 40.0).centre == LonLat(121.0, 39.0)


def test_datums_have_the_names_that_requests_use() -> None:
    assert [datum.value for datum in Datum] == ["wgs84", "cgcs2000", "gcj02", "bd09"]
