"""Maps for paper: areas in plain fills on a frame in millimetres, names where they find room, a scale bar.

A frame is a plane: degrees of longitude are shrunk as in its middle, which over a district is truer than paper shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, log10, radians

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.positions import Bounds, Geometries, LonLat

METRES_PER_DEGREE = 111_319.49
#: Of the frame's size, left free around what is drawn; more where the neighbours are to be seen.
MARGIN, WIDE_MARGIN = 0.04, 0.2
#: A scale bar is this much of the frame's width, or shorter.
BAR_SHARE = 0.22
#: Width of an East Asian character and of another one, in heights of the type.
WIDE, NARROW = 1.0, 0.56


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of paper (millimetres) and the ground it shows; `scale` is metres of ground for a millimetre."""

    width: float
    height: float
    west: float
    north: float
    scale: float
    shrink: float

    @classmethod
    def around(cls, bounds: Bounds, width: float, height: float, *, margin: float = MARGIN) -> Frame:
        """The frame that shows bounds (degrees), in its middle and as large as it can be."""
        middle_lon, middle_lat = (bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2
        shrink = cos(radians(middle_lat))
        wide = max((bounds.east - bounds.west) * METRES_PER_DEGREE * shrink, 1.0)
        high = max((bounds.north - bounds.south) * METRES_PER_DEGREE, 1.0)
        scale = max(wide / width, high / height) / (1 - 2 * margin)
        west = middle_lon - width / 2 * scale / METRES_PER_DEGREE / shrink
        return cls(width, height, west, middle_lat + height / 2 * scale / METRES_PER_DEGREE, scale, shrink)

    @property
    def degrees_per_mm(self) -> float:
        """Degrees of latitude for a millimetre."""
        return self.scale / METRES_PER_DEGREE

    def on_paper(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 2) of lon, lat as millimetres from the upper left corner."""
        x = (points[:, 0] - self.west) * METRES_PER_DEGREE * self.shrink / self.scale
        y = (self.north - points[:, 1]) * METRES_PER_DEGREE / self.scale
        return np.column_stack([x, y])

    def place(self, at: LonLat) -> tuple[float, float]:
        """One position in millimetres."""
        [[x, y]] = self.on_paper(np.array([at])).tolist()
        return round(x, 2), round(y, 2)


@dataclass(frozen=True, slots=True)
class Shape:
    """The outlines of one or more areas as the data of an SVG path, and the class it is styled by."""

    path: str
    style: str
    fill: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A name with its middle and the height of its type, in millimetres."""

    text: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A round length and how long it is on paper."""

    text: str
    length: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map to be put on paper: what is drawn first lies below."""

    frame: Frame
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...] = ()
    pin: tuple[float, float] | None = None

    @property
    def bar(self) -> ScaleBar:
        """The scale bar of the frame."""
        return scale_bar(self.frame)


def shape(frame: Frame, polygons: Iterable[BaseGeometry], style: str, fill: str | None = None) -> Shape:
    """Polygons as one path."""
    return Shape(path_of(frame, polygons), style, fill)


def path_of(frame: Frame, polygons: Iterable[BaseGeometry]) -> str:
    """The data of an SVG path with every ring of the polygons, a hundredth of a millimetre exact."""
    rings = shapely.get_rings(shapely.get_parts(np.array(list(polygons), dtype=object)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return ""
    texts = [f"{x:g},{y:g}" for x, y in np.round(frame.on_paper(points), 2).tolist()]
    ends = np.flatnonzero(np.diff(ring, append=ring[-1] + 1)) + 1
    return "".join(f"M{'L'.join(texts[first:last])}Z" for first, last in pairwise([0, *ends.tolist()]))


def labels(frame: Frame, named: Sequence[tuple[str, LonLat]], polygons: Geometries, size: float) -> tuple[Label, ...]:
    """The names that find room: those of the widest areas first, none over another, none wider than its area."""
    if not named:
        return ()
    west, _, east, _ = shapely.bounds(polygons).T
    rooms = ((east - west) * METRES_PER_DEGREE * frame.shrink / frame.scale).tolist()
    boxes: list[tuple[float, float, float, float]] = []
    placed = []
    for at in sorted(range(len(named)), key=lambda row: (-rooms[row], row)):
        text, where = named[at]
        x, y = frame.place(where)
        half, tall = width_of(text) * size / 2, size * 0.7
        box = (x - half, y - tall, x + half, y + tall)
        if 2 * half <= rooms[at] and not any(_overlap(box, other) for other in boxes):
            boxes.append(box)
            placed.append(Label(text, x, y, size))
    return tuple(placed)


def width_of(text: str) -> float:
    """How wide a text is set, in heights of its type."""
    return sum(WIDE if ord(letter) > 0x2E7F else NARROW for letter in text)


def scale_bar(frame: Frame) -> ScaleBar:
    """The longest bar of 1, 2 or 5 times a power of ten metres that is no longer than its share of the frame."""
    most = frame.width * BAR_SHARE * frame.scale
    power = 10 ** floor(log10(most))
    metres = max(step * power for step in (1, 2, 5) if step * power <= most)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    return ScaleBar(text, round(metres / frame.scale, 2))


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
