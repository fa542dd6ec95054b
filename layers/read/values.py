"""Single values of a file: codes as text, whole numbers, and what may be kept as JSON."""

from __future__ import annotations

import math

import numpy as np

from geo.grid_codes import normalise_digits


def text(value: object) -> str:
    """The value as text: codes stay codes, so 7.0 in a numeric field is '7', full-width digits become plain ones."""
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return normalise_digits(str(plain))


def whole_number(value: object) -> int | None:
    """The value as a whole number of at least 0, None for an empty one.

    Raises:
        ValueError: it is something else.
    """
    plain = _plain(value)
    if plain is None or plain == "":
        return None
    try:
        number = float(normalise_digits(plain) if isinstance(plain, str) else str(plain))
    except ValueError as error:
        raise ValueError(f"{plain!r} is no number") from error
    if not number.is_integer() or number < 0:
        raise ValueError(f"{plain!r} is no whole number of at least 0")
    return int(number)


def storable(value: object) -> str | int | float | bool | None:
    """The value as JSON can hold it; NaN and infinity are no values."""
    plain = _plain(value)
    return plain if isinstance(plain, str | int | float | bool) or plain is None else str(plain)


def _plain(value: object) -> object:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return None
    return plain
