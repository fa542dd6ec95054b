"""Reports on the wire: what is filed, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from api.schemas.common import (
    LARGEST_WHOLE,
    WITHOUT_NUL,
    Accuracy,
    AreaRef,
    DatumField,
    Given,
    Latitude,
    Longitude,
    Moment,
    Name,
    Page,
    Position,
    Told,
)
from geo.positions import LonLat
from layers.reports.records import AtAddress, AtPlace, AtPosition, Filing, InArea, NoSubject, Subject

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=WITHOUT_NUL)]
Whole = Annotated[int, Field(strict=True, ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Yes = Annotated[bool, Field(strict=True)]
ExtraText = Annotated[str, StringConstraints(max_length=2000, pattern=WITHOUT_NUL)]


class PositionSubject(Given):
    """The matter is at a position."""

    type: Literal["position"]
    lon: Longitude
    lat: Latitude
    datum: DatumField
    accuracy_m: Accuracy | None = None

    def subject(self) -> Subject:
        """The subject as it is filed."""
        return AtPosition(LonLat(self.lon, self.lat), self.datum, self.accuracy_m)


class AddressSubject(Given):
    """The matter is at an address, matched against buildings, areas and service points."""

    type: Literal["address"]
    address: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=WITHOUT_NUL)]

    def subject(self) -> Subject:
        """The subject as it is filed."""
        return AtAddress(self.address)


class AreaSubject(Given):
    """The matter concerns a whole area."""

    type: Literal["area"]
    level: Code
    code: Code

    def subject(self) -> Subject:
        """The subject as it is filed."""
        return InArea(self.level, self.code)


class PlaceSubject(Given):
    """The matter is at a service point."""

    type: Literal["place"]
    code: Code

    def subject(self) -> Subject:
        """The subject as it is filed."""
        return AtPlace(self.code)


class NoneSubject(Given):
    """The matter has no place: an opinion, a petition."""

    type: Literal["none"]

    def subject(self) -> Subject:
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
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=WITHOUT_NUL)]
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

    def filing(self) -> Filing:
        """The report as it is filed."""
        reporter = self.reporter or Reporter()
        return Filing(
            kind=self.kind,
            text=self.text,
            source=self.source,
            # Until senders have accounts, a source is a sender.
            sender=f"source:{self.source}",
            client_key=self.client_key,
            subject=self.subject.subject(),
            occurred_at=self.occurred_at,
            address=self.address,
            reporter_name=reporter.name,
            reporter_phone=reporter.phone,
            external_ref=self.external_ref,
            extra=self.extra,
        )


class CandidateTold(Told):
    """A cell the accuracy circle touches: its share of the circle and its distance."""

    code: str
    name: str | None = Field(description="Null where the cell exists no longer.")
    share: float
    distance_m: float


class MatchTold(Told):
    """A place of the register that an address may mean."""

    what: str = Field(examples=["building"])
    code: str
    text: str
    score: float


class WhereTold(Told):
    """Where a report is, and how sure that is."""

    located: bool
    by: str = Field(description="position, address, area, place or none.")
    position: Position | None
    accuracy_m: float | None
    certainty: float | None = Field(description="Share of the accuracy circle inside the answering cell, or a score.")
    path: list[AreaRef] = Field(description="The areas it lies in, from the district down.")
    candidates: list[CandidateTold]
    matches: list[MatchTold]
    flags: list[str]


class AssigneeTold(Told):
    """Who got it: number and role, never a name."""

    number: str = Field(examples=["W0001"])
    role: str = Field(examples=["grid_worker"])


class ReasonTold(Told):
    """Someone the assignment considered, with the facts it saw and why it took them or passed them over."""

    number: str
    role: str
    rank: str = Field(description="A first, B deputy, O information officer, D desk.")
    level: str
    verdict: str = Field(examples=["taken"])
    on_duty: bool
    absent: bool
    open: int
    cap: int | None

    @classmethod
    def all_of(cls, considered: Iterable[Mapping[str, Any]], levels: tuple[str, ...]) -> list[ReasonTold]:
        """Everyone considered, in the order they were asked."""
        return [cls(level=levels[one["depth"]], **{key: one[key] for key in _REASON_FACTS}) for one in considered]


_REASON_FACTS = ("number", "role", "rank", "verdict", "on_duty", "absent", "open", "cap")


class ReportTold(Told):
    """A report, without what it holds of persons."""

    number: str = Field(examples=["20261122-0000017"])
    status: str = Field(examples=["dispatched"])
    kind: str
    kind_name: str
    urgent: bool
    source: str
    external_ref: str | None
    extra: dict[str, Any]
    subject: str
    occurred_at: datetime
    filed_at: datetime
    where: WhereTold
    assignee: AssigneeTold | None
    unassigned: bool = Field(description="Located, and nobody could be found: it waits in a queue that is shown.")
    holder: AreaRef | None = Field(description="The area that answers for it.")
    edition: int = Field(description="The edition of the boundaries it was located under.")


class ReportWithReasons(ReportTold):
    """A report, with everyone its last assignment considered."""

    reasons: list[ReasonTold]
    rule: str | None = Field(description="The rule and its version; null where nobody was asked.")
    again: bool = Field(default=False, description="True where the same report had been filed before.")


class ReportList(Page):
    """A page of reports."""

    reports: list[ReportTold]


class EntryTold(Told):
    """An entry of a report's journal."""

    position: int
    type: str
    version: int
    at: datetime
    actor: str
    facts: dict[str, Any]
    digest: str
    holds: bool = Field(description="Whether the chain is unbroken up to here.")


class AssignmentTold(Told):
    """One run of the assignment rule."""

    made_at: datetime
    made_by: str
    rule: str
    considered: list[ReasonTold]


class RecordTold(Told):
    """The whole record of a report."""

    number: str
    holds: bool = Field(description="Whether the chain is unbroken and ends where the report says.")
    entries: list[EntryTold]
    assignments: list[AssignmentTold]


class RepeatedTold(Told):
    """Coordinates that many reports share."""

    position: Position
    given: Position = Field(description="As it was given, in its own datum.")
    reports: int
    first_filed_at: datetime
    last_filed_at: datetime


class RepeatedList(Told):
    """Coordinates that came again and again, the most frequent first."""

    limit: int = Field(description="From this many reports on, coordinates are flagged.")
    positions: list[RepeatedTold]


class LocateBody(Given):
    """A position to locate."""

    lon: Longitude
    lat: Latitude
    datum: DatumField
    accuracy_m: Accuracy | None = None
    district: Code | None = None


class Located(WhereTold):
    """Where a position lies."""

    border_m: float | None = Field(description="Distance to the border of the answering cell, in metres.")
    edition: int
