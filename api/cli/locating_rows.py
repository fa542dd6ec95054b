"""Rows with their answers: the cell, the path to it, how certain that is, how far the border is, and flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import shapely

from geo.locate import Locator
from geo.placement import Placement, place_many
from layers.districts.records import DistrictSettings
from layers.read.points import PointColumns, Points, read_points

#: Stands before the names of our columns, so that none of the table's own is overwritten.
PREFIX = "wangge_"
TEXTS = ("code", "path", "candidates", "flags", "reason")
ANSWERS = ("code", "path", "certainty", "border_m", "nearest_m", "candidates", "flags", "reason")
_METRE_DECIMALS = 1


@dataclass(frozen=True, slots=True)
class Layer:
    """What points are located against: the cells, the path of codes to each of them, and the district's settings."""

    locator: Locator
    paths: Mapping[str, str]
    settings: DistrictSettings

    def digest(self) -> str:
        """What tells one layer from another: its codes, paths, polygons and settings."""
        said = sha256(repr((sorted(self.paths.items()), self.settings)).encode())
        for outline in shapely.to_wkb(self.locator.polygons):
            said.update(outline)
        return said.hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """Rows with their answers and positions, how many of them were located, and how many cannot be read."""

    rows: list[dict[str, Any]]
    points: Points
    located: int
    unread: int


def answer_rows(rows: Sequence[Mapping[str, Any]], columns: PointColumns, layer: Layer) -> Answered:
    """Locate rows; one that cannot be read is kept, with the reason."""
    points = read_points(rows, columns)
    placed = place_many(
        layer.locator,
        points.lon,
        points.lat,
        accuracy_m=points.accuracy_m,
        assumed_accuracy_m=layer.settings.assumed_accuracy_m,
        reach_m=layer.settings.reach_m,
    )
    answered = [
        {**row, **_answer(placement, reason, layer)}
        for row, placement, reason in zip(rows, placed, points.reasons, strict=True)
    ]
    return Answered(answered, points, sum(one.code is not None for one in placed), sum(map(bool, points.reasons)))


def _answer(placement: Placement, reason: str, layer: Layer) -> dict[str, Any]:
    if reason:
        return {PREFIX + "reason": reason}
    answer = {
        "code": placement.code or "",
        "path": layer.paths[placement.code] if placement.code else "",
        "certainty": placement.certainty,
        "border_m": _metres(placement.border_m),
        "nearest_m": _metres(placement.nearest_m),
        "candidates": ";".join(f"{one.code}:{one.share}" for one in placement.candidates),
        "flags": ";".join(placement.flags),
    }
    return {PREFIX + name: value for name, value in answer.items()}


def _metres(distance_m: float | None) -> float | None:
    return None if distance_m is None else round(distance_m, _METRE_DECIMALS)
