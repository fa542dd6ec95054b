"""Positions shown to everybody: moved, always the same way, and never closer together than 100 m."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import plane_for
from geo.distance import geodesic_m
from geo.positions import Bounds, LonLat
from geo.public_grid import SQUARE_M, snapped, snapped_position

TOWN = Bounds(121.6, 39.0, 122.0, 39.4)
FAR_NORTH = Bounds(18.0, 69.0, 19.0, 70.0)
SOUTH = Bounds(-70.9, -33.7, -70.4, -33.2)


@pytest.mark.parametrize("bounds", [TOWN, FAR_NORTH, SOUTH])
def test_what_is_shown_apart_is_shown_at_least_100_m_apart(bounds: Bounds) -> None:
    plane = plane_for(bounds)
    chance = np.random.default_rng(20250108)
    middle = bounds.centre
    lons = middle.lon + chance.uniform(-0.01, 0.01, 20_000)
    lats = middle.lat + chance.uniform(-0.01, 0.01, 20_000)
    shown = sorted({LonLat(*one) for one in zip(*snapped(lons, lats, plane), strict=True)})
    assert 20 < len(shown) < 1_000
    first = shown[len(shown) // 2]
    nearest = min(float(geodesic_m(*first, *other)) for other in shown if other != first)
    assert 100 <= nearest <= 1.01 * SQUARE_M


@given(st.floats(121.6, 122.0), st.floats(39.0, 39.4))
def test_it_is_deterministic_idempotent_and_near(lon: float, lat: float) -> None:
    plane = plane_for(TOWN)
    at = LonLat(lon, lat)
    shown = snapped_position(at, plane)
    assert snapped_position(at, plane) == shown
    assert snapped_position(shown, plane) == shown, "what was moved stays where it is"
    assert float(geodesic_m(*at, *shown)) <= 0.7072 * SQUARE_M * 1.001


def test_a_square_does_not_depend_on_what_else_is_shown() -> None:
    plane = plane_for(TOWN)
    alone = snapped_position(LonLat(121.8, 39.2), plane)
    lons, lats = snapped(np.array([121.7, 121.8, 121.9]), np.array([39.1, 39.2, 39.3]), plane)
    assert (lons[1], lats[1]) == alone


def test_nothing_of_the_position_is_left_but_its_square() -> None:
    plane = plane_for(TOWN)
    at = snapped_position(LonLat(121.8, 39.2), plane)
    around = [LonLat(at.lon + dx, at.lat + dy) for dx in (-0.001, 0, 0.001) for dy in (-0.0008, 0, 0.0008)]
    assert {snapped_position(one, plane) for one in around} == {at}


def test_without_a_plane_the_position_finds_its_own() -> None:
    at = LonLat(121.8, 39.2)
    assert snapped_position(at, None) == snapped_position(at, plane_for(Bounds(*at, *at)))
