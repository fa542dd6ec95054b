"""What is handed in and told of positions that people on duty share."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field, JsonValue, model_validator

from api.schemas.common import Accuracy, DatumField, Given, Latitude, Longitude, Moment, Position, Told
from api.schemas.filing import Code
from api.schemas.queries import InDistrict
from layers.roster.presence import Presence, Purpose
from layers.roster.records import LookPurpose

EXAMPLE: dict[str, JsonValue] = {
    "lon": 121.8,
    "lat": 39.1,
    "datum": "gcj02",
    "accuracy_m": 8.0,
    "purpose": "patrol",
    "until": "2026-11-22T17:30:00+08:00",
}


class SharingBody(Given):
    """One's own position, as a phone gives it; shared for a purpose and until a time within 12 hours."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    lon: Longitude
    lat: Latitude
    datum: DatumField
    accuracy_m: Accuracy | None = None
    purpose: Purpose = Field(description="Why it is shared.")
    until: Moment = Field(description="Until when; share again to go on.")


class PositionsQuery(InDistrict):
    """Whose positions: of everyone in one's territory who shares theirs, or of an area in it."""

    purpose: LookPurpose = Field(description="Why they are looked at; it is written down.")
    level: Code | None = Field(None, description="Level of the area.")
    area: Code | None = Field(None, description="Code of the area.")

    @model_validator(mode="after")
    def _both(self) -> PositionsQuery:
        if (self.level is None) != (self.area is None):
            raise ValueError("name an area by level and area, or neither")
        return self


class PresenceTold(Told):
    """Where someone was last, by their number in the roster."""

    number: str
    role: str
    position: Position
    accuracy_m: float | None
    purpose: Purpose
    at: datetime
    until: datetime

    @classmethod
    def of(cls, one: Presence) -> PresenceTold:
        """A position as it is told."""
        return cls(
            number=one.number,
            role=one.role,
            position=Position.of(one.position),
            accuracy_m=one.accuracy_m,
            purpose=Purpose(one.purpose),
            at=one.at,
            until=one.until,
        )


class PositionsTold(Told):
    """Everyone in the territory who shares their position; those shown can see that they were looked at."""

    positions: list[PresenceTold]
    more: bool = Field(description="Whether there are more than are shown: name an area.")
