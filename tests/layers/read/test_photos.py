"""Photos are made anew: upright, small, without a word of what came with them; what is no photo is refused."""

from __future__ import annotations

import zlib
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from layers.read.photos import LIMITS, Photo, PhotoLimits, PhotoRefused, reencoded
from layers.read.photos_containers import MOST_CHUNKS, MOST_SCANS
from maps.paper import pdf
from tests.layers.read import made_photos
from tests.layers.read.made_photos import (
    CANARY,
    KINDS,
    chunk,
    encoded,
    exif,
    laden,
    picture,
    png,
    profile,
    require_clean,
    shown,
    zipped,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def colour(photo: Photo, x: float, y: float) -> str:
    """What stands at a place of the photo, given in shares of its sides."""
    place = int(x * photo.width_px), int(y * photo.height_px)
    return nearest(np.asarray(shown(photo), dtype=int)[place[1], place[0]])


def nearest(rgb: np.ndarray) -> str:
    known = {"red": (200, 30, 30), "green": (20, 180, 40), "white": (255, 255, 255)}
    return min(known, key=lambda name: int(np.abs(rgb - known[name]).sum()))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    came = laden(kind)
    assert CANARY.encode() in came
    photo = reencoded(came)
    require_clean(photo)
    assert (photo.width_px, photo.height_px, photo.media_type) == (64, 48, "image/jpeg")
    assert photo.digest == sha256(photo.content).digest()
    assert photo.position is None, "nobody asked for it"
    assert [colour(photo, 0.2, 0.2), colour(photo, 0.8, 0.8)] == ["green", "red"]
    assert photo == reencoded(came), "the same photo twice is the same bytes"


@pytest.mark.parametrize(
    ("orientation", "green"),
    [
        (1, (0.2, 0.2)),
        (2, (0.8, 0.2)),
        (3, (0.8, 0.8)),
        (4, (0.2, 0.8)),
        (5, (0.2, 0.2)),
        (6, (0.8, 0.2)),
        (7, (0.8, 0.8)),
        (8, (0.2, 0.8)),
        (99, (0.2, 0.2)),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_it_stands_upright(kind: str, orientation: int, green: tuple[float, float]) -> None:
    photo = reencoded(encoded(picture(), kind, exif=exif(orientation)))
    assert (photo.width_px > photo.height_px) is (orientation not in {5, 6, 7, 8})
    corners = {(x, y): colour(photo, x, y) for x in (0.2, 0.8) for y in (0.2, 0.8)}
    assert [place for place, found in corners.items() if found == "green"] == [green]
    require_clean(photo)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "WEBP")],
)
def test_every_mode_becomes_rgb(mode: str, kind: str) -> None:
    photo = reencoded(encoded(picture(mode), kind))
    require_clean(photo)
    if mode in {"CMYK", "P", "RGBA"}:
        assert [colour(photo, 0.2, 0.2), colour(photo, 0.8, 0.8)] == ["green", "red"]


def test_sixteen_bits_keep_their_greys() -> None:
    steps = np.tile(np.linspace(0, 65_535, 64).astype(np.uint16), (48, 1))
    row = np.asarray(shown(reencoded(encoded(Image.fromarray(steps), "PNG"))))[24, :, 0].astype(int)
    assert np.abs(row - np.linspace(0, 255, 64)).max() < 6


def test_what_is_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (64, 48), (20, 180, 40, 0))
    palette = picture().quantize(4)
    palette.info["transparency"] = palette.getpixel((2, 2))
    for came in (encoded(clear, "PNG"), encoded(clear, "WEBP", lossless=True), encoded(palette, "PNG")):
        assert colour(reencoded(came), 0.2, 0.2) == "white"
    assert colour(reencoded(encoded(palette, "PNG")), 0.8, 0.8) == "red"


def test_a_large_photo_is_made_small_and_keeps_its_shape() -> None:
    photo = reencoded(encoded(picture(size=(5000, 1000))))
    assert (photo.width_px, photo.height_px) == (2048, 410)
    require_clean(photo)


def test_a_colour_profile_is_applied_and_left_behind() -> None:
    crossed = profile().replace(b"rXYZ", b"_XYZ").replace(b"gXYZ", b"rXYZ").replace(b"_XYZ", b"gXYZ")
    photo = reencoded(encoded(picture(), icc_profile=crossed))
    assert [colour(photo, 0.2, 0.2), colour(photo, 0.8, 0.8)] == ["red", "green"]
    require_clean(photo)


def test_a_colour_profile_that_cannot_be_read_counts_as_none() -> None:
    assert reencoded(encoded(picture(), icc_profile=b"no profile")) == reencoded(encoded(picture()))
    assert reencoded(encoded(picture("L"), icc_profile=profile())) == reencoded(encoded(picture("L")))


