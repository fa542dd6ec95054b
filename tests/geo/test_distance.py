import numpy as np

from geo.distance import geodesic_m, great_circle_m, metres_per_degree


def test_known_distance() -> None:
    # Beijing to Shanghai, about 1,068 km.
    assert abs(geodesic_m(116.4074, 39.9042, 121.4737, 31.2304) - 1_067_000) < 2_000
    assert abs(great_circle_m(116.4074, 39.9042, 121.4737, 31.2304) - 1_067_000) < 3_000


def test_arguments_broadcast() -> None:
    lon = np.array([121.0, 121.1, 121.2])
    assert geodesic_m(121.0, 39.0, lon, 39.0).shape == (3,)
    assert great_circle_m(121.0, 39.0, lon, 39.0)[0] == 0


def test_great_circle_stays_within_its_promise() -> None:
    rng = np.random.default_rng(4)
    lon_a, lon_b = rng.uniform(-180, 180, (2, 5000))
    lat_a, lat_b = rng.uniform(-85, 85, (2, 5000))
    exact = geodesic_m(lon_a, lat_a, lon_b, lat_b)
    assert (np.abs(great_circle_m(lon_a, lat_a, lon_b, lat_b) - exact) <= 0.006 * exact).all()


def test_local_scale_agrees_with_the_geodesic_within_five_kilometres() -> None:
    rng = np.random.default_rng(5)
    lat = rng.uniform(-65, 65, 5000)
    angle, reach_m = rng.uniform(0, 2 * np.pi, 5000), rng.uniform(1, 5000, 5000)
    east_m, north_m = metres_per_degree(lat)
    exact = geodesic_m(0.0, lat, reach_m * np.cos(angle) / east_m, lat + reach_m * np.sin(angle) / north_m)
    assert (np.abs(exact - reach_m) < 0.001 * reach_m).all()
