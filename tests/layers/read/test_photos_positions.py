"""The position in a photo: read when asked for, and only when it can be meant."""

from __future__ import annotations

import pytest
from PIL import Image

from geo.positions import Datum, LonLat
from layers.read.photos import reencoded
from layers.read.photos_positions import PhotoPosition, photo_position
from tests.layers.read.made_photos import KINDS, encoded, exif, laden, picture


def test_the_position_is_read_only_when_asked_for() -> None:
    for kind in KINDS:
        found = reencoded(laden(kind), read_position=True).position
        assert found is not None
        assert found.datum is Datum.WGS84
        assert found.position == pytest.approx(LonLat(121.7812, 39.053))
        assert reencoded(laden(kind)).position is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (exif(refs="SW"), PhotoPosition(LonLat(-121.7812, -39.053), Datum.WGS84)),
        (exif(datum="GCJ-02"), PhotoPosition(LonLat(121.7812, 39.053), Datum.GCJ02)),
        (exif(datum="WGS-84"), PhotoPosition(LonLat(121.7812, 39.053), Datum.WGS84)),
        (exif(datum="TOKYO"), None),
        (exif(lat=(0, 0, 0), lon=(0, 0, 0)), None),
        (exif(lat=(91, 0, 0)), None),
        (exif(lat=(39, 61, 0)), None),
        (exif(refs="XE"), None),
        (exif(tag_9="V"), None),
        (exif(tag_2=(39.0,)), None),
        (Image.Exif(), None),
    ],
)
def test_a_position_that_cannot_be_meant_is_none(tags: Image.Exif, expected: PhotoPosition | None) -> None:
    found = reencoded(encoded(picture(), exif=tags), read_position=True).position
    if expected is None or found is None:
        assert found is expected
    else:
        assert found.datum is expected.datum
        assert found.position == pytest.approx(expected.position)


@pytest.mark.parametrize(
    "odd", ["north", b"", None, 39, (39.0, 3.0), ("a", "b", "c"), (39.0, 3.0, float("nan")), (-1, 0, 0)]
)
def test_tags_of_any_shape_are_none(odd: object) -> None:
    sound = {1: "N", 2: (39, 3, 10.8), 3: "E", 4: (121, 46, 52.32)}
    assert photo_position(sound) is not None
    assert [photo_position(sound | {tag: odd}) for tag in (1, 2, 3, 4)] == [None] * 4
