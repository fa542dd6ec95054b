"""Service points on the wire."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas.common import AreaRef, Page, Position, Told


class ServicePointTold(Told):
    """Where residents are served."""

    code: str
    kind: str
    name: str
    address: str
    hours: str = Field(description="Opening hours as OpenStreetMap writes them.", examples=["Mo-Fr 08:30-17:00"])
    offers: list[str]
    position: Position
    area: AreaRef | None
    attributes: dict[str, Any]
    distance_m: float | None = Field(description="From the position asked for; null where none was given.")


class ServicePointList(Page):
    """Service points, nearest first where a position was given, else by code."""

    kinds: list[str] = Field(description="Every kind the district has.")
    service_points: list[ServicePointTold]
