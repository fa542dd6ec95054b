"""What surrounds the picture in an image file, walked through before a decoder sees it.

    JPEG  FF D8 │ marker, length, content │ … │ scan │ … │ FF D9 │ whatever follows is not read
    PNG   89 "PNG" … │ length, type, content, check │ … │ IEND │ whatever follows is not read
    WebP  "RIFF" size "WEBP" │ chunks, in all as many bytes as the size says

A limit on pixels does not bound the time of a JPEG: a scan of a few bytes passes over all of them, and a file may have
a million scans. So scans are counted, and the pieces of the other containers too.
"""

from __future__ import annotations

import re
from enum import StrEnum

#: Cameras and editors write 1 to 14.
MOST_SCANS = 20
#: A colour profile may fill 255 segments, an extended description some hundred.
MOST_SEGMENTS = 1_000
#: A picture of the largest size in the pieces that common encoders write has about 1,300.
MOST_CHUNKS = 50_000

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
#: A marker that brings a length, or ends the image; not stuffing, restarts (D0 to D7) and 01, which bring none.
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]")


class Container(StrEnum):
    """The formats that are read; the values are the decoder's own names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"


class Overfull(Exception):  # noqa: N818 - a word for the file, not for the program
    """The container holds far more pieces than any camera writes."""


def container_of(content: bytes) -> Container | None:
    """The format by its first bytes; names and declared types are worth nothing."""
    if content.startswith(b"\xff\xd8\xff"):
        return Container.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Container.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Container.WEBP
    return None


def is_whole(content: bytes, container: Container) -> bool:
    """Whether the container reaches its end.

    Raises:
        Overfull: it holds so many pieces that reading them is an attack.
    """
    if container is Container.JPEG:
        return _is_whole_jpeg(content)
    if container is Container.PNG:
        return _is_whole_png(content)
    return len(content) >= int.from_bytes(content[4:8], "little") + 8


def _is_whole_jpeg(content: bytes) -> bool:
    at, segments, scans = 2, 0, 0
    while found := _MARKER.search(content, at):
        at = found.end()
        marker = content[at - 1]
        if marker == _END_OF_IMAGE:
            return True
        segments += 1
        scans += marker == _START_OF_SCAN
        if scans > MOST_SCANS or segments > MOST_SEGMENTS:
            raise Overfull
        at += max(int.from_bytes(content[at : at + 2], "big"), 2)
    return False


def _is_whole_png(content: bytes) -> bool:
    at = 8
    for _ in range(MOST_CHUNKS):
        kind = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if at > len(content):
            return False
        if kind == b"IEND":
            return True
    raise Overfull
