"""Service points as the rest of the service sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.positions import LonLat


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """Where residents are served: its code, kind, name, address, opening hours and what it offers."""

    id: int
    code: str
    kind: str
    name: str
    address: str
    hours: str
    offers: tuple[str, ...]
    position: LonLat
    area_id: int | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NearServicePoint:
    """A service point and how far it is, in metres along the ellipsoid."""

    point: ServicePoint
    distance_m: float
