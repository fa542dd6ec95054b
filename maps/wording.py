"""Numbers and class ranges in words, as the browser writes them (maps/static/js/wording.js)."""

from __future__ import annotations

from math import floor

from layers.workload.metrics import Metric
from maps.breaks import ClassBreaks


def number_text(value: float | None, decimals: int = 0) -> str:
    """A number with thousands parted, no more decimals than asked for and no zeros at their end; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def range_texts(made: ClassBreaks, metric: Metric) -> list[str]:
    """The range of every class, lowest first; a metric without decimals counts in whole numbers: 1–2, 3–9."""
    whole = metric.decimals == 0
    decimals = 0 if whole else _telling(sorted(set(made.limits)), metric.decimals)
    return [_range(made, nth, whole=whole, decimals=decimals) for nth in range(made.classes)]


def _range(made: ClassBreaks, nth: int, *, whole: bool, decimals: int) -> str:
    limits, highest, is_fixed = made.limits, made.highest, made.method == "fixed"
    is_last = nth == len(limits)
    if nth == 0 and made.zero_class:
        return "0"
    if nth == 0 and is_fixed:
        return f"≤ {number_text(limits[0], decimals)}"
    if is_last and nth and (is_fixed or highest is None or highest <= limits[-1]):
        return f"{'≥' if whole else '>'} {_after(limits[-1], whole=whole, decimals=decimals)}"
    low = number_text(made.lowest, decimals) if nth == 0 else _after(limits[nth - 1], whole=whole, decimals=decimals)
    high = number_text(highest if is_last else floor(limits[nth]) if whole else limits[nth], decimals)
    if low == high:
        return high
    return f"> 0–{high}" if not whole and nth == 1 and made.zero_class else f"{low}–{high}"


def _after(limit: float, *, whole: bool, decimals: int) -> str:
    return number_text(floor(limit) + 1 if whole else limit, decimals)


def _telling(ends: list[float], decimals: int) -> int:
    """Decimals with which neighbouring limits can be told apart."""
    for more in range(decimals, decimals + 4):
        if len({f"{end:.{more}f}" for end in ends}) == len(ends):
            return more
    return decimals + 4
