"""What the dispatcher's console reads, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import Told
from api.schemas.maps import ReferenceQuery
from api.schemas.queries import InDigits, InDistrict, MetricKey, Word

MOST_NUMBERS = 100
Number = Annotated[str, StringConstraints(pattern=r"^\d{8}-\d{7}$")]


class ConsoleQuery(ReferenceQuery):
    """What the console shows; read by the page itself, so that a view can be sent to a colleague."""

    area: Word | None = Field(None, description="Code of the chosen area.")
    area_level: Word | None = Field(None, alias="areaLevel", description="The level it is of.")
    level: Word | None = Field(None, description="The level that is drawn, if not the one below.")
    metric: Word | None = Field(None, description="The figure that is drawn.")
    queue: Word | None = None
    kind: Word | None = None
    report: Word | None = Field(None, description="Number of the open report.")


class WallQuery(ReferenceQuery):
    """What the wall shows."""

    metric: MetricKey = "open"
    seconds: Annotated[int, Field(ge=5, le=600), InDigits] = Field(15, description="How long each area stays.")


class OpenQuery(InDistrict):
    """Everything that is open, or what is open of some reports."""

    number: Annotated[list[Number], Field(max_length=MOST_NUMBERS)] = Field(
        default_factory=list, description="Only these reports; those that are closed, or not to be seen, are left out."
    )


class OpenReportTold(Told):
    """An open report in few words."""

    number: str
    kind: str = Field(description="Code of its kind.")
    urgent: bool
    status: str
    filed_at: datetime
    due_at: datetime | None = Field(description="When the running clock runs out; null where none runs.")
    overdue: bool
    assigned: bool = Field(description="Whether a person or a unit has it.")
    located: bool
    lon: float | None = Field(description="Degrees, WGS 84 or CGCS2000 alike, seven decimals; null without a position.")
    lat: float | None
    areas: list[str] = Field(description="Codes of the areas it lies in, from the district down.")


class OpenReportsTold(Told):
    """What is open within one's territory, the oldest first."""

    as_of: datetime
    reports: list[OpenReportTold]
