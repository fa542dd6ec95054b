"""Class breaks of a choropleth: quantile, natural (Fisher–Jenks) and fixed.

What holds for every method:

- A class is the values above the limit before it, up to and including its own limit; the last class is open upwards.
  So every number has a class, also one that was not there when the breaks were made.
- Equal values are never split over two classes.
- Fewer distinct values than classes give fewer classes. Quantile and natural never make an empty class; the classes of
  `fixed` are the reader's own and may be empty.
- None is "no data" (class `NO_DATA`) and has no say in the breaks. NaN and infinities are refused.
- Where zero is asked to be its own class and occurs, it is the first class, and the others are made of what is left.

    limits      2      5          classes of (1, 2, 2, 5, 7)
     ───────────┤──────┤──────    0, 0, 0, 1, 2
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maps.natural import natural_limits
from maps.refusals import UnusableClasses

Method = Literal["quantile", "natural", "fixed"]
METHODS: tuple[Method, ...] = ("quantile", "natural", "fixed")

NO_DATA = -1
#: More classes than this cannot be told apart on a map.
MAX_CLASSES = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ClassBreaks:
    """The limits between the classes: `limits` has one number fewer than there are classes, ascending.

    `lowest` and `highest` are the ends of the numbers the breaks were made of (None: there were none); `zero_class`
    says that the first class is zero alone.
    """

    method: Method
    limits: tuple[float, ...]
    lowest: float | None
    highest: float | None
    zero_class: bool = False

    @property
    def classes(self) -> int:
        """How many classes there are: none where there was no number to class."""
        return 0 if self.lowest is None and not self.limits else len(self.limits) + 1


def quantile(values: Iterable[float | None], classes: int, *, zero_class: bool = False) -> ClassBreaks:
    """Classes of (nearly) equal numbers of areas.

    Each class in turn takes whole values until it holds what comes nearest to its even share of those that are left,
    so that many equal values swallow one class and not all of them.
    """
    return _made("quantile", values, classes, zero_class=zero_class)


def natural(values: Iterable[float | None], classes: int, *, zero_class: bool = False) -> ClassBreaks:
    """Natural breaks: the classes with the least sum of squared deviations from their means (Fisher 1958, Jenks 1977).

    Exact; of several equally good divisions the one whose classes start lowest.
    """
    return _made("natural", values, classes, zero_class=zero_class)


def fixed(values: Iterable[float | None], limits: Sequence[float]) -> ClassBreaks:
    """The reader's own limits, ascending; `values` only tell the ends of the scale."""
    given = tuple(float(limit) for limit in limits)
    if not given or not np.isfinite(given).all() or any(b <= a for a, b in pairwise(given)):
        raise UnusableClasses(
            "Fixed class limits must be numbers, each above the one before.",
            field="limits",
            value=list(given),
            remedy="Give them ascending, for example 1,5,10.",
        )
    _check_number(len(given) + 1)
    known = _numbers(values)
    lowest, highest = _ends(known)
    return ClassBreaks("fixed", given, lowest, highest, zero_class=given[0] == 0 and not (known < 0).any())


def breaks(
    values: Iterable[float | None],
    method: Method,
    *,
    classes: int = 5,
    limits: Sequence[float] = (),
    zero_class: bool = False,
) -> ClassBreaks:
    """Breaks by the name of their method; `limits` only for `fixed`, `classes` and `zero_class` for the others."""
    if method not in METHODS:
        raise UnusableClasses(
            f"There is no way of classing called {method!r}.",
            field="method",
            value=method,
            remedy=f"Use one of: {', '.join(METHODS)}.",
        )
    if method == "fixed":
        return fixed(values, limits)
    return _made(method, values, classes, zero_class=zero_class)


def classify(values: Iterable[float | None], made: ClassBreaks) -> list[int]:
    """The class of every value, counted from 0; `NO_DATA` for None. NaN and infinities are refused."""
    given = list(values)
    _numbers(given)
    return [NO_DATA if value is None else bisect_left(made.limits, value) for value in given]


def class_counts(indices: Iterable[int], made: ClassBreaks) -> tuple[list[int], int]:
    """How many areas each class holds, and how many have no data."""
    found = np.array(list(indices), dtype=np.int64)
    counted = np.bincount(found[found >= 0], minlength=made.classes)
    return [int(count) for count in counted], int((found == NO_DATA).sum())


def _made(method: Method, values: Iterable[float | None], classes: int, *, zero_class: bool) -> ClassBreaks:
    known = _numbers(values)
    _check_number(classes)
    if zero_class and (known < 0).any():
        raise UnusableClasses(
            "Zero can be a class of its own only where nothing is negative.",
            field="zero_class",
            value=float(known.min()),
            remedy="Leave zero_class out.",
        )
    lowest, highest = _ends(known)
    with_zero = zero_class and bool((known == 0).any())
    rest, counts = np.unique(known[known != 0] if with_zero else known, return_counts=True)
    limits = (_quantile_limits if method == "quantile" else natural_limits)(rest, counts, classes)
    return ClassBreaks(
        method, ((0.0, *limits) if rest.size else ()) if with_zero else limits, lowest, highest, with_zero
    )


def _quantile_limits(distinct: Floats, counts: NDArray[np.int64], classes: int) -> tuple[float, ...]:
    """Limits over distinct ascending values, of which value i occurs counts[i] times."""
    held = np.cumsum(counts)
    limits: list[float] = []
    first, taken = 0, 0
    for left in range(min(classes, distinct.size), 1, -1):
        share = taken + (held[-1] - taken) / left
        # The classes that follow need a value each, so this one stops before it would eat theirs.
        within = held[first : distinct.size - left + 1]
        last = first + int(np.argmin(np.abs(within - share)))
        limits.append(float(distinct[last]))
        first, taken = last + 1, int(held[last])
    return tuple(limits)


def _numbers(values: Iterable[float | None]) -> Floats:
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not np.isfinite(known).all():
        raise UnusableClasses(
            "A figure is not a finite number.",
            field="values",
            value=float(known[~np.isfinite(known)][0]),
            remedy="Give None where there is no figure.",
        )
    return known


def _ends(known: Floats) -> tuple[float | None, float | None]:
    return (float(known.min()), float(known.max())) if known.size else (None, None)


def _check_number(classes: int) -> None:
    if not 1 <= classes <= MAX_CLASSES:
        raise UnusableClasses(
            f"A map can show 1 to {MAX_CLASSES} classes, not {classes}.",
            field="classes",
            value=classes,
            remedy="Ask for 5.",
        )
