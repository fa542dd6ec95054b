"""Working hours of a day as text: `08:00-12:00 14:00-18:00`; the end of the day is written 24:00."""

from __future__ import annotations

import re
import unicodedata
from datetime import time
from itertools import pairwise

from layers.calendars.working_time import MIDNIGHT, Hours
from layers.refusals import Refusal

_ONE = re.compile(r"(\d{1,2}):(\d\d)[-–—~至](\d{1,2}):(\d\d)")
_BETWEEN = re.compile(r"[\s,;、]+")
DAY_MIN = 24 * 60


class BadHours(Refusal):
    """Working hours that no day can have."""


def read_hours(text: str) -> Hours:
    """Working hours such as `08:30-12:00 13:30-17:30`; stretches ascend, touch nowhere, and end within the day.

    Raises:
        BadHours: they are something else.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = [_ONE.fullmatch(one) for one in _BETWEEN.split(plain)]
    minutes = [int(one[nth]) * 60 + int(one[nth + 1]) for one in found if one for nth in (1, 3)]
    odd = any(one is None or int(one[2]) > 59 or int(one[4]) > 59 for one in found)
    if odd or minutes[-1] > DAY_MIN or any(before >= after for before, after in pairwise(minutes)):
        raise BadHours(
            "The working hours cannot be read.",
            field="hours",
            value=text,
            remedy="Write them in their order, within one day: 08:00-12:00 14:00-18:00.",
        )
    clocks = [time(one // 60 % 24, one % 60) for one in minutes]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


def hours_text(hours: Hours) -> str:
    """Working hours as `read_hours` reads them."""
    return " ".join(f"{start:%H:%M}-{'24:00' if end == MIDNIGHT else f'{end:%H:%M}'}" for start, end in hours)
