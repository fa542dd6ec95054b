"""Photos made for tests: with everything cameras and attackers write into them, and the marks to find it by."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from layers.read.photos import LIMITS, Photo

KINDS = ("JPEG", "PNG", "WEBP")
#: Planted in every kind of metadata; must be in no answer.
CANARY = "canary-7731"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{CANARY}</a></x:xmpmeta>'.encode()
GPS_TAGS, ORIENTATION, MAKE, NOTE = 0x8825, 0x0112, 0x010F, 0x9286
LAT, LON = (39.0, 3.0, 10.8), (121.0, 46.0, 52.32)
#: What our own JPEG is made of: JFIF header, tables, frame, scan.
OURS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Red with a green left upper quarter, so that turning shows."""
    made = Image.new("RGB", size, (200, 30, 30))
    ImageDraw.Draw(made).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=(20, 180, 40))
    return made.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture in a format."""
    made = BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def exif(
    orientation: int | None = None,
    *,
    lat: Sequence[float] = LAT,
    lon: Sequence[float] = LON,
    refs: str = "NE",
    datum: str | None = None,
    **more: Any,
) -> Image.Exif:
    """Tags as a phone writes them: maker, note, orientation and position."""
    tags = Image.Exif()
    tags[MAKE] = CANARY
    tags[NOTE] = CANARY
    if orientation is not None:
        tags[ORIENTATION] = orientation
    gps: dict[int, Any] = {1: refs[0], 2: _rationals(lat), 3: refs[1], 4: _rationals(lon)}
    if datum is not None:
        gps[18] = datum
    tags[GPS_TAGS] = gps | {int(key.removeprefix("tag_")): value for key, value in more.items()}
    return tags


def _rationals(parts: Sequence[float]) -> tuple[IFDRational, ...]:
    return tuple(IFDRational(round(part * 100), 100) for part in parts)


def laden(kind: str) -> bytes:
    """A photo with the canary in everything its format can carry."""
    if kind == "JPEG":
        return encoded(picture(), kind, exif=exif(), comment=CANARY, icc_profile=profile(), xmp=XMP)
    if kind == "WEBP":
        return encoded(picture(), kind, exif=exif(), xmp=XMP, icc_profile=profile())
    notes = PngInfo()
    notes.add_text("Comment", CANARY)
    notes.add_text("Zipped", CANARY, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return encoded(picture(), kind, exif=exif(), pnginfo=notes, icc_profile=profile())


def profile() -> bytes:
    """A colour profile."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segments(jpeg: bytes) -> list[int]:
    """The markers of a JPEG up to its scan; it must end with the scan's end."""
    found: list[int] = []
    at = 2
    while not found or found[-1] != 0xDA:
        assert jpeg[at] == 0xFF
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    assert jpeg.find(b"\xff\xd9") == len(jpeg) - 2, "something follows the picture"
    return found


def png(width_px: int, height_px: int, *, rows: bytes, color: int = 0, depth: int = 1) -> bytes:
    """A PNG of any declared size around the given rows."""
    head = struct.pack(">IIBBBBB", width_px, height_px, depth, color, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in chunks)


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def zipped(name: str = "META-INF/MANIFEST.MF") -> bytes:
    """An archive."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, CANARY * 50)
    return made.getvalue()


def extra_scans(count: int) -> bytes:
    """A progressive JPEG that passes over its picture `count` times more than it needs."""
    made = encoded(picture(), progressive=True)
    last = made[made.rfind(b"\xff\xda") : -2]
    return made[:-2] + last * count + made[-2:]


def shown(photo: Photo) -> Image.Image:
    """The picture that is kept."""
    return Image.open(BytesIO(photo.content))


def require_clean(photo: Photo) -> None:
    """Our own JPEG and nothing else."""
    assert set(segments(photo.content)) <= OURS
    assert CANARY.encode() not in photo.content
    assert not shown(photo).getexif()
    assert shown(photo).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert max(photo.width_px, photo.height_px) <= LIMITS.longest_px
    assert shown(photo).size == (photo.width_px, photo.height_px)
    assert shown(photo).mode == "RGB"
