"""The position a camera wrote into a photo: a proposal to its sender, never more.

Exif 3.0 (CIPA DC-008), 4.6.6: latitude and longitude as three rationals with a letter, and the geodetic datum in words;
without words it is WGS 84. Phones sold in China may write GCJ-02 numbers and say nothing, 420–500 m beside the place,
so nobody but the sender can say whether the position is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.errors import PositionError
from geo.positions import Datum, LonLat

_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _STATUS, _DATUM = 1, 2, 3, 4, 9, 18
_DATUMS = {
    "": Datum.WGS84,
    "WGS84": Datum.WGS84,
    "WGS1984": Datum.WGS84,
    "CGCS2000": Datum.CGCS2000,
    "GCJ02": Datum.GCJ02,
    "BD09": Datum.BD09,
}


@dataclass(frozen=True, slots=True)
class PhotoPosition:
    """Where the camera says it was, in the datum it names (WGS 84 when it names none); see the module for its worth."""

    position: LonLat
    datum: Datum


def photo_position(gps: Mapping[int, Any]) -> PhotoPosition | None:
    """The position in a photo's GPS tags; None where there is none, it is void, or its datum is not known here."""
    if _word(gps.get(_STATUS)) == "V":
        return None
    datum = _DATUMS.get(_word(gps.get(_DATUM)))
    try:
        lon = _degrees(gps[_LONGITUDE], _word(gps[_LONGITUDE_REF]), positive="E", negative="W")
        lat = _degrees(gps[_LATITUDE], _word(gps[_LATITUDE_REF]), positive="N", negative="S")
        position = LonLat.checked(lon, lat)
    except (KeyError, TypeError, ValueError, ArithmeticError, PositionError):
        return None
    # A camera without a fix writes zeros.
    return None if datum is None or position == LonLat(0, 0) else PhotoPosition(position, datum)


def _degrees(parts: Any, ref: str, *, positive: str, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    if ref not in {positive, negative} or not (degrees >= 0 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError
    whole = degrees + minutes / 60 + seconds / 3600
    return whole if ref == positive else -whole


def _word(tag: Any) -> str:
    """Letters and digits of a tag, in capitals: cameras write "WGS-84", "WGS 84" and trailing zeros."""
    text = tag.decode("ascii", "ignore") if isinstance(tag, bytes) else str(tag or "")
    return "".join(letter for letter in text.upper() if letter.isalnum())