def test_exif_that_cannot_be_read_is_no_reason_to_refuse() -> None:
    photo = reencoded(encoded(picture(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), read_position=True)
    assert photo.position is None
    require_clean(photo)


@pytest.mark.parametrize(
    "came",
    [
        b"",
        b"GIF89a" + zipped(),
        encoded(picture("P"), "GIF"),
        encoded(picture(), "TIFF"),
        encoded(picture(), "BMP"),
        encoded(picture(), "AVIF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        b"<!doctype html><script>1</script>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0",
        zipped(),
        zipped() + encoded(picture()),
    ],
)
def test_other_formats_are_refused_whatever_they_are_called(came: bytes) -> None:
    with pytest.raises(PhotoRefused, match="no JPEG, PNG or WebP") as refused:
        reencoded(came)
    assert (refused.value.field, refused.value.value) == ("photo", None)
    assert refused.value.remedy


@pytest.mark.parametrize("kind", KINDS)
def test_what_hides_behind_a_picture_is_left_behind(kind: str) -> None:
    came = encoded(picture(), kind) + zipped() + b"<script>alert(1)</script>" + CANARY.encode()
    photo = reencoded(came)
    require_clean(photo)
    assert photo == reencoded(encoded(picture(), kind))
    assert b"PK\x03\x04" not in photo.content


def test_a_preview_behind_a_phones_photo_is_no_animation() -> None:
    came = encoded(picture(), "MPO", save_all=True, append_images=[picture(size=(32, 24))])
    photo = reencoded(came)
    assert (photo.width_px, photo.height_px) == (64, 48)
    require_clean(photo)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_animations_are_refused(kind: str) -> None:
    came = encoded(picture(), kind, save_all=True, append_images=[picture().rotate(180)], duration=100)
    with pytest.raises(PhotoRefused, match="animated"):
        reencoded(came)


def test_limits_hold_before_anything_is_decoded() -> None:
    with pytest.raises(PhotoRefused, match="10,485,761 bytes, more than 10,485,760") as refused:
        reencoded(b"\xff\xd8\xff" + b"\0" * (LIMITS.size_bytes - 2))
    assert refused.value.value == LIMITS.size_bytes + 1
    with pytest.raises(PhotoRefused, match="more than 3,000 pixels"):
        reencoded(encoded(picture()), limits=PhotoLimits(pixels=3_000))
    with pytest.raises(PhotoRefused, match="2100 × 100 pixels, longer than 20 times"):
        reencoded(encoded(picture(size=(2100, 100))))


@pytest.mark.parametrize(
    "came",
    [
        png(6_400, 6_400, rows=b"\0" * 5_126_400),
        png(100_000, 100_000, rows=b"\0" * 1000),
        png(2**31 - 1, 2**31 - 1, rows=b""),
        encoded(Image.new("L", (16_000, 2_600)), optimize=True),
        encoded(Image.new("L", (16_000, 2_600)), "WEBP", lossless=True, method=0),
    ],
)
def test_a_small_file_of_many_pixels_is_refused(came: bytes) -> None:
    assert len(came) < 400_000
    with pytest.raises(PhotoRefused, match="more than 40,000,000 pixels"):
        reencoded(came)


def test_a_file_of_endless_pieces_is_refused() -> None:
    assert reencoded(made_photos.extra_scans(MOST_SCANS - 10))
    with pytest.raises(PhotoRefused, match="JPEG is cut into more pieces"):
        reencoded(made_photos.extra_scans(MOST_SCANS))
    plain = encoded(picture())
    with pytest.raises(PhotoRefused, match="JPEG is cut into more pieces"):
        reencoded(plain[:2] + b"\xff\xfe\0\2" * 1_001 + plain[2:])
    with pytest.raises(PhotoRefused, match="PNG is cut into more pieces"):
        reencoded(encoded(picture(), "PNG")[:33] + chunk(b"IDAT", b"") * MOST_CHUNKS)


def test_text_that_swells_is_refused() -> None:
    came = encoded(picture(), "PNG")
    swelling = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    with pytest.raises(PhotoRefused, match="damaged"):
        reencoded(came[:33] + swelling + came[33:])


def test_printing_does_not_make_photos_less_strict() -> None:
    """What draws pages for print tells the image library to put up with pictures that are cut off."""
    assert pdf("<p>x").startswith(b"%PDF")
    test_text_that_swells_is_refused()
    test_a_photo_cut_off_anywhere_is_refused("PNG")


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_cut_off_anywhere_is_refused(kind: str) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    came = encoded(Image.fromarray(noise), kind, quality=90, exif=exif())
    cuts = [*range(0, len(came), 97), len(came) - 1, len(came) - 2]
    assert len(cuts) > 20
    for cut in cuts:
        with pytest.raises(PhotoRefused) as refused:
            reencoded(came[:cut])
        assert refused.value.field == "photo"
