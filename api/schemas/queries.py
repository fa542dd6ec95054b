"""The parameters of queries: each list's own, read strictly, unknown ones refused."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from api.schemas.common import WIDEST_ACCURACY_M, WITHOUT_NUL, Given, Moment
from geo.positions import Bounds, Datum, LonLat
from layers.refusals import Refusal
from layers.reports.lifecycle import Status
from layers.workload.metrics import METRICS

DECIMAL = re.compile(r"-?\d{1,17}(\.\d{1,17})?([eE][+-]?\d{1,3})?", re.ASCII)
NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,12})?"
Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]


class AreaHalfNamed(Refusal):
    """An area was named without its level, or a level without an area."""


class PositionIncomplete(Refusal):
    """A position was given without one of lon, lat and datum."""


def _digits(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise ValueError("give a whole number in digits")
    return value


def _true_or_false(value: object) -> object:
    if value not in {"true", "false", True, False, None}:
        raise ValueError("give true or false")
    return value


def _decimal(value: object) -> object:
    """Numbers as JSON writes them: no underscores, white space, infinities."""
    if isinstance(value, str) and not DECIMAL.fullmatch(value):
        raise ValueError("give a number")
    return value


InDecimals = BeforeValidator(_decimal)
Longitude = Annotated[float, Field(ge=-180, le=180), InDecimals]
Latitude = Annotated[float, Field(ge=-90, le=90), InDecimals]
YesNo = Annotated[bool, BeforeValidator(_true_or_false)]
InDigits = BeforeValidator(_digits)
Limit = Annotated[int, Field(ge=1, le=200, description="How many at most."), InDigits]
Box = Annotated[
    str,
    StringConstraints(pattern=rf"^{NUMBER},{NUMBER},{NUMBER},{NUMBER}$"),
    Field(description="west,south,east,north in degrees.", examples=["121.6,39.0,122.0,39.3"]),
]
EditionNumber = Annotated[
    int, Field(ge=1, le=2**31 - 1, description="Number of an edition; without it, the one in force."), InDigits
]


#: Which figure; an unknown one is refused by `layers.workload.metrics`, by name.
MetricKey = Annotated[
    str, Field(description="Which figure the areas are compared by.", json_schema_extra={"enum": list(METRICS)})
]


class InDistrict(Given):
    """Every query may name its district."""

    district: Word | None = Field(None, description="Needed where the service holds several districts.")


class EditionQuery(InDistrict):
    """One edition of a district."""

    edition: EditionNumber | None = None


class EditionWithoutArea(Refusal):
    """An edition was named, and no area to look up in it."""


class ReportFilters(InDistrict):
    """What a list of reports is narrowed to, and its order."""

    edition: EditionNumber | None = Field(
        None, description="With `area`: the edition that area is of, for areas that are gone; else the one in force."
    )

    status: Status | None = None
    open: YesNo | None = Field(None, description="Neither closed nor void.")
    level: Word | None = Field(None, description="With `area`: the level of that area.")
    area: Word | None = Field(None, description="Code of an area; everything below it is included.")
    kind: Word | None = None
    located: YesNo | None = None
    assigned: YesNo | None = None
    assignee: Word | None = Field(None, description="Number of a person.", examples=["W0001"])
    filed_from: Moment | None = Field(None, description="At or after this moment.")
    filed_to: Moment | None = Field(None, description="Before this moment.")
    closed_from: Moment | None = Field(None, description="Closed at or after this moment.")
    closed_to: Moment | None = Field(None, description="Closed before this moment.")
    bbox: Box | None = None
    order: Literal["newest", "oldest"] = "newest"

    @property
    def named_area(self) -> tuple[str, str] | None:
        """Level and code of the area; one without the other is refused, as is an edition alone."""
        if self.edition is not None and self.area is None:
            raise EditionWithoutArea(
                "An edition alone narrows nothing.", field="edition", value=self.edition, remedy="Give level and area."
            )
        return both("area", self.level, self.area)

    @property
    def box(self) -> Bounds | None:
        """The box in numbers."""
        return None if self.bbox is None else Bounds(*map(float, self.bbox.split(",")))


class ReportQuery(ReportFilters):
    """One page of a list of reports."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{7}$")] | None = None
    limit: Limit = 50


class PastQuery(Given):
    """Which moment of a report."""

    at: Moment | None = Field(None, description="As it stood then; without it, now.")


class RepeatedQuery(InDistrict):
    """Which repeated coordinates are listed."""

    at_least: Annotated[int, Field(ge=2, le=1_000_000), InDigits] | None = Field(
        None, description="From this many reports on; without it, the district's own limit."
    )
    limit: Limit = 50


class LocateQuery(InDistrict):
    """A position to locate."""

    lon: Longitude
    lat: Latitude
    datum: Datum
    accuracy_m: Annotated[float, Field(ge=0, le=WIDEST_ACCURACY_M), InDecimals] | None = None


class AreaQuery(EditionQuery):
    """Which areas are listed."""

    level: Word | None = None
    parent: Word | None = Field(
        None, description="Code of an area: what lies directly below it, or below it on `level`."
    )
    q: Word | None = Field(None, description="Part of a name, or the beginning of a code.")
    cursor: Annotated[str, StringConstraints(max_length=140, pattern=r"^[^:\x00]+:[^\x00]+$")] | None = None
    limit: Limit = 100


class ServicePointQuery(InDistrict):
    """Which service points: the nearest to a position, or all of a kind or an area."""

    lon: Longitude | None = None
    lat: Latitude | None = None
    datum: Datum | None = None
    kind: Word | None = None
    level: Word | None = Field(None, description="With `area`: the level of that area.")
    area: Word | None = None
    cursor: Word | None = None
    limit: Limit = 20

    @property
    def position(self) -> tuple[LonLat, Datum] | None:
        """The position with its datum; a part of it is refused."""
        if self.lon is not None and self.lat is not None and self.datum is not None:
            return LonLat(self.lon, self.lat), self.datum
        if (self.lon, self.lat, self.datum) == (None, None, None):
            return None
        missing = next(name for name in ("lon", "lat", "datum") if getattr(self, name) is None)
        raise PositionIncomplete(
            "A position needs lon, lat and datum.", field=missing, remedy="Give all three, or none of them."
        )

    @property
    def named_area(self) -> tuple[str, str] | None:
        """Level and code of the area; one without the other is refused."""
        return both("area", self.level, self.area)


class WorkloadQuery(EditionQuery):
    """Which figures."""

    level: Word | None = Field(None, description="Without it, the cells.")
    metric: MetricKey = "open"


def both(field: str, level: str | None, code: str | None) -> tuple[str, str] | None:
    """Level and code of an area, or neither.

    Raises:
        AreaHalfNamed: only one of them is given.
    """
    if level is not None and code is not None:
        return level, code
    if level is None and code is None:
        return None
    raise AreaHalfNamed(
        "An area is named by its level and its code.", field=field, remedy="Give level and area together."
    )
