"""What everybody is told: counts of areas, and reports on squares."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import Page, Position, Told
from api.schemas.queries import InDigits, InDistrict, Word
from layers.reports.public import PublicReport

MonthText = Annotated[
    str,
    StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"),
    Field(description="A month; without it the present one. There are no other periods.", examples=["2026-11"]),
]
Place = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$"), Field(description="`next` of the page before.")]


class PublicFiguresQuery(InDistrict):
    """Which level's areas, of which month."""

    level: Word = Field(description="A level above the cells.", examples=["street"])
    month: MonthText | None = None


class PublicReportsQuery(InDistrict):
    """Which month, page by page."""

    month: MonthText | None = None
    cursor: Place | None = None
    limit: Annotated[int, Field(ge=1, le=1000, description="How many at most."), InDigits] = 500


class PublicCount(Told):
    """The reports of an area in the month; null where they are left out."""

    code: str
    name: str
    reports: int | None


class PublicFiguresTold(Told):
    """Counts of one level. Under five they are left out, and others with them, so that nobody can subtract."""

    month: str
    level: str
    least: int = Field(description="Fewer are not shown.")
    total: int | None = Field(description="The whole district; null where it is left out.")
    areas: list[PublicCount]


class PublicReportTold(Told):
    """A report on its square: no number, no text, no time of day."""

    day: date
    kind: str
    status: str
    position: Position = Field(description="The middle of its square of 200 m, which holds five reports at least.")

    @classmethod
    def of(cls, one: PublicReport) -> PublicReportTold:
        """A report as it is told."""
        return cls(day=one.day, kind=one.kind, status=one.status, position=Position.of(one.position))


class PublicReportsTold(Page):
    """Reports of a month, by day."""

    month: str
    reports: list[PublicReportTold]


class PublicSealsQuery(InDistrict):
    """Which seals."""

    limit: Annotated[int, Field(ge=1, le=1000, description="How many at most."), InDigits] = 100


class SealTold(Told):
    """A day's seal: how many entries it covers, and its digest, chained to the one before."""

    day: date
    entries: int
    digest: str


class SealsTold(Told):
    """The seals of a district, newest first."""

    district: str
    seals: list[SealTold]
