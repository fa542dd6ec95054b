"""What the dispatcher's console reads, on the wire."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from api.schemas.common import Told
from api.schemas.maps import ReferenceQuery
from api.schemas.queries import InDigits, InDistrict, MetricKey, Word

MOST_NUMBERS = 100
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Number = Annotated[str, StringConstraints(pattern=r"^\d{8}-\d{7}$")]


class ConsoleQuery(ReferenceQuery):
    """What the console shows; read by the page itself, so that a view can be sent to a colleague."""

    area: Word | None = Field(None, description="Code of the chosen area.")
    area_level: Word | None = Field(None, alias="areaLevel", description="The level it is of.")
    level: Word | None = Field(None, description="The level that is drawn, if not the one below.")
    metric: Word | None = Field(None, description="The figure that is drawn.")
    breaks: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="How the figure is classed, if not by quantiles.", examples=["natural", "fixed/0,2,5"]
    )
    queue: Word | None = None
    kind: Word | None = None
    report: Word | None = Field(None, description="Number of the open report.")
    at: Word | None = Field(None, description="The past moment that is looked at; without it, now.")


class WallQuery(ReferenceQuery):
    """What the wall shows."""

    metric: MetricKey = "open"
    seconds: Annotated[int, Field(ge=5, le=600), InDigits] = Field(15, description="How long each area stays.")


class OpenQuery(InDistrict):
    """Everything that is open, or what is open of some reports."""

    number: Annotated[list[Number], Field(max_length=MOST_NUMBERS)] = Field(
        default_factory=list, description="Only these reports; those that are closed, or not to be seen, are left out."
    )


class LookingTold(Told):
    """Who else has a report open."""

    number: str
    others: list[str] = Field(description="Their roles, one for each account that looked within the last minute.")


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


def _written_out(value: object) -> object:
    if isinstance(value, str) and not DAY.fullmatch(value):
        raise ValueError("give a day as 2026-11-22")
    return value


class DayQuery(InDistrict):
    """Which day of a district is looked at."""

    day: Annotated[date, BeforeValidator(_written_out)] = Field(
        alias="date", ge=date(2000, 1, 1), le=date(9990, 1, 1), description="By the district's calendar: 2026-11-22."
    )


class EditionFromTold(Told):
    """An edition, and from when on that day it was in force."""

    number: int
    from_ms: int


class DayKindTold(Told):
    """A kind that `states` name by its place in the list."""

    code: str
    urgent: bool


class DayReportTold(Told):
    """A report that was open at some moment of the day."""

    number: str
    lon: float | None = Field(description="Degrees, seven decimals; null without a position.")
    lat: float | None
    states: list[list[int | None]] = Field(
        description="How it stood from a moment on until the next: [from_ms, status, kind, path, hands, marks, due_ms]."
        " Moments in milliseconds since the day began; status, kind, path and hands are places in the lists of the"
        " answer, path null where it lay in no area; marks add up 1 overdue, 2 located, 4 position may be shown. One"
        " number alone: not open from then on."
    )


class DayTold(Told):
    """A day from the record: what a map of any of its moments is drawn of."""

    date: date
    begin: datetime
    end: datetime = Field(description="Midnight after it; now, where the day is not over.")
    over: bool
    editions: list[EditionFromTold]
    within: dict[str, list[str]] | None = Field(
        description="Codes of the areas of one's territory by level; null: the whole district."
    )
    statuses: list[str]
    hands: list[str] = Field(description="Who had it: a person, a unit, or nobody.")
    kinds: list[DayKindTold]
    paths: list[list[str]] = Field(description="Codes of the areas a report lay in, from the district down.")
    reports: list[DayReportTold]
