"""Limits as tables of kinds write them: one for a clock, and others that hold only under a condition.

`5工作日（种植季节15工作日）` states 5 working days, and 15 in planting season. What a kind keeps of it for the clock
`handle` is {"handle": "5 working_days", "handle:种植季节": "15 working_days"}: a limit under a condition is told and
never applied by itself, because whether the condition is met a person says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from layers.calendars.limits import BadLimit, read_limit

#: Between the clock and the condition.
UNDER = ":"
_BETWEEN = re.compile(r"[;,()、]")
#: A condition says a season, a period, a weather, a case; any other words in front of a number may change its meaning.
_CONDITION = re.compile(r"([一-鿿]{0,12}?(?:季节|季|期间|汛期|冰期|天气|情况|时段|路段|区域|地区))[内下]?:?")
_AMOUNT = re.compile(r"[零一二三四五六七八九十百两半几数][个天日周月时小工]")
_UNIT_ONLY = re.compile(r"[(]([一-鿿_a-z]+)[)]$")


def read_limits(clock: str, text: str, column: str = "") -> dict[str, str]:
    """What a cell states for a clock, by clock and condition; nothing for an empty cell.

    `column` is the header above it: where that ends in a unit, as in 处置时限（工作日）, a cell may be a number alone.

    Raises:
        BadLimit: anything of the text is not understood, or two limits hold at once.
    """
    found: dict[str, str] = {}
    plain = unicodedata.normalize("NFKC", text).strip()
    for piece in filter(None, (one.strip() for one in _BETWEEN.split(plain))):
        condition, limit = _piece(piece, text, _unit_above(column))
        key = f"{clock}{UNDER}{condition}" if condition else clock
        if key in found:
            raise _bad(text, "it states two limits at once")
        found[key] = limit
    if plain and not found:
        raise _bad(text, "it states none")
    return found


def written_limits(clock: str, limits: Mapping[str, str]) -> str | None:
    """What `read_limits` reads as these limits of a clock, None where there is none."""
    plain = [limits[clock]] if clock in limits else []
    under = [
        f"{key.partition(UNDER)[2]} {limit}" for key, limit in sorted(limits.items()) if key.startswith(clock + UNDER)
    ]
    return "; ".join([*plain, *under]) or None


def clock_of(key: str) -> str:
    """The clock that a kind's limit is for, with a condition or without."""
    return key.partition(UNDER)[0]


def _piece(piece: str, text: str, unit: str) -> tuple[str, str]:
    found = _CONDITION.match(piece)
    condition = None if found is None or _AMOUNT.search(found[1]) else found
    rest = piece[condition.end() :].strip() if condition else piece
    try:
        limit = str(read_limit(rest + unit if rest.replace(".", "", 1).isdecimal() else rest))
    except BadLimit as error:
        raise BadLimit(
            f"{text!r} is no limit that can be read whole.", field="limit", value=text, remedy=error.remedy
        ) from error
    return (condition[1] if condition else "", limit)


def _unit_above(column: str) -> str:
    found = _UNIT_ONLY.search(unicodedata.normalize("NFKC", column).strip())
    return found[1] if found else ""


def _bad(text: str, why: str) -> BadLimit:
    return BadLimit(
        f"{text!r} is no limit: {why}.",
        field="limit",
        value=text,
        remedy="Write one, and others with their condition: 5工作日（种植季节15工作日）.",
    )
