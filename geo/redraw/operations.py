"""The operations a plan is a log of: what was drawn, as facts that can be stored and read back.

Lines and areas are shapely geometries in degrees; in facts every coordinate is `[lon, lat]`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from geo.errors import PositionError
from geo.positions import LonLat
from geo.redraw.refused import Refused


@dataclass(frozen=True)
class Operation:
    """What all operations have in common."""

    @property
    def facts(self) -> dict[str, Any]:
        """The operation as JSON values, read back by `operation_of`."""
        named = {field.name: _fact(getattr(self, field.name)) for field in fields(self)}
        return {"operation": _NAMES[type(self)], **named}


@dataclass(frozen=True)
class Split(Operation):
    """Cut a cell by a line. The parts take `codes` in the order of their size, the largest first.

    With the cell's own code first, the largest part stays that cell; otherwise the cell is retired. Codes that
    are left over stay unused.
    """

    code: str
    line: BaseGeometry
    codes: tuple[str, ...]


@dataclass(frozen=True)
class SplitBalanced(Operation):
    """Cut a cell by straight lines into `parts` of about equal weight; codes as for `Split`.

    `weights_at` holds (lon, lat, weight) for each building; those outside the cell do not count.
    """

    code: str
    parts: int
    codes: tuple[str, ...]
    weights_at: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True)
class Merge(Operation):
    """Make one cell `into` of adjacent ones; `into` is one of them, or a new code and all are retired."""

    codes: tuple[str, ...]
    into: str


@dataclass(frozen=True)
class Transfer(Operation):
    """What lies of the giver inside the drawn area goes to the taker; a hand-traced edge is tolerated."""

    giver: str
    taker: str
    area: BaseGeometry


@dataclass(frozen=True)
class Reshape(Operation):
    """Draw the shared edge of two cells anew; the line begins and ends on that edge."""

    one: str
    other: str
    line: BaseGeometry


@dataclass(frozen=True)
class MoveVertex(Operation):
    """Drag the vertex at a place, in every cell that has it; it may not lie on the outline of the whole."""

    at: LonLat
    to: LonLat


@dataclass(frozen=True)
class Carve(Operation):
    """Make a new cell of a drawn area inside a cell, which keeps the rest."""

    code: str
    area: BaseGeometry
    new_code: str


@dataclass(frozen=True)
class Reparent(Operation):
    """Move a cell to another community; its polygon stays."""

    code: str
    parent: str


@dataclass(frozen=True)
class Renumber(Operation):
    """Give all cells of a community other codes, west to east and then north to south; their polygons stay."""

    parent: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class MendSlivers(Operation):
    """Fill closed gaps thinner than `width_m` beside a cell, give its loose thin parts to their longest neighbour."""

    code: str
    width_m: float


_NAMES: dict[type[Operation], str] = {
    Split: "split",
    SplitBalanced: "split_balanced",
    Merge: "merge",
    Transfer: "transfer",
    Reshape: "reshape",
    MoveVertex: "move_vertex",
    Carve: "carve",
    Reparent: "reparent",
    Renumber: "renumber",
    MendSlivers: "mend_slivers",
}
_KINDS = {name: kind for kind, name in _NAMES.items()}


def operation_of(facts: Mapping[str, Any]) -> Operation:
    """The operation that has these facts; raises `Refused` (unreadable) when there is none."""
    kind = _KINDS.get(str(facts.get("operation")))
    if kind is None:
        raise _unreadable("operation", facts.get("operation"), f"one of {', '.join(_KINDS)}")
    given = {name: value for name, value in facts.items() if name != "operation"}
    wanted = {field.name for field in fields(kind)}
    if set(given) != wanted:
        raise _unreadable("facts", sorted(given), f"exactly {', '.join(sorted(wanted))}")
    return kind(**{name: _READ[name](name, value) for name, value in given.items()})


def _fact(value: Any) -> Any:
    if isinstance(value, BaseGeometry):
        if value.geom_type == "Polygon":
            return [[list(point) for point in ring.coords] for ring in (value.exterior, *value.interiors)]
        return [list(point) for point in value.coords]
    return [_fact(part) for part in value] if isinstance(value, tuple) else value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _unreadable(name, value, "a code as text")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise _unreadable(name, value, "a list of codes")
    return tuple(_text(name, part) for part in value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise _unreadable(name, value, "a number")
    return value


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unreadable(name, value, "a whole number")
    return value


def _position(name: str, value: Any) -> LonLat:
    try:
        lon, lat = value
        return LonLat.checked(_number(name, lon), _number(name, lat))
    except (TypeError, ValueError, PositionError) as error:
        raise _unreadable(name, value, "[lon, lat] in degrees") from error


def _line(name: str, value: Any) -> BaseGeometry:
    if not isinstance(value, Sequence) or len(value) < 2:
        raise _unreadable(name, value, "a list of two or more [lon, lat]")
    return shapely.LineString([_position(name, point) for point in value])


def _area(name: str, value: Any) -> BaseGeometry:
    if not isinstance(value, Sequence) or not value:
        raise _unreadable(name, value, "a list of rings, the outer one first")
    rings = [_line(name, ring).coords for ring in value]
    try:
        return shapely.Polygon(rings[0], rings[1:])
    except (ValueError, ShapelyError) as error:
        raise _unreadable(name, value, "rings of four or more [lon, lat], the last equal to the first") from error


def _weights(name: str, value: Any) -> tuple[tuple[float, float, float], ...]:
    try:
        rows = [(_position(name, (lon, lat)), _number(name, weight)) for lon, lat, weight in value]
    except (TypeError, ValueError) as error:
        raise _unreadable(name, value, "a list of [lon, lat, weight]") from error
    return tuple((place.lon, place.lat, weight) for place, weight in rows)


def _unreadable(name: str, value: Any, wanted: str) -> Refused:
    return Refused("unreadable", f"{name} is {str(value)[:80]!r}", remedy=f"give {wanted}")


_READ: dict[str, Any] = {
    **dict.fromkeys(("code", "into", "giver", "taker", "one", "other", "new_code", "parent"), _text),
    **dict.fromkeys(("line",), _line),
    **dict.fromkeys(("area",), _area),
    **dict.fromkeys(("at", "to"), _position),
    "codes": _texts,
    "parts": _whole,
    "weights_at": _weights,
    "width_m": _number,
}
