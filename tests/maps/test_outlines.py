"""Outlines on their way to the browser: light, joined, and only what the map needs."""

from __future__ import annotations

import gzip
from dataclasses import replace

import numpy as np
import orjson
import shapely
from shapely.geometry import shape

from maps.figures import ClassChoice, figures_json
from maps.outlines import outlines_json
from tests.maps.pictures import district

SHEET, AREAS = district(103, 34)
OUTLINES = outlines_json(AREAS)
TOLD = orjson.loads(OUTLINES.body)


def test_all_grids_of_a_large_district_are_light() -> None:
    assert len(TOLD["features"]) == 3502
    assert len(gzip.compress(OUTLINES.body)) <= 600_000


def test_neighbours_stay_joined_and_nothing_collapses() -> None:
    drawn = np.array([shape(feature["geometry"]) for feature in TOLD["features"]])
    assert shapely.is_valid(drawn).all()
    assert shapely.coverage_is_valid(drawn)
    assert (shapely.area(drawn) > 0).all()


def test_a_feature_holds_code_name_and_label_only() -> None:
    for feature in TOLD["features"][:50]:
        assert set(feature["properties"]) == {"code", "name", "label"}
        assert shape(feature["geometry"]).contains(shapely.Point(feature["properties"]["label"]))


def test_a_label_that_simplifying_left_outside_is_placed_anew() -> None:
    kept, lost = AREAS[0], replace(AREAS[1], label=AREAS[40].label)
    told = orjson.loads(outlines_json([kept, lost]).body)["features"]
    assert told[0]["properties"]["label"] == [round(number, 5) for number in kept.label]
    assert shape(told[1]["geometry"]).contains(shapely.Point(told[1]["properties"]["label"]))


def test_the_order_is_that_of_the_figures() -> None:
    codes = [feature["properties"]["code"] for feature in TOLD["features"]]
    assert codes == sorted(codes)
    assert TOLD["order"] == orjson.loads(figures_json(SHEET, shown=[("open", ClassChoice())]))["order"]


def test_the_digest_names_the_content() -> None:
    few = AREAS[:60]
    assert outlines_json(few[::-1]) == outlines_json(few)
    assert outlines_json(few[1:]).digest != outlines_json(few).digest


def test_a_level_without_areas() -> None:
    assert orjson.loads(outlines_json([]).body)["features"] == []
