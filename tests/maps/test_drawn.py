"""Maps for paper: true to scale, round scale bars, names that do not run into each other."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import plane_for
from geo.positions import Bounds, LonLat
from maps.drawn import Frame, labels, path_of, scale_bar, width_of

LON = st.floats(-170, 170)
LAT = st.floats(-70, 70)
SIZE = st.floats(1e-4, 0.8)


@given(LON, LAT, SIZE, SIZE)
def test_what_is_drawn_lies_on_the_paper_and_fills_it(lon: float, lat: float, wide: float, high: float) -> None:
    frame = Frame.around(Bounds(lon, lat, lon + wide, lat + high), 200, 150)
    corners = frame.on_paper(np.array([[lon, lat], [lon + wide, lat + high]]))
    assert (corners >= 0).all() and (corners[:, 0] <= 200).all() and (corners[:, 1] <= 150).all()
    taken = np.ptp(corners, axis=0) / (200, 150)
    assert taken.max() == pytest.approx(0.92, abs=0.001)


def test_a_millimetre_is_as_many_metres_as_the_scale_says() -> None:
    bounds = Bounds(121.7, 39.0, 121.8, 39.05)
    frame = Frame.around(bounds, 300, 200)
    plane = plane_for(bounds)
    line = shapely.LineString([(121.72, 39.02), (121.76, 39.03)])
    [true] = plane.to_plane(np.array([line]))
    drawn = shapely.LineString(frame.on_paper(shapely.get_coordinates(line)))
    assert drawn.length * frame.scale == pytest.approx(true.length, rel=2e-3)


@given(st.floats(0.05, 5_000))
def test_scale_bars_are_round_and_fit(scale: float) -> None:
    frame = Frame(200, 150, 121.0, 39.0, scale, 0.78)
    bar = scale_bar(frame)
    assert re.fullmatch(r"[125]0* (km|m)|0\.[125]0* ?m|0\.0[125] m", bar.text), bar.text
    assert 200 * 0.22 / 2.51 <= bar.length <= 200 * 0.22 + 0.01


def test_a_path_holds_every_ring() -> None:
    frame = Frame.around(Bounds(0, 0, 1, 1), 100, 100)
    holed = shapely.Polygon(shapely.box(0, 0, 1, 1).exterior, [shapely.box(0.4, 0.4, 0.6, 0.6).exterior])
    path = path_of(frame, [holed, shapely.MultiPolygon([shapely.box(0, 0, 0.1, 0.1), shapely.box(0.8, 0, 1, 0.1)])])
    assert path.count("M") == path.count("Z") == 4
    assert path_of(frame, []) == ""


def test_names_that_would_run_into_another_or_out_of_their_area_are_left_out() -> None:
    frame = Frame.around(Bounds(0, 0, 1, 1), 100, 100)
    boxes = np.array([shapely.box(0, 0, 0.6, 0.5), shapely.box(0.1, 0.1, 0.6, 0.4), shapely.box(0.9, 0.9, 0.92, 1)])
    named = [("大网格", LonLat(0.3, 0.25)), ("压在一起", LonLat(0.32, 0.25)), ("窄", LonLat(0.91, 0.95))]
    assert [one.text for one in labels(frame, named, boxes, 3)] == ["大网格"]
    assert width_of("网格A") == pytest.approx(2.56)
