"""What is written: a layer's fields, and its rows in pieces, so that one of any length takes the same memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo.positions import Geometries

PIECE = 5_000


class FieldKind(StrEnum):
    """What a field's values are; each may be missing (None)."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"


class Drawn(StrEnum):
    """What a layer's features are drawn as."""

    NOTHING = "nothing"
    POINTS = "points"
    AREAS = "areas"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: the name it is known by, the name it is written under, and the one in a Shapefile (ten bytes)."""

    key: str
    kind: FieldKind
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a layer: one column of values for each field, all of one length.

    `geometry` is in degrees of the storage system, None for a layer that draws nothing.
    """

    columns: Sequence[Sequence[Any]]
    geometry: Geometries | None

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True, slots=True)
class FeatureStream:
    """A layer on its way out: `count` rows come in `pieces`, which can be walked once."""

    name: str
    fields: tuple[Field, ...]
    drawn: Drawn
    count: int
    pieces: AsyncIterator[Rows]


async def in_pieces(rows: Sequence[Sequence[Any]]) -> AsyncIterator[Rows]:
    """Rows that are all there, none drawn, in pieces."""
    for start in range(0, len(rows), PIECE):
        yield Rows(list(zip(*rows[start : start + PIECE], strict=True)), None)
