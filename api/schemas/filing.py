"""What is handed in: reports with their subjects, and positions to locate."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from api.schemas.common import (
    LARGEST_WHOLE,
    NOT_BLANK,
    WITHOUT_NUL,
    Accuracy,
    DatumField,
    Given,
    Latitude,
    Longitude,
    Moment,
    Name,
)
from geo.positions import Datum, LonLat
from layers.refusals import Refusal
from layers.reports.records import AtAddress, AtPlace, AtPosition, Filing, InArea, NoSubject, Subject

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Whole = Annotated[int, Field(strict=True, ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Yes = Annotated[bool, Field(strict=True)]
ExtraText = Annotated[str, StringConstraints(max_length=2000, pattern=WITHOUT_NUL)]


def _with_datum(schema: dict[str, Any]) -> None:
    """Describe the datum as everybody must give it; only a device for which it was declared may leave it out."""
    datum = schema["properties"]["datum"]
    known = next(one for one in datum.pop("anyOf") if one.get("type") != "null")
    datum.pop("default", None)
    datum |= known
    schema["required"].append("datum")


class DatumNeeded(Refusal):
    """A position without a datum, from a sender for whom none was declared."""


def stated(given: Datum | None, declared: Datum | None, field: str) -> Datum:
    """The datum that was given, else the one declared for the device; raises `DatumNeeded` for neither."""
    datum = given or declared
    if datum is None:
        raise DatumNeeded(
            "The position says no datum, and none was declared for this device.",
            field=field,
            remedy=f"Give one of {', '.join(Datum)}; it is never guessed.",
        )
    return datum


class PositionSubject(Given):
    """The matter is at a position."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_datum)

    type: Literal["position"]
    lon: Longitude
    lat: Latitude
    datum: DatumField | None = None
    accuracy_m: Accuracy | None = None

    def subject(self, declared: Datum | None) -> Subject:
        """The subject as it is filed, in its own datum or the one its device declared; raises `DatumNeeded`."""
        return AtPosition(LonLat(self.lon, self.lat), stated(self.datum, declared, "subject.datum"), self.accuracy_m)


class AddressSubject(Given):
    """The matter is at an address, matched against buildings, areas and service points."""

    type: Literal["address"]
    address: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NOT_BLANK)]

    def subject(self, declared: Datum | None) -> Subject:  # noqa: ARG002 - only a position has one
        """The subject as it is filed."""
        return AtAddress(self.address)


class AreaSubject(Given):
    """The matter concerns a whole area."""

    type: Literal["area"]
    level: Code
    code: Code

    def subject(self, declared: Datum | None) -> Subject:  # noqa: ARG002 - only a position has one
        """The subject as it is filed."""
        return InArea(self.level, self.code)


class PlaceSubject(Given):
    """The matter is at a service point."""

    type: Literal["place"]
    code: Code

    def subject(self, declared: Datum | None) -> Subject:  # noqa: ARG002 - only a position has one
        """The subject as it is filed."""
        return AtPlace(self.code)


class NoneSubject(Given):
    """The matter has no place: an opinion, a petition."""

    type: Literal["none"]

    def subject(self, declared: Datum | None) -> Subject:  # noqa: ARG002 - only a position has one
        """The subject as it is filed."""
        return NoSubject()


AnySubject = Annotated[
    PositionSubject | AddressSubject | AreaSubject | PlaceSubject | NoneSubject, Field(discriminator="type")
]


class Reporter(Given):
    """Who reports; kept apart from the report, where it can be erased."""

    name: Annotated[str, StringConstraints(max_length=100, pattern=WITHOUT_NUL)] | None = None
    phone: Annotated[str, StringConstraints(max_length=40, pattern=WITHOUT_NUL)] | None = None


FILING_EXAMPLE: dict[str, JsonValue] = {
    "kind": "M01",
    "text": "楼道内堆放杂物，堵塞消防通道",
    "source": "hotline",
    "client_key": "hotline-2026-11-22-000017",
    "subject": {"type": "position", "lon": 121.8, "lat": 39.1, "datum": "gcj02", "accuracy_m": 12.0},
    "occurred_at": "2026-11-22T08:30:00+08:00",
}


class FilingBody(Given):
    """A report as it is handed in."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [FILING_EXAMPLE]})

    kind: Code = Field(description="A code of GET /api/v1/kinds.")
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=NOT_BLANK)]
    source: Code = Field(description="Where it comes from: hotline, app, patrol …")
    client_key: Name = Field(description="Chosen by the sender: sending the same report again finds the first one.")
    subject: AnySubject
    occurred_at: Moment | None = Field(None, description="With offset; without it, the moment of filing.")
    address: Annotated[str, StringConstraints(max_length=500, pattern=WITHOUT_NUL)] | None = None
    reporter: Reporter | None = None
    external_ref: Name | None = None
    extra: dict[Code, Yes | Whole | Number | ExtraText] = Field(
        default_factory=dict, max_length=50, description="The extra fields of the kind."
    )
    district: Code | None = Field(None, description="Needed where the service holds several districts.")

    def filing(self, sender: str | None, declared: Datum | None = None) -> Filing:
        """The report as it is filed by a sender; for one without an account its source stands.

        `declared` is the datum that was declared for the sender's device. Raises `DatumNeeded`.
        """
        reporter = self.reporter or Reporter()
        return Filing(
            kind=self.kind,
            text=self.text,
            source=self.source,
            sender=sender or f"source:{self.source}",
            client_key=self.client_key,
            subject=self.subject.subject(declared),
            occurred_at=self.occurred_at,
            address=self.address,
            reporter_name=reporter.name,
            reporter_phone=reporter.phone,
            external_ref=self.external_ref,
            extra=self.extra,
        )


class FollowBody(Given):
    """What opens one's own report."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=WITHOUT_NUL)]
    secret: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]


class AddressBody(Given):
    """An address as people write it, as far as it is written."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NOT_BLANK)]
    district: Code | None = None


class LocateBody(Given):
    """A position to locate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_with_datum)

    lon: Longitude
    lat: Latitude
    datum: DatumField | None = None
    accuracy_m: Accuracy | None = None
    district: Code | None = None
