"""What is told of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import (
    AreaRef,
    Page,
    Position,
    Told,
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


class FoundAddress(MatchTold):
    """A place of the register that an address may mean, and where it is."""

    position: Position


class AddressesTold(Told):
    """The best places, best first; `flag` says why filing would take none of them."""

    flag: str | None = Field(description="address_unmatched, address_ambiguous, or null.")
    matches: list[FoundAddress]


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
    secret: str | None = Field(
        default=None, description="Told to whoever files it: with the number it opens the report at /follow."
    )


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


class Located(WhereTold):
    """Where a position lies."""

    border_m: float | None = Field(description="Distance to the border of the answering cell, in metres.")
    edition: int
