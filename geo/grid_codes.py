"""The 15-digit code of a grid (单元网格): 6 county + 3 street + 3 community + 3 sequence.

    210213 001 002 007
    county street community sequence

Inside a community grids are numbered west to east, then north to south; a code is never given twice. A grid made by
merging communities takes a community part from 601 up. Source: GB/T 30428 and its successor, as summarised in public.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.errors import CodeError
from geo.positions import Floats

CODE_DIGITS = 15
COMMUNITY_DIGITS = 12
LAST_SEQUENCE = 999
FIRST_MERGED_COMMUNITY = 601

_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_DIGITS = re.compile(r"[0-9]+")


class GridCode(NamedTuple):
    """A grid code in its parts, each text with its leading zeros."""

    county: str
    street: str
    community: str
    sequence: str

    def __str__(self) -> str:
        return "".join(self)

    @property
    def street_code(self) -> str:
        """The 9 digits of the street."""
        return self.county + self.street

    @property
    def community_code(self) -> str:
        """The 12 digits of the community."""
        return self.county + self.street + self.community

    @property
    def spans_merged_communities(self) -> bool:
        """Whether the grid was made by merging communities."""
        return int(self.community) >= FIRST_MERGED_COMMUNITY


def normalise_digits(text: str) -> str:
    """The text without surrounding blanks, full-width digits (全角) as plain ones."""
    return text.strip().translate(_FULL_WIDTH)


def parse(text: str) -> GridCode:
    """Split a grid code into its parts; raises `CodeError` that says what is wrong with it."""
    code = _digits(text, CODE_DIGITS, "grid code")
    parts = GridCode(code[:6], code[6:9], code[9:12], code[12:])
    if parts.sequence == "000":
        raise CodeError(f"grid code is {text!r}: the sequence (last three digits) runs from 001 to 999")
    return parts


def code_of(community_code: str, sequence: int) -> str:
    """The grid code with this sequence in a community of 12 digits; raises `CodeError` outside 1 to 999."""
    community = _digits(community_code, COMMUNITY_DIGITS, "community code")
    if not 1 <= sequence <= LAST_SEQUENCE:
        raise CodeError(f"sequence is {sequence}: a community has the sequences 1 to {LAST_SEQUENCE}; split it")
    return f"{community}{sequence:03d}"


def next_code(community_code: str, ever_used: Iterable[str]) -> str:
    """The code after the highest that this community ever had.

    `ever_used` holds every grid code that was ever given, in force or retired, of this community or others. Free
    numbers between used ones are not taken: they may have been given and lost.
    """
    community = _digits(community_code, COMMUNITY_DIGITS, "community code")
    sequences = [int(used.sequence) for used in map(parse, ever_used) if used.community_code == community]
    return code_of(community, max(sequences, default=0) + 1)


def number_west_to_east(lon: Floats, lat: Floats, *, bands: int | None = None) -> NDArray[np.int64]:
    """Number the n points of one community from 1, as one reads a page.

        north  1  2  3
               4  5
        south  6  7  8

    The points' extent in latitude is cut into `bands` of equal height (default: the square root of n, rounded);
    a point on a cut belongs to the northern band. Bands go north to south, inside one points go west to east; equal
    longitudes go north to south, then in the order given.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise CodeError("a point to number is not finite: give every grid a label point")
    if not len(lon):
        return np.empty(0, np.int64)
    count = bands or max(1, round(len(lon) ** 0.5))
    height_deg = (lat.max() - lat.min()) / count
    band = np.ceil((lat.max() - lat) / height_deg) - 1 if height_deg > 0 else np.zeros(len(lon))
    order = np.lexsort((-lat, lon, np.clip(band, 0, count - 1)))
    numbers = np.empty(len(lon), np.int64)
    numbers[order] = np.arange(1, len(lon) + 1)
    return numbers


def _digits(text: str, count: int, field: str) -> str:
    code = normalise_digits(text)
    if not code:
        raise CodeError(f"{field} is empty: give {count} digits")
    if not _DIGITS.fullmatch(code):
        raise CodeError(f"{field} is {text!r}: it may hold digits only ({count} of them)")
    if len(code) != count:
        raise CodeError(f"{field} is {text!r}: it has {len(code)} digits instead of {count}; are leading zeros lost?")
    return code
