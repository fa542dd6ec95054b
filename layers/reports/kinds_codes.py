"""Codes of kinds as tables write them: five digits of two lists that repeat each other, or in full.

The national lists of components and of matters number their kinds alike, 2 digits of the class and 3 of the kind; only
the letter of the range in front tells C01001 from M01001, and keeps spreadsheets from eating the zero.
"""

from __future__ import annotations

from collections.abc import Iterable

from layers.read.codes import EatenZeros
from layers.refusals import Refusal
from layers.reports.kinds_stating import RANGES

#: 2 of the class and 3 of the kind.
DIGITS, CLASS_DIGITS = 5, 2


class RangeNeeded(Refusal):
    """Codes are digits alone, and nothing says of which range."""


def range_named(text: str) -> str | None:
    """The letter of the range that a table names, by its letter or a known word."""
    wanted = text.strip().casefold()
    found = (letter for letter, words in RANGES.items() if wanted in {letter.casefold(), *words})
    return next(found, None)


def range_hinted(texts: Iterable[str]) -> str | None:
    """The letter of the range that names of columns and sheets speak of, None when of none or of several."""
    joined = " ".join(texts)
    found = {letter for letter, words in RANGES.items() if any(word in joined for word in words)}
    return found.pop() if len(found) == 1 else None


def require_digits(codes: Iterable[str], digits: int | None) -> None:
    """Refuse codes of digits alone that are shorter than the lists' own, unless a person said how long they are.

    Raises:
        EatenZeros: naming the first, with the option that restores them.
    """
    if digits is not None:
        return
    short = [one for one in codes if one.isdecimal() and len(one) < DIGITS]
    if short:
        full = short[0].zfill(DIGITS)
        raise EatenZeros(
            f"{short[0]} should have {DIGITS} digits, as {full}; {len(short):,} codes have lost leading zeros, as "
            "spreadsheets do.",
            field="code",
            value=short[0],
            remedy=f"Add --code-digits {DIGITS} to restore them, or --code-digits {len(short[0])} if they are meant.",
        )


def require_range(codes: Iterable[str], hint: str | None) -> None:
    """Refuse a table whose codes are digits alone and that has no column for their range.

    Raises:
        RangeNeeded: proposing what the table's words speak of.
    """
    bare = next((one for one in codes if one.isdecimal()), None)
    if bare is None:
        return
    offered = f"Add --range {hint}: that is what its names speak of." if hint else "Add --range C, M or L."
    raise RangeNeeded(
        f"{bare} is digits alone, and components, matters and the local range number alike.",
        field="range",
        value=bare,
        remedy=f"{offered} C: components (部件), M: matters (事项), L: the local range.",
    )


def full_code(code: str, letter: str, digits: int | None) -> str:
    """The code with its letter in front, and its zeros where a person said how many digits it has."""
    return f"{letter}{code.zfill(digits or 0)}" if code.isdecimal() else code


def class_code(code: str, stated: str) -> str | None:
    """The code of a kind's class: as stated beside it, else the first digits of its own; None when neither says."""
    letter, digits = code[0], code[1:]
    if stated.isdecimal():
        return f"{letter}{stated.zfill(CLASS_DIGITS)}"
    if stated:
        return stated
    return f"{letter}{digits[:CLASS_DIGITS]}" if digits.isdecimal() and len(digits) == DIGITS else None
