"""What is told of traces: to the audit administrator the trail, to everyone who looked at their data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from api.schemas.common import Given, Moment, Page, Told
from api.schemas.queries import Limit, Word
from layers.reports.looking import Look
from layers.traces.records import EventName, Trace

Place = Annotated[
    str, StringConstraints(pattern=r"^[1-9][0-9]{0,17}$"), Field(description="`next` of the page before.")
]


class TrailPeriod(Given):
    """Which traces: of a period, an event, whoever did it, whatever it is about."""

    since: Moment | None = Field(None, description="From this moment on.")
    until: Moment | None = Field(None, description="Before this moment.")
    event: EventName | None = Field(None, description="Only this event.")
    actor: Word | None = Field(None, description="Only what they did.", examples=["account:17"])
    subject: Word | None = Field(None, description="Only about this.", examples=["report:20261122-0000017"])


class TrailQuery(TrailPeriod):
    """The same, page by page."""

    cursor: Place | None = None
    limit: Limit = 50


class LooksQuery(Given):
    """Page by page."""

    cursor: Place | None = None
    limit: Limit = 50


class TraceTold(Told):
    """A trace, at its place in the chain; its facts hold names of fields, counts and rules, nothing personal."""

    place: int
    at: datetime
    actor: str
    event: EventName
    subject: str
    facts: dict[str, Any]
    digest: str = Field(description="SHA-256 over the digest before and this trace's bytes.")

    @classmethod
    def of(cls, trace: Trace) -> TraceTold:
        """A trace as it is told."""
        return cls(
            place=trace.place,
            at=trace.at,
            actor=trace.actor,
            event=EventName(trace.event),
            subject=trace.subject,
            facts=dict(trace.facts),
            digest=trace.digest.hex(),
        )


class TrailTold(Page):
    """Some of the trail, newest first; that it was read is in the trail."""

    traces: list[TraceTold]


class LookTold(Told):
    """Someone looked at your data: by role and where they work, never by name."""

    at: datetime
    report: str | None = Field(description="The report it was about; null for your account or your position.")
    fields: list[str]
    purpose: str | None
    role: str | None
    units: list[str] = Field(description="The areas they work for, from the top down, three at most.")

    @classmethod
    def of(cls, look: Look) -> LookTold:
        """A look as it is told."""
        return cls(
            at=look.at,
            report=look.report,
            fields=list(look.fields),
            purpose=look.purpose,
            role=look.role,
            units=list(look.units),
        )


class LooksTold(Page):
    """Who looked, newest first."""

    looks: list[LookTold]
