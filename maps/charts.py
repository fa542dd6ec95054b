"""Lines over the steps of a period: where everything of a drawing stands, worked out on the server.

Colours, dashes and type are the style sheet's (`charts.css`); lines also differ by the shape of their marks, so that
colour carries nothing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

Values = Sequence[float | None]

#: At most so many names of steps and lines of the grid: they stay apart on a phone, where type is larger.
MOST_NAMES = 6
MOST_RUNGS = 4
#: Up to so many steps every value has its mark; up to so many every step says its values where it is pointed at.
ALL_MARKED = 14
ALL_SAID = 100


class Box(NamedTuple):
    """The size of a drawing, how far inside it the lines run, and how large their marks are."""

    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int
    mark: float
    #: Of how many values some have a mark, evenly; where there are none, only lone values and cut steps do.
    marked: int

    @property
    def wide(self) -> int:
        """How wide the lines run."""
        return self.width - self.left - self.right

    @property
    def high(self) -> int:
        """How high the lines may rise."""
        return self.height - self.top - self.bottom

    @property
    def floor(self) -> int:
        """Where zero is."""
        return self.height - self.bottom


LARGE = Box(420, 240, 50, 12, 22, 48, mark=3.2, marked=12)
SMALL = Box(210, 84, 34, 8, 8, 8, mark=2, marked=0)


class Rung(NamedTuple):
    """A line of the grid and its number."""

    y: float
    text: str


class StepName(NamedTuple):
    """What stands below a step; the year below it where it is new."""

    x: float
    text: str
    year: str


class Mark(NamedTuple):
    """The shape at one value; `hollow` where the step was cut short."""

    path: str
    hollow: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its stroke with gaps where there is no value, and its marks; `style` from 1 on."""

    style: int
    path: str
    marks: tuple[Mark, ...]


class Spot(NamedTuple):
    """The strip of a step, and what it says when pointed at."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A whole drawing."""

    box: Box
    lines: tuple[Line, ...]
    rungs: tuple[Rung, ...]
    names: tuple[StepName, ...] = ()
    spots: tuple[Spot, ...] = ()


def rungs_to(most: float) -> list[int]:
    """Whole numbers from zero to the first one that is not below `most`, in steps of 1, 2 or 5 and noughts."""
    step, factors = 1, (2, 2.5, 2)
    at = 0
    while ceil(most / step) > MOST_RUNGS:
        step, at = int(step * factors[at % 3]), at + 1
    return [step * one for one in range(max(1, ceil(most / step)) + 1)]


def every_nth(count: int, strides: Sequence[int]) -> range:
    """The places that get a name: the narrowest of the strides that leaves room."""
    fits = (one for one in strides if ceil(count / one) <= MOST_NAMES)
    return range(0, count, next(fits, ceil(count / MOST_NAMES)))


def place(box: Box, count: int, nth: int) -> float:
    """The middle of a step."""
    return round(box.left + box.wide * (nth + 0.5) / count, 1)


def rungs(box: Box, numbers: Sequence[int]) -> tuple[Rung, ...]:
    """The lines of the grid."""
    return tuple(Rung(_height(box, one, numbers[-1]), f"{one:,}") for one in numbers)


def line(box: Box, values: Values, most: float, *, style: int = 1, short: frozenset[int] = frozenset()) -> Line:
    """A figure as a line up to `most`; `short`: steps that were cut short."""
    count = len(values)
    points = [
        None if value is None else (place(box, count, nth), _height(box, value, most))
        for nth, value in enumerate(values)
    ]
    marks = [
        Mark(shape(style, *point, box.mark), nth in short)
        for nth, point in enumerate(points)
        if point is not None and (nth in short or _is_marked(points, nth, box.marked))
    ]
    return Line(style, _stroke(points), tuple(marks))


def spots(box: Box, texts: Sequence[str]) -> tuple[Spot, ...]:
    """What each step says; nothing where the strips would be too narrow to point at."""
    wide = box.wide / max(1, len(texts))
    if len(texts) > ALL_SAID:
        return ()
    return tuple(Spot(round(box.left + nth * wide, 1), round(wide, 1), text) for nth, text in enumerate(texts))


Point = tuple[float, float] | None


def _height(box: Box, value: float, most: float) -> float:
    return round(box.floor - box.high * value / most, 1)


def _stroke(points: Sequence[Point]) -> str:
    """From point to point, lifted where one is missing."""
    joined = [f"M{points[0][0]} {points[0][1]}"] if points and points[0] else []
    for before, point in pairwise(points):
        if point is not None:
            joined.append(f"{'L' if before else 'M'}{point[0]} {point[1]}")
    return "".join(joined)


def _is_marked(points: Sequence[Point], nth: int, marked: int) -> bool:
    """A lone value would not be seen otherwise; of many values some are marked, so that lines stay told apart."""
    if not any(points[at] for at in (nth - 1, nth + 1) if 0 <= at < len(points)):
        return True
    return marked > 0 and (len(points) <= ALL_MARKED or nth % ceil(len(points) / marked) == 0)


def shape(style: int, x: float, y: float, r: float) -> str:
    """A circle, a square or a triangle."""
    if style == 1:
        return f"M{x - r:.1f} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"
    if style == 2:
        return f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z"
    return f"M{x} {y - r - 1:.1f}l{r + 1} {2 * r + 1}h{-2 * r - 2}z"
