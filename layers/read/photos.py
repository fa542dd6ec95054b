"""Photos from outside, made anew: what is kept is a JPEG of our own, and nothing of the file that came.

    bytes ──► size, first bytes, container ──► header: pixels, aspect ──► decode ──► turn, shrink, to sRGB ──► JPEG

A decoder cannot be stopped midway, so what bounds its time and memory is looked at before it starts: bytes, pixels by
the header, scans of a JPEG. The worst photo within the limits takes about two seconds and 700 MB, a WebP the most.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageFile

from layers.read.photos_containers import Container, Overfull, container_of, is_whole
from layers.read.photos_positions import PhotoPosition, photo_position
from layers.refusals import Refusal

MEDIA_TYPE = "image/jpeg"
RETAKE = "Send the photo again as the camera wrote it, or save it anew as JPEG."

_ORIENTATION, _GPS_TAGS = 0x0112, 0x8825
#: What brings a picture upright, by the camera's orientation; 1 is upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


class PhotoRefused(Refusal):
    """The file is no photo, a damaged one, or one that is built to do harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLimits:
    """What is taken in, and, as its long side and JPEG quality, what is kept."""

    size_bytes: int = 10 * 1024**2
    pixels: int = 40_000_000
    aspect: int = 20
    longest_px: int = 2048
    quality: int = 85


LIMITS = PhotoLimits()
# The decoder's own wall behind ours: it refuses from twice this number on.
Image.MAX_IMAGE_PIXELS = LIMITS.pixels
# What the decoder thinks of a stranger's file is no matter for the service's error output.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept: upright, sRGB, baseline JPEG without any metadata; `digest` is its SHA-256."""

    content: bytes
    width_px: int
    height_px: int
    digest: bytes
    position: PhotoPosition | None
    media_type: str = MEDIA_TYPE


def reencoded(content: bytes, *, limits: PhotoLimits = LIMITS, read_position: bool = False) -> Photo:
    """Decode a JPEG, PNG or WebP, known by its first bytes, and encode the picture anew.

    Transparent parts become white; Exif that cannot be read counts as none. The camera's position is looked at only
    with `read_position`: a proposal for the sender to confirm (`layers.read.photos_positions` says why).

    Raises:
        PhotoRefused: another format, cut off, damaged, animated, or beyond a limit.
    """
    container = _harmless_container(content, limits)
    # A setting of the whole process: what draws pages for print switches it on when it is loaded, and then text that
    # swells and pictures that are cut off would pass.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(content), formats=[container]) as image:
            _require_harmless(image, container, limits)
            exif = _exif(image)
            kept = _kept(image, exif.get(_ORIENTATION), limits)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(limits) from error
    except Exception as error:  # whatever a decoder stumbles over, the fault is the file's
        raise _damaged() from error
    encoded = BytesIO()
    kept.save(encoded, "JPEG", quality=limits.quality)
    made = encoded.getvalue()
    position = photo_position(exif.get(_GPS_TAGS, {})) if read_position else None
    return Photo(made, kept.width, kept.height, sha256(made).digest(), position)


def _harmless_container(content: bytes, limits: PhotoLimits) -> Container:
    if len(content) > limits.size_bytes:
        raise _refused(
            f"The photo has {len(content):,} bytes, more than {limits.size_bytes:,}.",
            value=len(content),
            remedy="Send it in a lower resolution.",
        )
    container = container_of(content)
    if container is None:
        raise _refused("The file is no JPEG, PNG or WebP.", remedy="Send the photo in one of these formats.")
    try:
        whole = is_whole(content, container)
    except Overfull as error:
        raise _refused(f"The {container} is cut into more pieces than any camera writes.") from error
    if not whole:
        raise _damaged()
    return container


def _require_harmless(image: Image.Image, container: Container, limits: PhotoLimits) -> None:
    """Refuse by the header alone; nothing is decoded yet."""
    width_px, height_px = image.size
    if width_px * height_px > limits.pixels:
        raise _too_many_pixels(limits)
    if max(image.size) > limits.aspect * min(image.size):
        raise _refused(
            f"The photo is {width_px} × {height_px} pixels, longer than {limits.aspect} times its width.",
            value=f"{width_px}x{height_px}",
            remedy="Cut it to what is to be seen.",
        )
    # A JPEG may carry a second picture, a preview or a depth map: the first one counts.
    if container is not Container.JPEG and getattr(image, "is_animated", False):
        raise _refused("The photo is animated.", remedy="Send one still picture.")


def _exif(image: Image.Image) -> Mapping[int, Any]:
    """Orientation and GPS tags, each only where it can be read: damaged Exif is no reason to refuse a good picture."""
    found: dict[int, Any] = {}
    try:
        exif = image.getexif()
        found[_ORIENTATION] = exif.get(_ORIENTATION)
        found[_GPS_TAGS] = dict(exif.get_ifd(_GPS_TAGS))
    except Exception:  # noqa: BLE001 - a decoder may stumble over anything; what was read until then counts
        return found
    return found


def _kept(image: Image.Image, orientation: object, limits: PhotoLimits) -> Image.Image:
    """The picture upright, within the size that is kept, in sRGB; a new image that knows nothing of the file."""
    profile = image.info.get("icc_profile")
    target = (limits.longest_px, limits.longest_px)
    image.draft(None, target)
    plain = _plain(image)
    plain.thumbnail(target, reducing_gap=2.0)
    coloured = _to_srgb(_on_white(plain), profile)
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    upright = coloured if turn is None else coloured.transpose(turn)
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    return clean


def _plain(image: Image.Image) -> Image.Image:
    """The picture in 8 bits a channel and without a palette: L, RGB, RGBA or CMYK."""
    image.load()
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in {"RGBA", "CMYK"} or (image.mode in {"L", "RGB"} and not image.has_transparency_data):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """By the file's colour profile where that can be used, else as if it had none."""
    if isinstance(profile, bytes):
        try:
            found = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, found, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            turned = None
        if turned is not None:
            return turned
    return image.convert("RGB")


def _too_many_pixels(limits: PhotoLimits) -> PhotoRefused:
    return _refused(f"The photo has more than {limits.pixels:,} pixels.", remedy="Send it in a lower resolution.")


def _damaged() -> PhotoRefused:
    return _refused("The photo is damaged or cut off.")


def _refused(message: str, *, value: object = None, remedy: str = RETAKE) -> PhotoRefused:
    return PhotoRefused(message, field="photo", value=value, remedy=remedy)
