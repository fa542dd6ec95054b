"""What spreadsheets do to codes: leading zeros go, and long numbers lose their last digits."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from layers.refusals import Refusal

#: Shorter codes may well be of different lengths, such as running numbers; those of divisions have nine and more.
LEAST_DIGITS = 9
MOST_EATEN = 3
_POWER_OF_TEN = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,3}")


class EatenZeros(Refusal):
    """Codes have lost their leading zeros in a spreadsheet."""


class Eaten(NamedTuple):
    """Codes that lost zeros: how many digits they should have, and each of them as (in the file, in full)."""

    digits: int
    pairs: tuple[tuple[str, str], ...]


def eaten_zeros(codes: Iterable[str], known: Collection[str]) -> Eaten | None:
    """The codes that would be known with their leading zeros, or have the length of the known ones.

    Without known codes the file's own lengths are compared: among codes of 12 digits one of 11 has lost a zero.
    """
    unknown = [one for one in dict.fromkeys(codes) if one.isdecimal() and one not in known]
    lengths = {len(one) for one in known} if known else {max(map(len, unknown), default=0)}
    if len(lengths) != 1 or not unknown:
        return None
    digits = lengths.pop()
    short = [one for one in unknown if digits - MOST_EATEN <= len(one) < digits]
    restored = [(one, one.zfill(digits)) for one in short if one.zfill(digits) in known]
    if not restored and digits >= LEAST_DIGITS and 2 * len(short) <= len(unknown):
        restored = [(one, one.zfill(digits)) for one in short]
    return Eaten(digits, tuple(restored)) if restored else None


def require_zeros(codes: Sequence[str], known: Collection[str], *, field: str, option: str) -> None:
    """Refuse codes that have lost leading zeros, and propose the option that restores them.

    Raises:
        EatenZeros: naming the first of them with its row.
    """
    eaten = eaten_zeros(codes, known)
    if eaten is None:
        return
    short, full = eaten.pairs[0]
    raise EatenZeros(
        f"Field {field}, row {codes.index(short) + 1}: {short} should have {eaten.digits} digits, as {full}; "
        f"{len(eaten.pairs):,} codes have lost leading zeros, as spreadsheets do.",
        field=field,
        value=short,
        remedy=f"Add --{option} {eaten.digits} to restore them.",
    )


def padded(code: str, digits: int | None) -> str:
    """The code with leading zeros up to this many digits, when it is a number at all."""
    return code.zfill(digits) if digits and code.isdecimal() else code


def lost_digits(code: str) -> bool:
    """Whether a spreadsheet has turned the code into a number like 2.10213E+14."""
    return _POWER_OF_TEN.fullmatch(code) is not None
