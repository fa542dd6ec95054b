"""What is counted in the cells of a coverage, and what is measured of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
from math import pi

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Plane
from geo.redraw import Coverage
from layers.plans.records import COUNTED

_HOUSEHOLDS, _YEAR = COUNTED.index("households"), COUNTED.index("reports_year")


class Counts:
    """Counts by cell of a coverage; cells nobody counted in hold nothing."""

    def __init__(self, coverage: Coverage, plane: Plane) -> None:
        self._coverage, self._plane = coverage, plane
        self._by_code: dict[str, np.ndarray] = {}
        self._middles: dict[str, BaseGeometry] = {}
        self._walked_m: defaultdict[str, float] = defaultdict(float)

    def add(self, code: str, counts: tuple[int, ...], place: BaseGeometry) -> None:
        """Count something at a place of the plane in a cell."""
        self._by_code[code] = self._by_code.get(code, np.zeros(len(COUNTED), dtype=int)) + counts
        # What lies a hair outside of every cell is told of a code that may be gone.
        if counts[_YEAR] and code in self._coverage:
            self._walked_m[code] += shapely.distance(self._middle(code), place) * counts[_YEAR]

    def sum_of(self, codes: Collection[str]) -> dict[str, int]:
        """What is counted in several cells."""
        total = sum((self._by_code[one] for one in codes if one in self._by_code), np.zeros(len(COUNTED), dtype=int))
        return {name: int(n) for name, n in zip(COUNTED, total, strict=True)}

    def walk_m(self, codes: Collection[str]) -> float:
        """From the middles of these cells to the reports of the year in them, on average; 0 without any."""
        reports = sum(int(self._by_code[code][_YEAR]) for code in codes if code in self._by_code)
        return sum(self._walked_m[code] for code in codes) / reports if reports else 0.0

    def of(self, code: str) -> dict[str, float]:
        """Everything the sheet tells of one cell, by the names of `records.MEASURES`."""
        counted = self._by_code.get(code, np.zeros(len(COUNTED), dtype=int))
        shape = self._flat(code)
        mean = self._mean_households[self._coverage[code].parent]
        round_share = 4 * pi * shape.area / shape.length**2
        in_circle = shape.area / (pi * float(shapely.minimum_bounding_radius(shape)) ** 2)
        told: dict[str, float] = {name: int(n) for name, n in zip(COUNTED, counted, strict=True)}
        return told | {
            "walk_m": round(self.walk_m([code])),
            "deviation": round(counted[_HOUSEHOLDS] / mean - 1, 4) if mean else 0.0,
            "area_m2": round(shape.area, 1),
            "compactness": round(round_share, 3),
            "reock": round(in_circle, 3),
            "parts": int(shapely.get_num_geometries(shape)),
        }

    @cached_property
    def _mean_households(self) -> dict[str, float]:
        """The mean of the cells of each community; 0 where nobody lives."""
        held = defaultdict[str, list[int]](list)
        for cell in self._coverage.cells:
            counted = self._by_code.get(cell.code)
            held[cell.parent].append(0 if counted is None else int(counted[_HOUSEHOLDS]))
        return {parent: sum(households) / len(households) for parent, households in held.items()}

    def _middle(self, code: str) -> BaseGeometry:
        if code not in self._middles:
            self._middles[code] = shapely.centroid(self._flat(code))
        return self._middles[code]

    def _flat(self, code: str) -> BaseGeometry:
        [shape] = self._plane.to_plane(np.array([self._coverage[code].polygon]))
        return shape
